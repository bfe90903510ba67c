import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../shared/config/schema.ts';
import type { FindingOf } from '../../shared/observe/findings.ts';
import { type ProbeHealth, stepHealth } from '../../shared/observe/health.ts';
import { type Observation, observation } from '../../shared/observe/observation.ts';
import { signalsFromHealth } from '../../shared/observe/signals.ts';

const policy = configSchema.parse({}).observe;
const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 21, 12);

type KeyFinding = FindingOf<'clay-key'>;

const seen = (
  finding: KeyFinding,
  minute: number,
  attempts = finding === 'authorized' ? 1 : 3,
): Observation =>
  observation({
    probe: 'clay.key',
    surface: 'clay-key',
    subject: 'clay-api-key',
    finding,
    at: START + minute * MINUTE,
    durationMs: 100,
    summary: finding,
    attempts,
  });

/** One finding a minute; the health after the last. */
const heldAfter = (findings: readonly KeyFinding[], attempts?: number): ProbeHealth => {
  const last = findings.reduce<ProbeHealth | undefined>(
    (held, finding, minute) => stepHealth(held, seen(finding, minute, attempts), policy),
    undefined,
  );
  if (!last) throw new RangeError('no findings');
  return last;
};
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

describe('failure and recovery thresholds', () => {
  it('a failure confirmed within its run is in force at once', () => {
    expect(heldAfter(['authorized', 'timed-out']).outcome).toBe('failing');
  });

  it('a passing failure that could not be looked at again needs three runs in a row', () => {
    expect(heldAfter(['authorized', 'rate-limited', 'rate-limited'], 1).outcome).toBe('ok');
    expect(heldAfter(['authorized', 'rate-limited', 'rate-limited', 'rate-limited'], 1).outcome).toBe(
      'failing',
    );
    expect(heldAfter(['rate-limited', 'rate-limited', 'authorized', 'rate-limited'], 1).outcome).toBe('ok');
  });

  it('a plain refusal needs no second look', () => {
    expect(heldAfter(['authorized', 'unauthorized'], 1).outcome).toBe('failing');
  });

  it('recovers after two good runs, not one', () => {
    expect(heldAfter(['timed-out', 'authorized']).outcome).toBe('failing');
    expect(heldAfter(['timed-out', 'authorized', 'authorized']).outcome).toBe('ok');
    expect(heldAfter(['timed-out', 'authorized', 'timed-out', 'authorized']).outcome).toBe('failing');
  });

  it('slowness takes five runs, and a slow answer ends an outage but not slowness', () => {
    expect(heldAfter(['authorized', ...times(4, 'slow' as const)]).outcome).toBe('ok');
    expect(heldAfter(['authorized', ...times(5, 'slow' as const)]).outcome).toBe('failing');
    expect(heldAfter(['timed-out', 'slow', 'slow']).outcome).toBe('ok');
    expect(heldAfter([...times(5, 'slow' as const), 'slow', 'slow']).outcome).toBe('failing');
  });

  it('says since when it was first seen failing, not since when it was believed', () => {
    expect(heldAfter(['authorized', ...times(5, 'slow' as const)]).firstFailedAt).toBe(START + MINUTE);
  });
});

describe('what cannot be seen', () => {
  it('neither fails a probe nor recovers it', () => {
    expect(heldAfter(['authorized', ...times(100, 'blocked' as const)]).outcome).toBe('ok');
    expect(heldAfter(['timed-out', ...times(100, 'blocked' as const)]).outcome).toBe('failing');
    expect(heldAfter(['timed-out', 'authorized', 'blocked', 'authorized']).outcome).toBe('ok');
  });

  it('is shown at once and told after half an hour', () => {
    const signals = (minutes: number) =>
      signalsFromHealth(
        [heldAfter(['authorized', ...times(minutes, 'blocked' as const)])],
        START + minutes * MINUTE,
        policy.unknownThresholdMinutes * MINUTE,
      );
    expect(signals(1)).toMatchObject([{ outcome: 'unknown', tentative: true }]);
    expect(signals(31)).toMatchObject([{ outcome: 'unknown', tentative: false }]);
  });

  it('stands beside a failure in force', () => {
    const signals = signalsFromHealth([heldAfter(['timed-out', 'blocked'])], START + MINUTE, 30 * MINUTE);
    expect(signals.map(({ outcome }) => outcome)).toEqual(['failing', 'unknown']);
  });

  it('lets a declared incident lapse to what is measured after the threshold', () => {
    const declared = (finding: FindingOf<'clay-status'>, minute: number) =>
      observation({
        probe: 'clay.status',
        surface: 'clay-status',
        subject: 'clay',
        finding,
        at: START + minute * MINUTE,
        durationMs: 1,
        summary: finding,
        attempts: 2,
      });
    let held = stepHealth(undefined, declared('major-incident', 0), policy);
    for (let minute = 1; minute <= 30; minute += 1)
      held = stepHealth(held, declared('blocked', minute), policy);
    expect(held.outcome).toBe('failing');
    held = stepHealth(held, declared('blocked', 31), policy);
    expect(held.outcome).toBe('not-seen-yet');
  });
});

