import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import {
  type FeedControl,
  type Hold,
  initialControl,
  type WebhookStanding,
} from '../../shared/relay/control.ts';
import {
  addHold,
  changeControl,
  fullPace,
  type HoldName,
  holdKey,
  isHeld,
  markStanding,
  releaseHold,
  rotate,
  standingOf,
  startTrickle,
  trickleAccepted,
  verify,
} from '../../shared/relay/control-change.ts';
import { createMemoryControlStore } from '../support/memory-control-store.ts';
import '../support/property-seed.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const doing = { at: NOW, by: 'claywatch' };
const start = initialControl('leads');
const operatorHold: Hold = { kind: 'operator', since: NOW, why: 'Maintenance.', by: 'jane' };
const breakerHold: Hold = {
  kind: 'breaker',
  answer: 'server',
  since: NOW,
  why: 'Five failures in a row.',
  by: 'claywatch',
  tryAt: NOW + 60_000,
  trials: 0,
};
const release = { ...doing, why: 'It works again.', trickleRows: 10 };

const webhook = fc.constantFrom('leads-1', 'leads-2', 'leads-3');
const name: fc.Arbitrary<HoldName> = fc.oneof(
  fc.constant({ kind: 'operator' as const }),
  fc.constant({ kind: 'breaker' as const }),
  fc.record({
    kind: fc.constant('cause' as const),
    cause: fc.constantFrom(...CAUSE_IDS.slice(0, 4)),
    subject: fc.constantFrom('clay', 'leads-1', 'leads#2'),
  }),
);
const at = fc.integer({ min: NOW, max: NOW + 100_000 });
const rows = fc.integer({ min: 0, max: 5 });

type Transition = (control: FeedControl) => FeedControl;
const named = (text: string, make: Transition): Transition => Object.assign(make, { toString: () => text });

/** Every transition with every argument. */
const transition: fc.Arbitrary<Transition> = fc.oneof(
  fc
    .tuple(name, at, fc.string())
    .map(([hold, since, why]) =>
      named(`hold ${holdKey(hold)}`, (control) => addHold(control, { ...hold, since, why, by: 'jane' })),
    ),
  fc
    .tuple(name, at, rows)
    .map(([hold, when, trickleRows]) =>
      named(`release ${holdKey(hold)}`, (control) =>
        releaseHold(control, hold, { at: when, by: 'jane', why: 'so', trickleRows }),
      ),
    ),
  fc
    .tuple(fc.option(webhook), webhook, at)
    .map(([from, to, when]) =>
      named(`rotate ${from} ${to}`, (control) =>
        rotate(control, { from, to, why: 'limit', at: when, by: 'claywatch' }),
      ),
    ),
  fc
    .tuple(
      webhook,
      fc.constantFrom<WebhookStanding>('unproven', 'working', 'full', 'table-full', 'gone', 'unauthorized'),
      at,
    )
    .map(([id, standing, when]) =>
      named(`${id} ${standing}`, (control) => markStanding(control, id, standing, { at: when, by: 'x' })),
    ),
  fc
    .tuple(webhook, at)
    .map(([id, when]) => named(`verify ${id}`, (control) => verify(control, id, { at: when, by: 'x' }))),
  fc
    .tuple(rows, at)
    .map(([count, when]) =>
      named(`accepted ${count}`, (control) => trickleAccepted(control, count, { at: when, by: 'x' })),
    ),
  at.map((when) => named('full pace', (control) => fullPace(control, { at: when, by: 'x' }))),
);
const story = fc.array(transition, { maxLength: 60 });
const told = (transitions: readonly Transition[]): FeedControl =>
  transitions.reduce((control, change) => change(control), start);

describe('the control state of a feed', () => {
  it('never changes its version: writing does', () => {
    fc.assert(
      fc.property(story, (transitions) => {
        expect(told(transitions).version).toBe(0);
      }),
    );
  });

  it('keeps holds as a set by key, and the newest fifty changes', () => {
    fc.assert(
      fc.property(story, (transitions) => {
        const { holds, history } = told(transitions);
        expect(new Set(holds.map(holdKey)).size).toBe(holds.length);
        expect(history.length).toBeLessThanOrEqual(50);
      }),
    );
  });

  it('survives any story as plain JSON', () => {
    fc.assert(
      fc.property(story, (transitions) => {
        const control = told(transitions);
        expect(JSON.parse(JSON.stringify(control))).toStrictEqual(control);
      }),
    );
  });

  it('is the very same object when a hold, a rotation, a standing or a release is made a second time', () => {
    fc.assert(
      fc.property(
        story,
        transition.filter((change) => !String(change).startsWith('accepted')),
        (transitions, change) => {
          const once = change(told(transitions));
          expect(change(once)).toBe(once);
        },
      ),
    );
  });

  it('releases the hold that is named and no other; rows flow if and only if none is left', () => {
    fc.assert(
      fc.property(story, name, (transitions, hold) => {
        const before = told(transitions);
        const after = releaseHold(before, hold, release);
        expect(after.holds).toEqual(before.holds.filter((each) => holdKey(each) !== holdKey(hold)));
        expect(isHeld(after)).toBe(after.holds.length > 0);
        if (isHeld(before) && !isHeld(after)) expect(after.trickle).toEqual({ since: NOW, rowsLeft: 10 });
        if (isHeld(after)) expect(after.trickle).toBe(before.trickle);
      }),
    );
  });

  it('rotates only from the active webhook', () => {
    fc.assert(
      fc.property(story, fc.option(webhook), webhook, (transitions, from, to) => {
        const before = told(transitions);
        const after = rotate(before, { from, to, why: 'limit', ...doing });
        if (before.active === from && from !== to) {
          expect(after).toMatchObject({ active: to, rotation: { from, why: 'limit', at: NOW } });
        } else expect(after).toBe(before);
      }),
    );
  });
});

