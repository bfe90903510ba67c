import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../shared/cause.ts';
import { diagnose } from '../../shared/diagnose/diagnose.ts';
import type { Diagnosis, Verdict } from '../../shared/diagnose/verdict.ts';
import {
  type Finding,
  isSilent,
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
  // A forecast that the balance lasts outweighs its level.
  const outweighed = (surface: string, finding: Finding) =>
    (surface === 'credits' || surface === 'actions') &&
    picture[`${surface}-run-out`] === 'lasts' &&
    finding !== 'exhausted';
  const outcomes = Object.entries(picture)
    .filter(([surface, finding]) => !outweighed(surface, finding))
    // Independent hosts that do not answer say nothing against Clay when Clay does.
    .filter(([surface]) => surface !== 'connectivity')
    // Too little to judge by is neither fine nor a fault, and nothing that anybody failed to see.
    .filter(([, finding]) => !isSilent({ finding }))
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
      connectivity: ['online', 'offline', 'not-run'],
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
      'clay-balance': [null, 'readable', 'payment-required', 'blocked'],
      credits: [null, 'funded', 'low', 'exhausted'],
      actions: [null, 'exhausted'],
      'clay-status': [null, 'major-incident', 'blocked'],
    });
    expect(flaws).toEqual([]);
    expect(count).toBe(3 * 5 * 5 * 10 * 4 * 4 * 2 * 3);
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

  it('and for every combination of what rows and credits say, with what explains them', () => {
    const { flaws } = flawsIn(
      {
        flow: [null, ...findingsOf('flow')],
        losses: ['none', 'too-few', 'losing'],
        'round-trip': ['in-time', 'late'],
        'hit-rate': ['fine', 'low-provider'],
        'table-count': [null, ...findingsOf('table-count')],
        'webhook-count': ['room', 'reached-standby-ready'],
        'callback-rows': ['fine', 'all-refused'],
        credits: ['funded', 'low', 'exhausted'],
        'credits-run-out': ['no-forecast', 'lasts', 'out-at-p1'],
        webhook: ['accepting', 'limit-reached', 'timed-out'],
        callback: ['up', 'timed-out'],
      },
      { 'clay-web': 'up', 'clay-api': 'up' },
    );
    expect(flaws).toEqual([]);
  }, 60_000);

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
    [{ credits: 'low', 'credits-run-out': 'no-forecast' }, 'P4 credits.running-out workspace'],
    [{ credits: 'very-low', 'credits-run-out': 'no-forecast' }, 'P3 credits.running-out workspace'],
    [{ credits: 'critical', 'credits-run-out': 'no-forecast' }, 'P2 credits.running-out workspace'],
    [{ actions: 'critical', 'actions-run-out': 'no-forecast' }, 'P2 actions.running-out workspace'],
    [{ credits: 'critical', 'credits-run-out': 'lasts' }, 'healthy'],
    [{ 'credits-run-out': 'out-at-p4' }, 'P4 credits.running-out workspace'],
    [{ 'credits-run-out': 'out-at-p3' }, 'P3 credits.running-out workspace'],
    [{ 'credits-run-out': 'out-at-p2' }, 'P2 credits.running-out workspace'],
    [{ credits: 'low', 'credits-run-out': 'out-at-p1' }, 'P1 credits.running-out workspace'],
    [{ 'actions-run-out': 'out-at-p2' }, 'P2 actions.running-out workspace'],
    [{ burn: 'spike' }, 'P2 credits.burn-spike workspace'],
    [{ 'balance-age': 'stale' }, 'P4 monitoring.gap credits.balance-age'],
    [{ webhook: 'limit-reached' }, 'P1 webhook.limit-reached leads/leads-1'],
    [{ webhook: 'gone' }, 'P1 webhook.gone leads/leads-1'],
    [{ webhook: 'unauthorized' }, 'P1 webhook.unauthorized leads/leads-1'],
    [{ webhook: 'rejecting' }, 'P3 webhook.rejecting leads/leads-1'],
    [{ webhook: 'rate-limited' }, 'P3 webhook.rate-limited leads/leads-1'],
    [{ webhook: 'timed-out' }, 'P1 webhook.intake-failing leads/leads-1'],
    [{ webhook: 'failed-over' }, 'P3 webhook.limit-reached leads/leads-1'],
    [{ webhook: 'retired' }, 'healthy'],
    [{ webhook: 'idle' }, 'healthy'],
    [{ webhook: 'slow' }, 'P2 clay.degraded clay'],
    [{ pace: 'limited' }, 'P3 webhook.rate-limited workspace'],
    [{ pace: 'limited-long' }, 'P2 webhook.rate-limited workspace'],
    [{ standby: 'last-in-use' }, 'P2 webhook.limit-approaching leads'],
    [{ relay: 'not-looking' }, 'P2 own.unhealthy leads/relay'],
    [{ relay: 'ageing' }, 'P2 own.unhealthy leads/relay'],
    [{ relay: 'held' }, 'healthy'],
    [{ relay: 'not-run' }, 'P4 monitoring.gap relay:leads'],
    [{ 'dead-letters': 'growing' }, 'P3 own.unhealthy leads/dead-letters'],
    [{ 'table-count': 'retired' }, 'healthy'],
    [{ 'webhook-count': 'near' }, 'P4 webhook.limit-approaching leads/leads-1'],
    [{ 'webhook-count': 'standby-missing' }, 'P2 webhook.limit-approaching leads/leads-1'],
    [{ 'webhook-count': 'reached' }, 'P1 webhook.limit-reached leads/leads-1'],
    [{ 'webhook-count': 'reached-standby-ready' }, 'P3 webhook.limit-reached leads/leads-1'],
    [{ 'webhook-count': 'retired' }, 'healthy'],
    [{ 'table-count': 'near' }, 'P4 table.full leads/leads'],
    [{ 'table-count': 'full' }, 'P1 table.full leads/leads'],
    [{ flow: 'stalled' }, 'P1 enrichment.stalled leads'],
    [{ flow: 'idle' }, 'healthy'],
    [{ losses: 'losing' }, 'P2 rows.lost leads'],
    [{ 'round-trip': 'late' }, 'P2 enrichment.slow leads'],
    [{ 'hit-rate': 'low' }, 'P2 enrichment.low-hit-rate leads'],
    [{ 'hit-rate': 'low-input' }, 'P2 enrichment.low-hit-rate leads'],
    [{ 'hit-rate': 'low-provider' }, 'P2 enrichment.low-hit-rate leads'],
    [{ 'provider-rows': 'failing' }, 'P3 provider.failing leads/apollo'],
    [{ 'provider-rows': 'throttled' }, 'P3 provider.rate-limited leads/apollo'],
    [{ 'crm-rows': 'failing' }, 'P2 crm.sync-failing leads/crm'],
    [{ 'callback-rows': 'failing' }, 'P3 callback.failing leads'],
    [{ 'callback-rows': 'all-refused' }, 'P1 callback.failing leads'],
    [{ loops: 'looping' }, 'P2 rows.looping leads'],
    [{ 'rows-ledger': 'not-run' }, 'P4 monitoring.gap rows:leads'],
    [{ 'credit-history': 'not-run' }, 'P4 monitoring.gap credits.history'],
    [{ callback: 'not-found' }, 'P2 callback.unreachable leads'],
    [{ callback: 'condition-failed' }, 'P3 callback.failing leads'],
    [{ integration: 'condition-failed' }, 'P2 own.unhealthy integration'],
    [{ service: 'timed-out' }, 'P2 own.unhealthy billing'],
    [{ provider: 'condition-failed' }, 'P3 provider.failing apollo'],
    [{ provider: 'rate-limited' }, 'P3 provider.rate-limited apollo'],
    [{ crm: 'condition-failed' }, 'P2 crm.sync-failing hubspot'],
    [{ 'clay-status': 'blocked' }, 'P4 monitoring.gap clay.status'],
    [{ messages: 'undelivered' }, 'P2 own.unhealthy messages'],
    [{ messages: 'not-run' }, 'P4 monitoring.gap messages'],
    [{ schedule: 'missed-runs' }, 'P4 monitoring.gap schedule'],
    [{ connectivity: 'offline' }, 'healthy'],
  ])('%j is %s', (picture, expected) => {
    expect(named(picture)).toBe(expected);
  });

  it('blames our own network, never Clay, when no independent host answers either', () => {
    const down = {
      connectivity: 'offline',
      'clay-web': 'dns-failed',
      'clay-app': 'dns-failed',
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
      'clay-app': 'timed-out',
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

describe('rows and credits: upstream causes hide their effects', () => {
  const told = (picture: Picture, options: Parameters<typeof diagnose>[1] = {}) =>
    diagnose(signalsOf({ ...HEALTHY, ...picture }), options).verdicts.map(({ cause }) => cause);
  const stuck = { flow: 'stalled', losses: 'losing', 'round-trip': 'late', 'hit-rate': 'low' } as const;

  it.each<[string, Picture, readonly string[]]>([
    ['used-up credits', { credits: 'exhausted', ...stuck }, ['credits.exhausted']],
    ['used-up actions', { actions: 'exhausted', ...stuck }, ['actions.exhausted']],
    ['a webhook that takes nothing in', { webhook: 'timed-out', ...stuck }, ['webhook.intake-failing']],
    ['our endpoint down', { callback: 'timed-out', ...stuck }, ['callback.unreachable']],
    ['stalled rows', stuck, ['enrichment.stalled']],
    ['a full table', { 'table-count': 'full', flow: 'stalled', losses: 'losing' }, ['table.full']],
    ['a loop', { loops: 'looping', burn: 'spike' }, ['rows.looping']],
    ['unreadable callbacks', { 'callback-rows': 'failing', losses: 'losing' }, ['callback.failing']],
  ])('%s', (_name, picture, expected) => {
    expect(told(picture)).toEqual(expected);
  });

  it('and not those of another feed', () => {
    const ofAccounts = signalsOf({ flow: 'stalled' }).map((one) => ({ ...one, subject: 'accounts' }));
    const { verdicts } = diagnose([...signalsOf({ ...HEALTHY, webhook: 'timed-out' }), ...ofAccounts]);
    expect(verdicts.map(({ cause, subject }) => `${cause} ${subject}`)).toEqual([
      'webhook.intake-failing leads/leads-1',
      'enrichment.stalled accounts',
    ]);
  });

  it('a table that is nearly full and loses rows is full; with room it is stalled, or loses rows', () => {
    expect(named({ 'table-count': 'near', flow: 'stalled' })).toBe('P1 table.full leads/leads');
    expect(named({ 'table-count': 'near', losses: 'losing' })).toBe('P1 table.full leads/leads');
    expect(named({ 'table-count': 'room', flow: 'stalled' })).toBe('P1 enrichment.stalled leads');
    expect(named({ 'table-count': 'room', losses: 'losing' })).toBe('P2 rows.lost leads');
    expect(told({ 'table-count': 'near', 'round-trip': 'late' })).toEqual(['enrichment.slow', 'table.full']);
  });

  it('a CRM that does not answer explains its column, in the feed that it belongs to', () => {
    const picture = { crm: 'condition-failed', 'crm-rows': 'failing' } as const;
    expect(told(picture, { feedOfProbe: { hubspot: 'leads' } })).toHaveLength(1);
    expect(told(picture, { feedOfProbe: { hubspot: null } })).toHaveLength(1);
    expect(told(picture, { feedOfProbe: { hubspot: 'accounts' } })).toHaveLength(2);
    expect(told(picture)).toHaveLength(2);
  });

  it('one that ended a short while ago still explains rates, and for a moment that nothing comes back', () => {
    const ago = (minutes: number) => ({
      lately: [{ cause: 'clay.outage', subject: 'clay', agoMs: minutes * 60_000 }] as const,
    });
    const rates = { 'round-trip': 'late', 'provider-rows': 'failing' } as const;
    expect(told(rates, ago(19))).toEqual([]);
    expect(told(rates, ago(20))).toEqual(['enrichment.slow', 'provider.failing']);
    expect(told({ flow: 'stalled' }, ago(4))).toEqual([]);
    expect(told({ flow: 'stalled' }, ago(5))).toEqual(['enrichment.stalled']);
    expect(told({ webhook: 'gone' }, ago(0))).toEqual(['webhook.gone']);
    // Cleared in this very moment.
    expect(told(rates, { open: [{ cause: 'clay.outage', subject: 'clay' }] })).toEqual([]);
    expect(told({ 'provider-rows': 'failing' })).toEqual(['provider.failing']);
  });

  it('what only rows showed, and none since, is of the time of what has ended; a check, or a later row, is not', () => {
    const at = 1_000_000;
    const byRows = (seenAt: number) => {
      const one = signal('webhook', 'server-error', { probe: 'relay:leads/webhook/leads-1' });
      return { ...one, evidence: { ...one.evidence, probe: one.probe, at: seenAt } };
    };
    const causes = (one: ReturnType<typeof byRows>, agoMs: number) =>
      diagnose([...signalsOf({ 'clay-web': 'up', 'clay-api': 'up' }), one], {
        now: at + agoMs,
        lately: [{ cause: 'clay.outage', subject: 'clay', agoMs }],
      }).verdicts.map(({ cause }) => cause);
    expect(causes(byRows(at - 1), 600_000)).toEqual([]);
    expect(causes(byRows(at + 1), 600_000)).toEqual(['webhook.intake-failing']);
    const byCheck = signal('webhook', 'server-error');
    expect(causes(byCheck, 600_000)).toEqual(['webhook.intake-failing']);
  });

  it('of two looks at one key the more urgent one counts', () => {
    const { verdicts } = diagnosisOf({ ...HEALTHY, callback: 'slow', 'callback-rows': 'all-refused' });
    expect(verdicts.map(({ cause, severity }) => `${severity} ${cause}`)).toEqual(['P1 callback.failing']);
    expect(verdicts[0]?.evidence).toHaveLength(2);
  });
});

describe('what clears an incident', () => {
  const clears = (picture: Picture, cause: string): boolean =>
    diagnosisOf({ ...HEALTHY, ...picture }).cleared.some((key) => key.cause === cause);

  it('is seen working, never not being seen', () => {
    for (const surface of ['callback', 'integration', 'crm', 'provider', 'service', 'webhook'] as const) {
      const blind = diagnosisOf({ 'clay-web': 'up', [surface]: 'not-run' });
      const { subject } = signal(surface, 'not-run' as Finding);
      expect(blind.cleared.filter((key) => key.subject === subject)).toEqual([]);
    }
    expect(clears({ 'clay-web': 'up' }, 'clay.outage')).toBe(true);
    expect(clears({ 'clay-api': 'server-error' }, 'clay.outage')).toBe(false);
    expect(clears({ 'clay-key': 'not-run', 'clay-balance': 'not-run' }, 'api-key.invalid')).toBe(false);
  });

  it('without a forecast, a low balance ends exhaustion, and only a funded one ends running out', () => {
    expect(clears({ credits: 'low' }, 'credits.exhausted')).toBe(true);
    const low = { credits: 'low', 'credits-run-out': 'no-forecast' } as const;
    expect(clears(low, 'credits.running-out')).toBe(false);
    expect(clears({ 'credits-run-out': 'no-forecast' }, 'credits.running-out')).toBe(true);
  });

  it('counts do not outvote what cannot be seen of the thing itself', () => {
    expect(clears({}, 'webhook.limit-reached')).toBe(true);
    expect(clears({ webhook: 'not-run' }, 'webhook.limit-reached')).toBe(false);
    expect(clears({ callback: 'not-run' }, 'callback.failing')).toBe(false);
  });

  it('a balance does not end exhaustion where rows are watched: a row that comes back does', () => {
    expect(clears({ flow: 'flowing' }, 'credits.exhausted')).toBe(true);
    expect(clears({ flow: 'idle' }, 'credits.exhausted')).toBe(false);
    expect(clears({ flow: 'stalled' }, 'credits.exhausted')).toBe(false);
    const { flow: _flow, ...unwatched } = HEALTHY;
    expect(diagnosisOf(unwatched).cleared.map(({ cause }) => cause)).toContain('credits.exhausted');
    const stale = {
      ...signal('flow', 'flowing'),
      evidence: { ...signal('flow', 'flowing').evidence, facts: {} },
    };
    const before = diagnose([...signalsOf(unwatched), stale]);
    expect(before.cleared.map(({ cause }) => cause)).not.toContain('credits.exhausted');
  });

  it('too little to judge by clears nothing', () => {
    const silent: readonly (readonly [Picture, string])[] = [
      [{ flow: 'idle' }, 'enrichment.stalled'],
      [{ losses: 'too-few' }, 'rows.lost'],
      [{ 'round-trip': 'too-few' }, 'enrichment.slow'],
      [{ 'hit-rate': 'too-few' }, 'enrichment.low-hit-rate'],
      [{ loops: 'too-few' }, 'rows.looping'],
      [{ burn: 'too-few' }, 'credits.burn-spike'],
      [{ 'table-count': 'too-few' }, 'table.full'],
    ];
    for (const [picture, cause] of silent) {
      expect(clears(picture, cause), cause).toBe(false);
      expect(named(picture), cause).toBe('healthy');
    }
  });

  it('a table with room by count is not cleared while rows do not come back', () => {
    expect(clears({}, 'table.full')).toBe(true);
    expect(clears({ flow: 'idle' }, 'table.full')).toBe(false);
  });

  it('another failure of the same webhook does not', () => {
    expect(clears({ webhook: 'gone' }, 'webhook.limit-reached')).toBe(false);
  });
});

describe('a webhook that two look at: its rows, and the check', () => {
  const both = (byRows: Finding, byCheck: Finding) =>
    diagnose([
      ...signalsOf({ ...HEALTHY, webhook: byCheck }),
      signal('webhook', byRows, { probe: 'relay:leads/webhook/leads-1' }),
    ]);
  const told = (byRows: Finding, byCheck: Finding) =>
    both(byRows, byCheck).verdicts.map(({ cause, severity }) => `${severity} ${cause}`);

  it('fails when either says so, and the more urgent of them counts', () => {
    expect(told('server-error', 'accepting')).toEqual(['P1 webhook.intake-failing']);
    expect(told('idle', 'gone')).toEqual(['P1 webhook.gone']);
    expect(told('rejecting', 'timed-out')).toEqual(['P1 webhook.intake-failing', 'P3 webhook.rejecting']);
  });

  it('at its limit is not urgent once a standby has taken over, whoever sees it', () => {
    expect(told('failed-over', 'limit-reached')).toEqual(['P3 webhook.limit-reached']);
    expect(told('idle', 'limit-reached')).toEqual(['P1 webhook.limit-reached']);
  });

  it('out of use stops nothing, whatever its check says', () => {
    const result = both('retired', 'limit-reached');
    expect(result.verdicts).toEqual([]);
    expect(result.cleared.map(({ cause }) => cause)).toContain('webhook.limit-reached');
  });

  it('is not cleared by one while the other still fails', () => {
    expect(both('server-error', 'accepting').cleared.map(({ cause }) => cause)).not.toContain(
      'webhook.intake-failing',
    );
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
    const signals = signalsOf({ ...HEALTHY, credits: 'low', 'credits-run-out': 'no-forecast' });
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

describe('the error handling of the runbooks', () => {
  it('shows what stands in for what cannot be seen, as fallback evidence that clears and opens nothing', () => {
    const picture = { ...HEALTHY, 'rows-ledger': 'not-run' } as const;
    const { primary, verdicts } = diagnosisOf(picture);
    expect(primary).toMatchObject({ cause: 'monitoring.gap', subject: 'rows:leads' });
    expect(verdicts).toHaveLength(1);
    const instead = primary?.evidence.filter(({ kind }) => kind === 'fallback') ?? [];
    expect(instead.map(({ probe }) => probe)).toEqual([
      'webhook:leads/leads-1',
      'relay:leads',
      'callback:leads',
    ]);
    expect(instead.every(({ summary }) => summary.startsWith('In place of rows:leads: '))).toBe(true);
    expect(primary?.summary).toContain('Fallback evidence: webhook:leads/leads-1 (accepting)');
  });

  it('says so when nothing else shows it', () => {
    const { primary } = diagnosisOf({ crm: 'not-run', connectivity: 'online' });
    expect(primary?.summary).toContain('Nothing else shows it.');
  });

  it('keeps a gap tentative whatever stands in for it', () => {
    const blind = signal('clay-status', 'blocked', { tentative: true });
    const { verdicts } = diagnose([blind, signal('clay-api', 'up'), signal('clay-web', 'up')]);
    expect(verdicts).toMatchObject([{ cause: 'monitoring.gap', tentative: true }]);
  });

  it.each<[Picture, string]>([
    [{ 'clay-app': 'server-error' }, 'P2 clay.degraded clay'],
    [{ 'clay-app': 'timed-out', 'clay-web': 'timed-out' }, 'P2 clay.degraded clay'],
    [{ 'clay-app': 'timed-out', 'clay-api': 'timed-out', 'clay-key': 'timed-out' }, 'P1 clay.outage clay'],
    [{ 'clay-app': 'filtered' }, 'healthy'],
    [{ 'webhook-url': 'malformed' }, 'P1 webhook.gone leads/leads-1'],
    [{ 'webhook-url': 'standby-malformed' }, 'P3 webhook.gone leads/leads-1'],
    [{ 'hit-rate': 'all-empty' }, 'P1 enrichment.all-empty workspace'],
    [{ 'hit-rate': 'all-empty', credits: 'exhausted' }, 'P1 credits.exhausted workspace'],
    [{ 'crm-rows': 'wrong' }, 'P2 crm.sync-failing leads/crm'],
    [{ metrics: 'condition-failed' }, 'P2 own.unhealthy errors'],
    [{ metrics: 'unreachable', 'metrics-source': 'unreadable' }, 'P4 monitoring.gap probe:errors'],
    [{ rotation: 'denied' }, 'P3 secret.rotation-failed relay'],
  ])('names %j: %s', (picture, expected) => {
    expect(named(picture)).toBe(expected);
  });

  it('hides single providers and feeds below an account whose providers are all empty', () => {
    const { verdicts, hidden } = diagnosisOf({
      ...HEALTHY,
      'hit-rate': 'all-empty',
      'provider-rows': 'failing',
    });
    expect(verdicts.map(({ cause }) => cause)).toEqual(['enrichment.all-empty']);
    expect(hidden.map(({ cause }) => cause)).toEqual(['provider.failing']);
  });

  it('blames no account while another feed still finds rows', () => {
    const other = signal('hit-rate', 'fine', { probe: 'rows:accounts/hit-rate', subject: 'accounts' });
    const { verdicts, cleared } = diagnose([signal('hit-rate', 'all-empty'), other]);
    expect(verdicts).toMatchObject([{ cause: 'enrichment.low-hit-rate', subject: 'leads' }]);
    expect(cleared.map(({ cause }) => cause)).toContain('enrichment.all-empty');
  });

  it('does not call credits well again by the balance alone while the counts cannot be read', () => {
    const { cleared } = diagnosisOf({ credits: 'funded', 'rows-ledger': 'not-run' });
    expect(cleared.map(({ cause }) => cause)).not.toContain('credits.exhausted');
  });
});
