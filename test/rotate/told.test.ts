import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import { diagnose } from '../../shared/diagnose/diagnose.ts';
import { type ProbeHealth, stepHealth } from '../../shared/observe/health.ts';
import { observeChange, observeRotation, type Rotation } from '../../shared/observe/rotation.ts';
import { signalsFromHealth } from '../../shared/observe/signals.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;
const config = parseConfig({}, 'test');

/** What the watch holds when it has seen the same for some runs. */
const diagnosed = (rotation: Rotation) => {
  const seen = [observeRotation(rotation, NOW), observeChange(rotation, NOW)].filter((one) => one !== null);
  const health = seen.map((one) => {
    let held: ProbeHealth | undefined;
    for (let run = 0; run < 5; run += 1) held = stepHealth(held, one, config.observe);
    return held as ProbeHealth;
  });
  return diagnose(signalsFromHealth(health, NOW, DAY), {
    now: NOW,
    severities: {},
    open: [],
    lately: [],
    feedOfProbe: () => null,
  } as unknown as Parameters<typeof diagnose>[1]);
};
const causes = (rotation: Rotation) => diagnosed(rotation).verdicts.map(({ cause }) => cause);
const cleared = (rotation: Rotation) =>
  diagnosed(rotation).cleared.flatMap(({ cause }) => (cause === 'monitoring.gap' ? [] : [cause]));

const change = (over: Partial<NonNullable<Rotation['change']>> = {}) => ({
  at: NOW - DAY,
  isOpen: true,
  keys: ['feeds.leads.callbacks.secret'],
  waiting: ['callbacks/leads/Enrich'],
  until: NOW + 13 * DAY,
  ...over,
});
const rotated: Rotation = { secret: 'acme/senders', at: NOW, result: { kind: 'rotated' } };

describe('a secret that was rotated', () => {
  it('is told as a P4 that names who has to take the new one, and until when', () => {
    const { verdicts } = diagnosed({ ...rotated, change: change() });
    expect(verdicts).toMatchObject([{ cause: 'secret.rotated', subject: 'acme/senders', severity: 'P4' }]);
    expect(verdicts[0]?.summary).toMatch(
      /feeds\.leads\.callbacks\.secret.*callbacks\/leads\/Enrich.*2026-12-04/,
    );
  });

  it('is over once all have it', () => {
    const over = { ...rotated, change: change({ isOpen: false, waiting: [] }) };
    expect(causes(over)).toEqual([]);
    expect(cleared(over).sort()).toEqual(['secret.rotated', 'secret.rotation-failed']);
  });

  it('does not hide that a later attempt failed, nor the other way round', () => {
    const failed: Rotation = {
      ...rotated,
      result: { kind: 'failed', step: 'testSecret', why: 'clay.apiKey: not accepted.' },
      change: change(),
    };
    expect(causes(failed).sort()).toEqual(['secret.rotated', 'secret.rotation-failed']);
  });

  it.each([
    ['unfinished', /still send the old secret: relay\/leads/],
    ['rolled-back', /Nobody took the new secret/],
  ] as const)('and was %s says so', (kind, says) => {
    const { verdicts } = diagnosed({ ...rotated, result: { kind, waiting: ['relay/leads'] } });
    expect(verdicts).toMatchObject([{ cause: 'secret.rotation-failed', severity: 'P3' }]);
    expect(verdicts[0]?.summary).toMatch(says);
  });

  it('names no more than ten senders', () => {
    const waiting = Array.from({ length: 30 }, (_, index) => `relay/feed-${index}`);
    const seen = observeRotation({ ...rotated, result: { kind: 'unfinished', waiting } }, NOW);
    expect(seen.summary).toContain('relay/feed-9 and 20 more');
    expect(seen.summary).not.toContain('relay/feed-10');
  });
});