describe('flapping', () => {
  const flap = ['timed-out', 'authorized', 'authorized'] as const;

  it('begins at the fourth change within half an hour, and then recovery takes ten good runs', () => {
    const held = heldAfter(['authorized', ...flap, ...flap]);
    expect(held.flapping).toBe(true);
    expect(
      heldAfter(['authorized', ...flap, ...flap, 'timed-out', ...times(9, 'authorized' as const)]).outcome,
    ).toBe('failing');
    expect(
      heldAfter(['authorized', ...flap, ...flap, 'timed-out', ...times(10, 'authorized' as const)]).outcome,
    ).toBe('ok');
  });

  it('ends when a whole window passed without a change', () => {
    expect(heldAfter(['authorized', ...flap, ...flap, ...times(40, 'authorized' as const)]).flapping).toBe(
      false,
    );
  });
});

describe('for any history', () => {
  const history = fc.array(
    fc.record({
      finding: fc.constantFrom<KeyFinding>(
        'authorized',
        'timed-out',
        'slow',
        'unauthorized',
        'rate-limited',
        'blocked',
        'not-run',
      ),
      attempts: fc.integer({ min: 1, max: 3 }),
      // A clock that jumps, both ways.
      minutes: fc.integer({ min: -600, max: 600 }),
    }),
    { minLength: 1, maxLength: 80 },
  );

  /** What must hold of one step, each with its name. */
  const rules: Readonly<
    Record<string, (before: ProbeHealth | undefined, now: Observation, held: ProbeHealth) => boolean>
  > = {
    'failing is entered only by a failure': (before, now, held) =>
      before?.outcome === 'failing' || held.outcome !== 'failing' || now.outcome === 'failing',
    'failing is left only by good runs': (before, _now, held) =>
      before?.outcome !== 'failing' ||
      held.outcome !== 'ok' ||
      held.runs.ok + held.runs.slow >= policy.recoveryThreshold,
    'an unknown changes nothing': (before, now, held) =>
      now.outcome !== 'unknown' || held.outcome === (before?.outcome ?? 'not-seen-yet'),
    'times never run backwards': (before, _now, held) => held.since >= (before?.since ?? held.since),
    'the state stays small': (_before, _now, held) => held.changes.length <= 20,
    'the evidence is of the state': (_before, _now, held) =>
      held.outcome === 'not-seen-yet' ||
      held.evidence.finding === 'slow' ||
      (held.evidence.outcome === 'failing') === (held.outcome === 'failing'),
    'no age is negative': (_before, now, held) =>
      signalsFromHealth([held], now.at, MINUTE).every(({ ageMs }) => ageMs >= 0),
  };

  it(`${Object.keys(rules).join('; ')}`, () => {
    fc.assert(
      fc.property(history, (steps) => {
        let held: ProbeHealth | undefined;
        let at = 0;
        for (const { finding, attempts, minutes } of steps) {
          at += minutes;
          const before = held;
          const now = seen(finding, at, attempts);
          held = stepHealth(before, now, policy);
          for (const [rule, holds] of Object.entries(rules))
            expect(holds(before, now, held), rule).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what rows said', () => {
  const byRows = (finding: FindingOf<'webhook'>, minute: number, probe = 'relay:leads/webhook/leads-1') =>
    observation({
      probe,
      surface: 'webhook',
      subject: 'leads/leads-1',
      finding,
      at: START + minute * MINUTE,
      durationMs: 0,
      summary: finding,
      attempts: 5,
    });
  const idleFor = (idleMinutes: number, probe?: string): ProbeHealth => {
    const first = stepHealth(undefined, byRows('server-error', 0, probe), policy);
    return Array.from({ length: idleMinutes }, (_, index) => index + 1).reduce(
      (held, minute) => stepHealth(held, byRows('idle', minute, probe), policy),
      first,
    );
  };

  it('holds while the breaker may still wait, and says nothing of now after that: neither failing nor working', () => {
    expect(idleFor(20).outcome).toBe('failing');
    expect(idleFor(21).outcome).toBe('not-seen-yet');
    expect(signalsFromHealth([idleFor(21)], START + 21 * MINUTE, 0).map(({ outcome }) => outcome)).toEqual([
      'unknown',
    ]);
  });

  it('is no rule for a check, which can look at any time', () => {
    expect(idleFor(60, 'webhook:leads/leads-1').outcome).toBe('failing');
  });
});

describe('what is read off a source that cannot be read', () => {
  const of = (probe: string, finding: 'authorized' | 'timed-out' | 'not-run'): ProbeHealth =>
    ['authorized', finding, finding].reduce<ProbeHealth | undefined>(
      (held, one, minute) => stepHealth(held, { ...seen(one as KeyFinding, minute), probe }, policy),
      undefined,
    ) as ProbeHealth;
  const probesIn = (health: readonly ProbeHealth[]) =>
    signalsFromHealth(health, START + 5 * MINUTE, 30 * MINUTE).map(
      ({ probe, outcome }) => `${probe} ${outcome}`,
    );

  it.each([
    ['rows:leads', 'rows:leads/flow'],
    ['credits.history', 'credits.burn'],
    ['clay.balance', 'clay.credits'],
  ])('of %s: %s no longer looks fine, and still fails where it failed', (source, part) => {
    expect(probesIn([of(source, 'authorized'), of(part, 'authorized')])).toContain(`${part} ok`);
    expect(probesIn([of(source, 'not-run'), of(part, 'authorized')])).toEqual([`${source} unknown`]);
    expect(probesIn([of(source, 'not-run'), of(part, 'timed-out')])).toContain(`${part} failing`);
  });

  it('of one feed says nothing about another', () => {
    expect(probesIn([of('rows:leads', 'not-run'), of('rows:accounts/flow', 'authorized')])).toContain(
      'rows:accounts/flow ok',
    );
  });
});