describe('a hold', () => {
  it('stays with whoever set it first', () => {
    const held = addHold(start, operatorHold);
    expect(addHold(held, { ...operatorHold, by: 'joe', why: 'Other.', since: NOW + 1 })).toBe(held);
  });

  it('ends a trickle, and is told in the history once', () => {
    const trickling = startTrickle(start, { at: NOW, rows: 4 });
    const held = addHold(trickling, operatorHold);
    expect(held.trickle).toBeNull();
    expect(held.history).toEqual([{ at: NOW, kind: 'hold', text: 'Maintenance.', by: 'jane' }]);
  });

  it('of the breaker moves with each failed trial, and keeps its beginning', () => {
    const held = addHold(start, breakerHold);
    const later = addHold(held, { ...breakerHold, since: NOW + 60_000, tryAt: NOW + 180_000, trials: 1 });
    expect(later.holds).toEqual([{ ...breakerHold, tryAt: NOW + 180_000, trials: 1 }]);
    expect(later.history).toHaveLength(1);
    expect(addHold(later, { ...breakerHold, tryAt: NOW + 180_000, trials: 1 })).toBe(later);
  });

  it('of a cause is one for each incident', () => {
    const hold = (subject: string): Hold => ({
      kind: 'cause',
      cause: 'webhook.gone',
      subject,
      since: NOW,
      why: 'It is gone.',
      by: 'claywatch',
    });
    const held = addHold(addHold(start, hold('leads-1')), hold('leads-2'));
    const one = releaseHold(held, { kind: 'cause', cause: 'webhook.gone', subject: 'leads-1' }, release);
    expect(one.holds).toEqual([hold('leads-2')]);
    expect(one.trickle).toBeNull();
  });

  it('cuts a reason that is too long', () => {
    const [hold] = addHold(start, { ...operatorHold, why: 'x'.repeat(1_000) }).holds;
    expect(hold?.why).toHaveLength(300);
  });

  it('that is the last to go gives a webhook that refused us another first row, and not one that is full', () => {
    const at = (standing: WebhookStanding) =>
      releaseHold(
        markStanding(
          addHold(rotate(start, { from: null, to: 'leads-1', why: 'first', ...doing }), operatorHold),
          'leads-1',
          standing,
          doing,
        ),
        { kind: 'operator' },
        release,
      );
    expect(standingOf(at('gone'), 'leads-1')).toBe('unproven');
    expect(standingOf(at('unauthorized'), 'leads-1')).toBe('unproven');
    expect(standingOf(at('full'), 'leads-1')).toBe('full');
    expect(standingOf(at('working'), 'leads-1')).toBe('working');
  });
});

describe('a trickle', () => {
  it('ends in full pace once its rows are accepted', () => {
    const trickling = startTrickle(start, { at: NOW, rows: 3 });
    const further = trickleAccepted(trickling, 2, doing);
    expect(further.trickle).toEqual({ since: NOW, rowsLeft: 1 });
    const done = trickleAccepted(further, 5, doing);
    expect(done.trickle).toBeNull();
    expect(done.history[0]).toMatchObject({ kind: 'full-pace' });
    expect(trickleAccepted(done, 1, doing)).toBe(done);
  });

  it('of no rows is full pace at once', () => {
    const released = releaseHold(
      addHold(start, operatorHold),
      { kind: 'operator' },
      { ...release, trickleRows: 0 },
    );
    expect(released.trickle).toBeNull();
  });
});

describe('a webhook', () => {
  it('is verified by its first accepted row, which also says so of the rotation', () => {
    const rotated = rotate(start, { from: null, to: 'leads-1', why: 'first', ...doing });
    expect(rotated.rotation).toMatchObject({ verified: false });
    const verified = verify(rotated, 'leads-1', doing);
    expect(verified).toMatchObject({
      webhooks: { 'leads-1': { standing: 'working' } },
      rotation: { verified: true },
    });
    expect(verify(verified, 'leads-1', doing)).toBe(verified);
  });

  it('that is full stays so, whatever row that was under way still got in', () => {
    const full = markStanding(start, 'leads-1', 'full', doing);
    expect(verify(full, 'leads-1', doing)).toBe(full);
  });
});

describe('changing the stored state', () => {
  it('writes nothing when the change is made already', async () => {
    const store = createMemoryControlStore();
    const hold = (control: FeedControl) => addHold(control, operatorHold);
    expect(await changeControl(store, 'leads', hold)).toMatchObject({
      changed: true,
      control: { version: 1 },
    });
    expect(await changeControl(store, 'leads', hold)).toMatchObject({
      changed: false,
      control: { version: 1 },
    });
    expect((await store.load('leads')).version).toBe(1);
  });

  it('is tried again from what others wrote, and given up when they never stop', async () => {
    const store = createMemoryControlStore();
    const results = await Promise.all(
      ['leads-1', 'leads-2', 'leads-3', 'leads-4', 'leads-5'].map((id) =>
        changeControl(store, 'leads', (control) => markStanding(control, id, 'full', doing)),
      ),
    );
    expect(results.every(({ changed }) => changed)).toBe(true);
    expect(Object.keys((await store.load('leads')).webhooks)).toHaveLength(5);
    const never = { load: async () => start, save: async () => 'conflict' as const };
    await expect(changeControl(never, 'leads', (control) => addHold(control, operatorHold))).rejects.toThrow(
      expect.objectContaining({ code: 'relay.contended' }),
    );
  });
});
