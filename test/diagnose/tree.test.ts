import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../shared/cause.ts';
import { diagnose } from '../../shared/diagnose/diagnose.ts';
import type { Diagnosis, Verdict } from '../../shared/diagnose/verdict.ts';
import {
  type Finding,
  type Outcome,
  outcomeOf,
  SURFACES,
  type Surface,
} from '../../shared/observe/findings.ts';
import { findingsOf, HEALTHY, type Picture, signal, signalsOf } from '../support/signals.ts';

const diagnosisOf = (picture: Picture): Diagnosis => diagnose(signalsOf(picture));
const named = (picture: Picture): string => {
  const { primary } = diagnosisOf({ ...HEALTHY, ...picture });
  return primary ? `${primary.severity} ${primary.cause} ${primary.subject}` : 'healthy';
};

interface Case {
  readonly diagnosis: Diagnosis;
  /** Every verdict, told or hidden, and its key. */
  readonly all: readonly Verdict[];
  readonly keys: ReadonlySet<string>;
  readonly outcomes: readonly Outcome[];
}

const keyOf = ({ cause, subject }: { cause: string; subject: string }): string => `${cause} ${subject}`;

/** What must hold of any diagnosis, each rule with its name. */
const RULES: Readonly<Record<string, (one: Case) => boolean>> = {
  'a key has one verdict': ({ all, keys }) => keys.size === all.length,
  'the primary is the first verdict told': ({ diagnosis }) =>
    diagnosis.primary === (diagnosis.verdicts[0] ?? null),
  'effects have an upstream cause that is told': ({ diagnosis }) =>
    diagnosis.hidden.length === 0 || diagnosis.verdicts.length > 0,
  'what is hidden says by what': ({ diagnosis }) =>
    diagnosis.hidden.every(({ hiddenBy }) => hiddenBy !== undefined),
  'what is told is not hidden': ({ diagnosis }) =>
    diagnosis.verdicts.every(({ hiddenBy }) => hiddenBy === undefined),
  'nothing is in force and cleared at once': ({ diagnosis, keys }) =>
    !diagnosis.cleared.some((key) => keys.has(keyOf(key))),
  'a verdict has evidence': ({ all }) => all.every(({ evidence }) => evidence.length > 0),
  'a verdict says what would change it': ({ all }) => all.every(({ wouldChange }) => wouldChange.length > 0),
  'healthy is nothing found': ({ diagnosis }) =>
    diagnosis.conclusion !== 'healthy' || diagnosis.primary === null,
  'healthy is everything ok': ({ diagnosis, outcomes }) =>
    diagnosis.conclusion !== 'healthy' || outcomes.every((outcome) => outcome === 'ok'),
  'nothing found among what was seen is healthy': ({ diagnosis, outcomes }) =>
    diagnosis.conclusion === 'healthy' || diagnosis.primary !== null || !outcomes.includes('ok'),
  'a problem is something failing': ({ diagnosis, outcomes }) =>
    diagnosis.conclusion !== 'problem' || outcomes.includes('failing'),
  'a gap cannot tell': ({ diagnosis }) =>
    diagnosis.primary?.cause !== 'monitoring.gap' || diagnosis.conclusion === 'cannot-tell',
};

/** The rule that is broken: a value, so that a million combinations need no million expectations. */
const flaw = (picture: Picture, diagnosis: Diagnosis): string | undefined => {
  const all = [...diagnosis.verdicts, ...diagnosis.hidden];
  const outcomes = Object.entries(picture)
    // Independent hosts that do not answer say nothing against Clay when Clay does.
    .filter(([surface]) => surface !== 'connectivity')
    .map(([surface, finding]) => outcomeOf(surface as Surface, finding));
  const one = { diagnosis, all, keys: new Set(all.map(keyOf)), outcomes };
  return Object.entries(RULES).find(([, holds]) => !holds(one))?.[0];
};

function* combinations(choices: Partial<Record<Surface, readonly (Finding | null)[]>>): Generator<Picture> {
  const surfaces = Object.keys(choices) as Surface[];
  const build = function* (index: number, picture: Picture): Generator<Picture> {
    const surface = surfaces[index];
    if (surface === undefined) {
      yield picture;
      return;
    }
    for (const finding of choices[surface] ?? [])
      yield* build(index + 1, finding === null ? picture : { ...picture, [surface]: finding });
  };
  yield* build(0, {});
}

const flawsIn = (choices: Parameters<typeof combinations>[0], rest: Picture = {}) => {
  const flaws: string[] = [];
  let count = 0;
  for (const picture of combinations(choices)) {
    count += 1;
    const whole = { ...rest, ...picture };
    const broken = flaw(whole, diagnosisOf(whole));
    if (broken) flaws.push(`${broken}: ${JSON.stringify(whole)}`);
  }
  return { count, flaws: flaws.slice(0, 5) };
};

