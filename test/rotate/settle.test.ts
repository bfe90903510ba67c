import { describe, expect, it } from 'vitest';
import { settlementOf } from '../../shared/rotate/settle.ts';
import type { Change } from '../../shared/rotate/state.ts';
import type { SenderUse } from '../../shared/rotate/use.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const AT = Date.UTC(2026, 10, 21);
const TIMES = { overlapMs: 14 * DAY, lastingMs: 3 * DAY };

const change = (over: Partial<Change> = {}): Change => ({
  version: 'new',
  from: 'old',
  at: AT,
  keys: ['feeds.leads.callbacks.secret'],
  overlap: 'traffic',
  outcome: 'open',
  waiting: [],
  since: AT,
  ...over,
});
/** Who used what when, in days after the change. */
const used = (sender: string, days: Readonly<Record<string, number>>): SenderUse => ({
  sender,
  versions: Object.fromEntries(Object.entries(days).map(([version, day]) => [version, AT + day * DAY])),
});
const daysAfter = (days: number, uses: readonly SenderUse[], over: Partial<Change> = {}) =>
  settlementOf(change(over), uses, AT + days * DAY, TIMES);

describe('the old secret of senders', () => {
  it('is revoked once everybody who used it lately was seen with the new one, and nobody with the old one', () => {
    const moved = [used('a', { old: -1, new: 1 }), used('b', { old: 0.5, new: 0.6 })];
    expect(daysAfter(1, moved)).toEqual({ kind: 'settle' });
  });

  it('stays as long as one has not', () => {
    expect(daysAfter(13, [used('a', { new: 1 }), used('b', { old: -20 })])).toEqual({
      kind: 'wait',
      waiting: ['b'],
    });
  });

  it('stays while two senders under one name use both', () => {
    const both = [used('a', { old: 1, new: 1.01 })];
    expect(daysAfter(1.02, both)).toEqual({ kind: 'wait', waiting: ['a'] });
    expect(daysAfter(1.1, both)).toEqual({ kind: 'settle' });
    expect(daysAfter(2, [used('a', { old: 1.9, new: 1.8 })])).toEqual({ kind: 'wait', waiting: ['a'] });
  });

  it('counts what was used before the change as old, whatever its version: another member may have changed it', () => {
    expect(daysAfter(1, [used('a', { older: -1 })])).toEqual({ kind: 'wait', waiting: ['a'] });
    expect(daysAfter(1, [used('a', { older: -1, newer: 0.5 })])).toEqual({ kind: 'settle' });
  });

  it('does not wait for whoever has not been seen for five weeks', () => {
    expect(daysAfter(1, [used('gone', { old: -36 }), used('a', { old: -1, new: 0.5 })])).toEqual({
      kind: 'settle',
    });
  });

  it('is revoked at the end if nobody uses it any more', () => {
    expect(daysAfter(14, [])).toEqual({ kind: 'settle' });
    expect(daysAfter(14, [used('a', { old: -3 })])).toEqual({ kind: 'settle' });
    expect(daysAfter(13, [])).toEqual({ kind: 'wait', waiting: [] });
  });

  it('becomes current again at the end if it is in use and the new one is not', () => {
    const uses = [used('a', { old: 13 }), used('b', { old: -3 })];
    expect(daysAfter(13.9, uses)).toMatchObject({ kind: 'wait' });
    expect(daysAfter(14, uses)).toEqual({ kind: 'roll-back', waiting: ['a'] });
  });

  it('stays beside the new one at the end if both are in use, and names who uses the old one', () => {
    const uses = [used('a', { old: 13 }), used('b', { old: 1, new: 2 })];
    expect(daysAfter(14, uses)).toEqual({ kind: 'mixed', waiting: ['a'] });
    expect(daysAfter(20, [used('a', { old: 13, new: 19 }), used('b', { old: 1, new: 2 })])).toEqual({
      kind: 'settle',
    });
  });
});

describe('a change that nobody else has to follow', () => {
  it('of a key that signs links is over when the last link of the old one is', () => {
    expect(daysAfter(2.9, [], { overlap: 'time' })).toMatchObject({ kind: 'wait' });
    expect(daysAfter(3, [], { overlap: 'time' })).toEqual({ kind: 'settle' });
  });

  it('of a webhook is over with the first real row that it took', () => {
    const webhook = { overlap: 'none', keys: ['feeds.leads.webhooks[0].url'] } as const;
    expect(daysAfter(1, [used('webhooks/leads/leads-1', { old: -1 })], webhook)).toMatchObject({
      kind: 'wait',
    });
    expect(daysAfter(1, [used('webhooks/other/leads-1', { new: 0.5 })], webhook)).toMatchObject({
      kind: 'wait',
    });
    expect(daysAfter(1, [used('webhooks/leads/leads-1', { new: 0.5 })], webhook)).toEqual({ kind: 'settle' });
    expect(daysAfter(14, [], webhook)).toEqual({ kind: 'settle' });
  });

  it('of a key that was tested is over when nothing has refused it for ten minutes', () => {
    const key = { overlap: 'none', keys: ['clay.apiKey'] } as const;
    expect(daysAfter(9 / 1_440, [], key)).toMatchObject({ kind: 'wait' });
    expect(daysAfter(10 / 1_440, [], key)).toEqual({ kind: 'settle' });
  });
});
