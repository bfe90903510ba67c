import fc from 'fast-check';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { decide } from '../../shared/incident/decide.ts';
import type { Actor, Incident, TimelineEntry } from '../../shared/incident/incident.ts';
import type { DeliveryProof } from '../../shared/notify/proof.ts';
import { FINDINGS, type Finding, outcomeOf, SURFACES, type Surface } from '../../shared/observe/findings.ts';
import type { ProbeHealth } from '../../shared/observe/health.ts';
import type { FeedControl, Hold, WebhookStanding } from '../../shared/relay/control.ts';
import type { FeedFacts } from '../../shared/relay/status.ts';
import type { RelayFacts } from '../../shared/relay/status-read.ts';
import type { ReplayJob } from '../../shared/replay/job.ts';
import type { OverviewData } from '../../shared/report/overview.ts';
import { type FeedSnapshot, ROUND_TRIP_BINS, type RowsWindow } from '../../shared/rows/snapshot.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import type { Silence } from '../../shared/silence/silence.ts';
import { usageOf } from '../../shared/usage/usage.ts';
import { policy, verdict } from '../incident/fixtures.ts';
import { busyCredits, emptySnapshot, NOW } from '../usage/sample.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export { NOW };

/** What must be shown nowhere; obviously fake. */
export const LEAKS = /pull-in-data|fakesecret|jane\.doe@|\u202e/i;

/** Words that came from outside: names of providers, what people call themselves, what was answered. */
export const hostile = fc.oneof(
  { weight: 2, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '',
    ' ',
    'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-0000',
    'Bearer fakesecret-0123456789',
    'sk-fakesecret0123456789',
    'jane.doe@example.com',
    'call jane.doe@example.com at once',
    '\u202eevil\u0007',
    `x${'y'.repeat(5_000)}`,
    '<script>alert(1)</script>',
  ),
);

export const CONFIG = parseConfig(
  {
    feeds: {
      leads: {
        description: 'Inbound leads',
        webhooks: [
          { id: 'leads-1', url: 'env:LEADS_1', table: 'Leads' },
          { id: 'leads-2', url: 'env:LEADS_2', table: 'Leads 2' },
        ],
        tables: { Leads: {}, 'Leads 2': {} },
        relay: { secret: 'env:SENDER' },
        callbacks: { secret: 'env:COLUMN' },
      },
      accounts: {
        webhooks: [{ id: 'accounts-1', url: 'env:ACCOUNTS_1' }],
        submissions: { secret: 'env:SENDER' },
        callbacks: { secret: 'env:COLUMN' },
      },
      quiet: {},
    },
    notify: { email: [{ address: 'ops@example.com' }] },
  },
  'test',
);

const count = fc.nat({ max: 5_000 });
const past = (span = 2 * DAY) => fc.integer({ min: NOW - span, max: NOW });
const results = fc.record({ hit: count, missed: count, skipped: count, failed: count });
const words = <T>(value: fc.Arbitrary<T>) => fc.dictionary(hostile, value, { maxKeys: 4 });

const windowAt = (start: number): fc.Arbitrary<RowsWindow> =>
  fc.record({
    start: fc.constant(start),
    submitted: count,
    calledBack: count,
    refused: count,
    results,
    failedByStatus: words(count),
    byProvider: words(
      fc
        .tuple(results, count, count)
        .map(([all, credits, rateLimited]) => ({ ...all, credits, rateLimited })),
    ),
    byColumn: words(results),
    crm: fc.record({ ok: count, failed: count }),
    credits: fc.double({ min: 0, max: 1e6, noNaN: true }),
    actions: count,
    creditsOnMisses: count,
    roundTrips: fc.array(count, {
      minLength: ROUND_TRIP_BINS.length,
      maxLength: ROUND_TRIP_BINS.length,
    }),
  });

/** A snapshot as a fold may leave it, whatever was sent; its clock may have been wrong. */
export const snapshotOf = (feed: string): fc.Arbitrary<FeedSnapshot> =>
  fc
    .record({
      asOf: fc.oneof(fc.constant(NOW - 5_000), past(), fc.integer({ min: NOW, max: NOW + HOUR })),
      windows: fc
        .uniqueArray(fc.nat({ max: 288 }), { maxLength: 6 })
        .chain((ages) =>
          fc.tuple(
            ...ages
              .toSorted((one, other) => other - one)
              .map((age) => windowAt(Math.floor(NOW / (5 * MINUTE)) * 5 * MINUTE - age * 5 * MINUTE)),
          ),
        ),
      hours: fc.array(fc.record({ age: fc.nat({ max: 35 * 24 }), submitted: words(count), credits: count }), {
        maxLength: 8,
      }),
      webhooks: fc.array(fc.record({ webhook: hostile, accepted: count, unknown: count }), { maxLength: 3 }),
      cohort: fc.tuple(count, count),
      outstanding: count,
      lastSubmissionAt: fc.option(past()),
      lastCallbackAt: fc.option(past()),
    })
    .map(({ asOf, windows, hours, webhooks, cohort: [submitted, cameBack], outstanding, ...last }) => ({
      ...emptySnapshot(feed, asOf),
      ...last,
      windows,
      webhooks,
      hours: hours
        .map(({ age, ...hour }) => ({ ...hour, start: Math.floor(NOW / HOUR) * HOUR - age * HOUR }))
        .toSorted((one, other) => one.start - other.start),
      cohort: { submitted, cameBack, from: asOf - DAY, matureBefore: asOf - HOUR },
      outstanding: {
        ...emptySnapshot(feed, asOf).outstanding,
        total: outstanding,
        oldestAt: outstanding > 0 ? asOf - HOUR : null,
      },
    }));