describe('the decision tree is total and unambiguous', () => {
  it('gives exactly one primary, healthy, or cannot tell, for every combination at Clay and its account', () => {
    const { count, flaws } = flawsIn({
      connectivity: ['online', 'offline', 'not-run', null],
      'clay-web': ['up', 'slow', 'server-error', 'timed-out', 'blocked'],
      'clay-api': ['up', 'slow', 'server-error', 'timed-out', 'not-run'],
      'clay-key': [
        null,
        'authorized',
        'unauthorized',
        'forbidden',
        'payment-required',
        'rate-limited',
        'not-found',
        'server-error',
        'timed-out',
        'slow',
      ],
      'clay-balance': [null, 'readable', 'forbidden', 'payment-required', 'timed-out', 'blocked'],
      credits: [null, 'funded', 'low', 'exhausted'],
      actions: [null, 'funded', 'exhausted'],
      'clay-status': [null, 'operational', 'major-incident', 'blocked'],
    });
    expect(flaws).toEqual([]);
    expect(count).toBe(4 * 5 * 5 * 10 * 6 * 4 * 3 * 4);
  }, 60_000);

  it.each([
    ['Clay fine', {}],
    ['Clay down', { 'clay-web': 'timed-out', 'clay-api': 'server-error' }],
    ['own network down', { connectivity: 'offline', 'clay-web': 'dns-failed', 'clay-api': 'dns-failed' }],
    ['key refused', { 'clay-key': 'unauthorized' }],
  ] as const)(
    'and at every endpoint, with %s',
    (_name, clay: Picture) => {
      const { connectivity, 'clay-web': web, 'clay-api': api } = HEALTHY;
      const { flaws } = flawsIn(
        {
          webhook: [null, ...findingsOf('webhook')],
          callback: [null, 'up', 'timed-out', 'not-found', 'condition-failed', 'slow', 'not-run'],
          integration: [null, 'healthy', 'server-error', 'not-run'],
          crm: ['passing', 'condition-failed', 'not-run'],
          provider: ['passing', 'rate-limited', 'tls-failed'],
          service: ['passing', 'timed-out'],
          schedule: ['on-time', 'missed-runs'],
        },
        { connectivity, 'clay-web': web, 'clay-api': api, ...clay },
      );
      expect(flaws).toEqual([]);
    },
    60_000,
  );

  it('for every finding of every surface, in any combination and order', () => {
    const anyPicture = fc.record(
      Object.fromEntries(SURFACES.map((surface) => [surface, fc.constantFrom(...findingsOf(surface))])),
      { requiredKeys: [] },
    ) as fc.Arbitrary<Picture>;
    fc.assert(
      fc.property(anyPicture, fc.infiniteStream(fc.nat()), (picture, order) => {
        const signals = signalsOf(picture);
        const result = diagnose(signals);
        expect(flaw(picture, result)).toBeUndefined();
        const shuffled = [...signals]
          .map((one) => ({ one, at: order.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(diagnose(shuffled)).toEqual(result);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('each fault alone', () => {
  it.each<[Picture, string]>([
    [{}, 'healthy'],
    [{ 'clay-status': 'maintenance' }, 'healthy'],
    [
      {
        'clay-web': 'timed-out',
        'clay-api': 'timed-out',
        'clay-key': 'timed-out',
        'clay-balance': 'timed-out',
      },
      'P1 clay.outage clay',
    ],
    [
      {
        'clay-web': 'server-error',
        'clay-api': 'server-error',
        'clay-key': 'server-error',
        'clay-balance': 'server-error',
      },
      'P1 clay.outage clay',
    ],
    [{ 'clay-api': 'server-error', 'clay-key': 'server-error' }, 'P2 clay.degraded clay'],
    [{ 'clay-web': 'timed-out' }, 'P2 clay.degraded clay'],
    [{ 'clay-key': 'slow' }, 'P2 clay.degraded clay'],
    [{ 'clay-status': 'minor-incident' }, 'P2 clay.degraded clay'],
    [{ 'clay-key': 'unauthorized', 'clay-balance': 'unauthorized' }, 'P2 api-key.invalid clay-api-key'],
    [{ 'clay-key': 'forbidden' }, 'P3 api-key.forbidden clay-api-key'],
    [{ 'clay-balance': 'forbidden' }, 'P3 api-key.forbidden clay-api-key'],
    [{ 'clay-key': 'rate-limited' }, 'P3 api.rate-limited clay-api-key'],
    [{ 'clay-key': 'payment-required' }, 'P1 credits.exhausted workspace'],
    [{ 'clay-key': 'payment-required', actions: 'exhausted' }, 'P1 actions.exhausted workspace'],
    [{ 'clay-key': 'not-found' }, 'P4 monitoring.gap clay.key'],
    [{ credits: 'exhausted' }, 'P1 credits.exhausted workspace'],
    [{ actions: 'exhausted' }, 'P1 actions.exhausted workspace'],
    [{ credits: 'low' }, 'P4 credits.running-out workspace'],
    [{ credits: 'very-low' }, 'P3 credits.running-out workspace'],
    [{ credits: 'critical' }, 'P2 credits.running-out workspace'],
    [{ actions: 'critical' }, 'P2 actions.running-out workspace'],
    [{ webhook: 'limit-reached' }, 'P1 webhook.limit-reached leads/leads-1'],
    [{ webhook: 'gone' }, 'P1 webhook.gone leads/leads-1'],
    [{ webhook: 'unauthorized' }, 'P1 webhook.unauthorized leads/leads-1'],
    [{ webhook: 'rejecting' }, 'P3 webhook.rejecting leads/leads-1'],
    [{ webhook: 'rate-limited' }, 'P3 webhook.rate-limited leads/leads-1'],
    [{ webhook: 'timed-out' }, 'P1 webhook.intake-failing leads/leads-1'],
    [{ webhook: 'slow' }, 'P2 clay.degraded clay'],
    [{ callback: 'not-found' }, 'P2 callback.unreachable leads'],
    [{ callback: 'condition-failed' }, 'P3 callback.failing leads'],
    [{ integration: 'condition-failed' }, 'P2 own.unhealthy integration'],
    [{ service: 'timed-out' }, 'P2 own.unhealthy billing'],
    [{ provider: 'condition-failed' }, 'P3 provider.failing apollo'],
    [{ provider: 'rate-limited' }, 'P3 provider.rate-limited apollo'],
    [{ crm: 'condition-failed' }, 'P2 crm.sync-failing hubspot'],
    [{ 'clay-status': 'blocked' }, 'P4 monitoring.gap clay.status'],
    [{ schedule: 'missed-runs' }, 'P4 monitoring.gap schedule'],
    [{ connectivity: 'offline' }, 'healthy'],
  ])('%j is %s', (picture, expected) => {
    expect(named(picture)).toBe(expected);
  });

  it('blames our own network, never Clay, when no independent host answers either', () => {
    const down = {
      connectivity: 'offline',
      'clay-web': 'dns-failed',
      'clay-api': 'timed-out',
      'clay-key': 'timed-out',
      'clay-balance': 'timed-out',
      'clay-status': 'unreachable',
      callback: 'timed-out',
    } as const;
    const result = diagnosisOf({ ...HEALTHY, ...down });
    expect(result.conclusion).toBe('cannot-tell');
    expect(result.verdicts.map(({ cause, subject }) => `${cause} ${subject}`)).toEqual([
      'monitoring.gap own-network',
    ]);
    expect(result.hidden.map(({ cause }) => cause)).toContain('clay.outage');
  });

  it('proves the network by any answer from Clay, even an error', () => {
    expect(
      named({
        connectivity: 'offline',
        'clay-web': 'server-error',
        'clay-api': 'server-error',
        'clay-key': 'server-error',
        'clay-balance': 'server-error',
      }),
    ).toBe('P1 clay.outage clay');
  });

  it('cannot tell when Clay is silent and the network could not be checked', () => {
    const silent = {
      connectivity: 'not-run',
      'clay-web': 'timed-out',
      'clay-api': 'timed-out',
      'clay-key': 'timed-out',
      'clay-balance': 'timed-out',
    } as const;
    expect(diagnosisOf({ ...HEALTHY, ...silent }).conclusion).toBe('cannot-tell');
  });
});

describe('upstream causes hide their effects', () => {
  const outage = {
    'clay-web': 'timed-out',
    'clay-api': 'timed-out',
    'clay-key': 'timed-out',
    'clay-balance': 'timed-out',
  } as const;

  it('an outage hides its webhooks and the integration that depends on it, but not our own callback or the CRM', () => {
    const result = diagnosisOf({
      ...HEALTHY,
      ...outage,
      webhook: 'timed-out',
      integration: 'condition-failed',
      callback: 'timed-out',
      crm: 'condition-failed',
    });
    expect(result.primary?.cause).toBe('clay.outage');
    expect(result.hidden.map(({ cause }) => cause).sort()).toEqual([
      'clay.degraded',
      'own.unhealthy',
      'webhook.intake-failing',
    ]);
    expect(result.verdicts.map(({ cause }) => cause)).toEqual([
      'clay.outage',
      'callback.unreachable',
      'crm.sync-failing',
    ]);
  });

  it('an outage still open hides what is left of it while its surfaces recover one by one', () => {
    const partly = signalsOf({ ...HEALTHY, 'clay-api': 'timed-out' });
    expect(diagnose(partly).primary?.cause).toBe('clay.degraded');
    const result = diagnose(partly, { open: [{ cause: 'clay.outage', subject: 'clay' }] });
    expect(result.primary).toBeNull();
    expect(result.hidden.map(({ cause }) => cause)).toEqual(['clay.degraded']);
    expect(result.conclusion).toBe('problem');
    expect(result.cleared.map(({ cause }) => cause)).not.toContain('clay.outage');
  });
});

describe('what clears an incident', () => {
  const clears = (picture: Picture, cause: string): boolean =>
    diagnosisOf({ ...HEALTHY, ...picture }).cleared.some((key) => key.cause === cause);

  it('is seen working, never not being seen', () => {
    for (const surface of ['callback', 'integration', 'crm', 'provider', 'service', 'webhook'] as const) {
      const blind = diagnosisOf({ ...HEALTHY, [surface]: 'not-run' });
      const { subject } = signal(surface, 'not-run' as Finding);
      expect(blind.cleared.filter((key) => key.subject === subject)).toEqual([]);
    }
    expect(clears({ 'clay-web': 'up' }, 'clay.outage')).toBe(true);
    expect(clears({ 'clay-api': 'server-error' }, 'clay.outage')).toBe(false);
    expect(clears({ 'clay-key': 'not-run', 'clay-balance': 'not-run' }, 'api-key.invalid')).toBe(false);
  });

  it('a low balance ends exhaustion, and only a funded one ends running out', () => {
    expect(clears({ credits: 'low' }, 'credits.exhausted')).toBe(true);
    expect(clears({ credits: 'low' }, 'credits.running-out')).toBe(false);
    expect(clears({}, 'credits.running-out')).toBe(true);
  });

  it('another failure of the same webhook does not', () => {
    expect(clears({ webhook: 'gone' }, 'webhook.limit-reached')).toBe(false);
  });
});

describe('a verdict carries its reasons', () => {
  it('names what was ruled out on the way, nearest the source first', () => {
    const { primary } = diagnosisOf({ ...HEALTHY, webhook: 'limit-reached' });
    const ruledOut = primary?.ruledOut.map(({ cause }) => cause) ?? [];
    expect(ruledOut).toEqual(
      expect.arrayContaining(['clay.outage', 'clay.degraded', 'api-key.invalid', 'credits.exhausted']),
    );
    expect(ruledOut).not.toContain('crm.sync-failing');
  });

  it('keeps what Clay declares apart from what was measured', () => {
    const { primary } = diagnosisOf({ ...HEALTHY, 'clay-api': 'slow', 'clay-status': 'major-incident' });
    expect(primary?.evidence.map(({ kind }) => kind)).toEqual(['measured', 'declared']);
  });

  it('takes the severity from the configuration over the default and the level', () => {
    const signals = signalsOf({ ...HEALTHY, credits: 'low' });
    const { primary } = diagnose(signals, { severities: { 'credits.running-out': 'P1' } });
    expect(primary?.severity).toBe('P1');
    expect(CAUSES['credits.running-out']).toBe('P4');
  });
});

describe('questions that only a person can answer', () => {
  it('are asked when nothing measured explains why rows are not enriched', () => {
    expect(diagnosisOf(HEALTHY).questions.map(({ id }) => id)).toEqual([
      'red-cells',
      'auto-run',
      'connections',
    ]);
    const { credits: _credits, ...unread } = HEALTHY;
    expect(diagnosisOf(unread).questions.map(({ id }) => id)).toContain('credits');
    expect(diagnosisOf({ ...HEALTHY, credits: 'exhausted' }).questions).toEqual([]);
  });

  it('lead to a cause of their own', () => {
    const answered = (answers: Parameters<typeof diagnose>[1]) =>
      diagnose(signalsOf(HEALTHY), answers).primary?.cause;
    expect(answered({ answers: { 'auto-run': 'no' } })).toBe('enrichment.stalled');
    expect(answered({ answers: { 'red-cells': 'yes' } })).toBe('provider.failing');
    expect(answered({ answers: { connections: 'no' } })).toBe('provider.failing');
    expect(
      answered({ answers: { 'auto-run': 'yes', 'red-cells': 'no', connections: 'yes' } }),
    ).toBeUndefined();
  });
});