const actor: fc.Arbitrary<Actor> = fc.record({
  name: hostile,
  via: fc.constantFrom('api', 'cli', 'link', 'slack', 'pagerduty', 'console', 'claywatch'),
});

const timelineEntry: fc.Arbitrary<TimelineEntry> = fc
  .record({
    at: past(),
    kind: fc.constantFrom('note', 'action', 'proposed', 'acknowledged', 'evidence', 'notified'),
    text: hostile,
    by: fc.option(actor, { nil: undefined }),
  })
  .map(({ by, ...entry }) => ({ ...entry, ...(by && { by }) }) as TimelineEntry);

const subject = fc.oneof(
  fc.constantFrom('clay', 'workspace', 'leads', 'leads/leads-1', 'leads/leads-2', 'leads/Leads', 'accounts'),
  fc.constantFrom('leads/relay', 'messages', 'integration', 'clay.status', 'leads/apollo', 'quiet'),
  hostile,
);

/** An incident of any cause, as it is kept. */
export const incident: fc.Arbitrary<Incident> = fc
  .record({
    key: fc.record({ cause: fc.constantFrom(...CAUSE_IDS), subject }),
    severity: fc.constantFrom(...SEVERITIES),
    summary: hostile,
    at: past(),
    status: fc.constantFrom('triggered', 'acknowledged', 'mitigated', 'resolved'),
    timeline: fc.array(timelineEntry, { maxLength: 5 }),
    assignee: fc.option(hostile, { nil: undefined }),
    isHidden: fc.boolean(),
  })
  .map(({ key, severity, summary, at, status, timeline, assignee, isHidden }) => {
    const fact = {
      kind: 'verdict',
      verdict: verdict({ ...key, severity, summary }),
      detectedAt: at,
    } as const;
    const opened = decide(null, key, fact, policy, at) as Incident;
    return {
      ...opened,
      status,
      timeline: [...opened.timeline, ...timeline],
      ...(assignee !== undefined && { assignee }),
      ...(isHidden && { hiddenBy: { cause: 'clay.outage', subject: 'clay' } as const }),
    };
  });

const STANDINGS: readonly WebhookStanding[] = [
  ...(['unproven', 'working', 'full', 'table-full', 'gone', 'unauthorized'] as const),
];

const hold: fc.Arbitrary<Hold> = fc
  .record({
    kind: fc.constantFrom('operator', 'cause', 'breaker'),
    since: past(),
    why: hostile,
    by: hostile,
    cause: fc.constantFrom(...CAUSE_IDS),
    subject: hostile,
    tryAt: past(),
  })
  .map(({ kind, since, why, by, cause, subject: about, tryAt }) => ({
    ...{ kind, since, why, by },
    ...(kind === 'cause' && { cause, subject: about }),
    ...(kind === 'breaker' && { tryAt }),
  }));

export const controlOf = (feed: string): fc.Arbitrary<FeedControl> =>
  fc.record({
    feed: fc.constant(feed),
    active: fc.option(fc.constantFrom('leads-1', 'leads-2', 'removed')),
    webhooks: fc.dictionary(
      fc.constantFrom('leads-1', 'leads-2', 'removed'),
      fc.record({ standing: fc.constantFrom(...STANDINGS), since: past() }),
    ),
    holds: fc.array(hold, { maxLength: 3 }),
    trickle: fc.option(fc.record({ since: past(), rowsLeft: fc.integer({ min: 1, max: 100 }) })),
    history: fc.array(
      fc.record({
        at: past(),
        kind: fc.constantFrom('hold', 'release', 'rotate', 'verify', 'standing', 'replay', 'dead-letters'),
        text: hostile,
        by: hostile,
      }),
      { maxLength: 5 },
    ),
    version: fc.constant(1),
  });

const facts: fc.Arbitrary<FeedFacts> = fc.record({
  control: controlOf('leads'),
  tally: fc.record({
    feed: fc.constant('leads'),
    webhooks: fc.constant({}),
    lookedAt: fc.option(past(HOUR)),
    emptyAt: fc.option(past(HOUR)),
    oldestTakenAt: fc.option(past(HOUR)),
  }),
  depth: fc.option(fc.record({ waiting: count, inFlight: count, delayed: count })),
  snapshot: fc.option(snapshotOf('leads')),
});

export const relayFacts: fc.Arbitrary<RelayFacts> = fc.record({
  feeds: facts.map((leads) => ({ leads })),
  pace: fc.record({
    perSecond: fc.constant(10),
    slowedSince: fc.option(past(HOUR)),
    pausedUntil: fc.constant(null),
  }),
});

const finding = fc.constantFrom(...SURFACES).chain((surface: Surface) =>
  fc.record({
    surface: fc.constant(surface),
    finding: fc.constantFrom(...(Object.keys(FINDINGS[surface]) as Finding[])),
  }),
);

/** What is held of one probe, whatever it saw. */
export const probeHealth: fc.Arbitrary<ProbeHealth> = fc
  .record({
    seen: finding,
    probe: fc.oneof(fc.constantFrom('webhook:leads/leads-1', 'callback:leads', 'relay:leads'), hostile),
    subject,
    summary: hostile,
    at: past(),
    outcome: fc.constantFrom('ok', 'failing', 'not-seen-yet'),
    isBlind: fc.boolean(),
  })
  .map(({ seen, probe, subject: about, summary, at, outcome, isBlind }) => {
    const observed = {
      ...{ probe, subject: about, summary, at, ...seen },
      outcome: outcomeOf(seen.surface, seen.finding),
      durationMs: 1,
      attempts: 1,
      confirmed: true,
      facts: {},
    };
    return {
      ...{ probe, outcome, since: at, firstFailedAt: null, evidence: observed, last: observed },
      runs: { ok: 0, slow: 0, failing: 0 },
      unknownSince: isBlind ? at : null,
      failures: 0,
      changes: [],
      flapping: false,
    };
  });

export const silence: fc.Arbitrary<Silence> = fc
  .record({
    id: fc.constant('sil-00000000'),
    kind: fc.constantFrom('silence', 'maintenance'),
    from: past(),
    length: fc.integer({ min: 1, max: 3 * DAY }),
    reason: hostile,
    by: hostile,
    createdAt: past(),
    endedAt: fc.option(past()),
    match: fc.record(
      {
        causes: fc.array(fc.constantFrom(...CAUSE_IDS), { minLength: 1, maxLength: 3 }),
        subject: hostile,
        feed: fc.constant('leads'),
        atMost: fc.constantFrom(...SEVERITIES),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ length, ...rest }) => ({ ...rest, to: rest.from + length }));

export const replayJob: fc.Arbitrary<ReplayJob> = fc.record({
  id: fc.constant('rpl-20261120-00000000'),
  feed: fc.constant('leads'),
  source: fc.constantFrom('uncalled', 'dead-letters', 'held'),
  from: past(),
  to: past(),
  freshFrom: past(),
  startedAt: past(),
  updatedAt: past(),
  by: hostile,
  status: fc.constantFrom('running', 'stopped', 'done'),
  stopped: fc.constantFrom('asked', 'held', 'failed'),
  cursor: fc.constant(null),
  planned: count,
  queued: count,
  skipped: count,
  run: fc.constant('run'),
  version: fc.constant(1),
});

export const proof: fc.Arbitrary<DeliveryProof> = fc.record({
  notificationId: fc.constant('inc-20261120-00000000:1:triggered'),
  incidentId: fc.constant('inc-20261120-00000000'),
  transition: fc.constant('triggered'),
  channel: fc.constantFrom('sns', 'ops', 'summary'),
  status: fc.constantFrom('owed', 'delivered', 'refused'),
  owedAt: past(),
  triedAt: fc.option(past()),
  attempts: fc.nat({ max: 5 }),
  deliveredAt: fc.option(past()),
  receipt: fc.option(hostile),
  lastError: fc.option(hostile),
  fellBackTo: fc.constant(null),
});

/** The state of an installation, as far as the overview sees it. */
export const overviewData: fc.Arbitrary<OverviewData> = fc
  .record({
    incidents: fc.array(incident, { maxLength: 5 }),
    snapshots: fc.tuple(fc.option(snapshotOf('leads')), fc.option(snapshotOf('accounts'))),
    relay: relayFacts,
    lastSlot: fc.oneof(fc.constant(0), fc.constant(NOW - MINUTE), past()),
    health: fc.array(probeHealth, { maxLength: 5 }),
    silences: fc.array(silence, { maxLength: 3 }),
    hasCredits: fc.boolean(),
  })
  .map(({ snapshots, lastSlot, health, hasCredits, ...rest }) => {
    const known = snapshots.filter((snapshot) => snapshot !== null);
    const credits = hasCredits ? CREDITS : { version: 0, credits: null, actions: null, last: null };
    return {
      ...rest,
      snapshots: known,
      usage: usageOf(CONFIG, { snapshots: known, credits }, NOW),
      watch: { lastSlot, health: Object.fromEntries(health.map((one) => [one.probe, one])) },
    };
  });

const CREDITS = busyCredits();
