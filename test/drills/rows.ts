import type { FaultName } from '../../local/clay/faults/catalogue.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { ROWS_CLAY, ROWS_CONFIG, type World } from '../support/world.ts';
import { type Drill, type ExpectedIncident, expectedWithin, STAYS, type Step } from './drill.ts';

const MINUTES = 60;
const DAY = 1_440;
/** Windows of counts that the fault does not reach into, rows enough to be sure, and two good runs. */
const RECOVERY = 20 * MINUTES;
/** Healthy rows first, to compare with. */
const BEGIN = 40;

const expected = expectedWithin(() => ({
  notifiedWithinSeconds: 10 * MINUTES,
  resolvedWithinSeconds: RECOVERY,
}));

const act = (
  minute: number,
  what: string,
  run: (world: World, traffic: NonNullable<World['traffic']>) => void,
): Step => ({
  minute,
  act: {
    what,
    run: (world) => {
      if (!world.traffic) throw new Error('no rows flow in this drill');
      run(world, world.traffic);
    },
  },
});

const control = (world: World, target: string, body: object = {}) =>
  world.clay.handle({ method: 'POST', target, headers: {}, body: JSON.stringify(body) });

const runStaleRows = (minute: number): Step =>
  act(minute, 'somebody runs the rows that were left behind', (world) =>
    control(world, '/_tables/leads/run'),
  );

/** A fault of so many minutes among healthy rows. */
const during = (on: FaultName, minutes: number, params?: Step['params']): readonly Step[] => [
  { minute: BEGIN, on, ...(params ? { params } : {}) },
  { minute: BEGIN + minutes, off: 'all' },
];

const STEADY = { perMinute: () => 12 };

interface Plan {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly minutes: number;
  readonly steps: readonly Step[];
  readonly expect?: readonly ExpectedIncident[];
  readonly config?: ConfigInput;
  readonly clay?: NonNullable<Drill['clay']>;
  readonly traffic?: NonNullable<Drill['traffic']>;
}

const drill = ({ expect = [], traffic = STEADY, ...plan }: Plan): Drill => ({ ...plan, expect, traffic });

const LEADS = ROWS_CONFIG.feeds.leads;
const STANDBY = { id: 'leads-2', url: 'env:CLAY_WEBHOOK_URL_2' } as const;

type WebhookInput = NonNullable<NonNullable<ConfigInput['feeds']>[string]['webhooks']>[number];

const withWebhooks = (first: object, ...others: readonly object[]): ConfigInput => ({
  ...ROWS_CONFIG,
  feeds: {
    leads: {
      ...LEADS,
      webhooks: LEADS.webhooks.flatMap((webhook) =>
        [first, ...others].map((one): WebhookInput => ({ ...webhook, ...one })),
      ),
    },
  },
});
const withTable = (table: object): ConfigInput => ({
  ...ROWS_CONFIG,
  feeds: { leads: { ...LEADS, tables: { leads: table } } },
});
/** The same count in Clay as in the configuration. */
const startingAt = (startCount: number): NonNullable<Drill['clay']> => ({
  webhooks: ROWS_CLAY.webhooks.map((webhook) =>
    webhook.id === 'leads-1' ? { ...webhook, startCount } : webhook,
  ),
});

/** An office: quiet at night and at weekends, busiest around one o'clock. */
const officeHours = (at: number): number => {
  const time = new Date(at);
  const hour = time.getUTCHours() + time.getUTCMinutes() / 60;
  if (hour < 5 || hour > 22) return 0.05;
  const weekday = time.getUTCDay() % 6 === 0 ? 0.15 : 1;
  return weekday * (0.3 + 5.7 * Math.exp(-(((hour - 13) / 4) ** 2)));
};

const HEALTHY: readonly Drill[] = [
  drill({
    name: 'rows-healthy-day',
    title: 'Twenty-four hours of rows: two in three found, some skipped, 2 % failing, quiet at night',
    source: 'quality: no false alarm',
    minutes: DAY,
    steps: [],
    traffic: { perMinute: officeHours },
  }),
  drill({
    name: 'rows-idle-night',
    title:
      'Rows until the evening, one in twenty lost, and none until the morning: the loss is told, no standstill',
    source: 'complaints: burn alerts at low volume; unknown is a state',
    minutes: 420,
    steps: [
      { minute: 20, on: 'silent-loss', params: { share: 0.05 } },
      act(61, 'the senders go home', ({ clay }, { settings }) => {
        settings.perMinute = () => 0;
        clay.faults.clear();
      }),
      act(390, 'the first rows of the morning', (_world, { settings }) => {
        settings.perMinute = () => 12;
      }),
    ],
    expect: [expected('rows.lost', 'leads', 'P2', { ...STAYS, notifiedWithinSeconds: 90 * MINUTES })],
  }),
  drill({
    name: 'rows-low-volume',
    title: 'One row every ten minutes, and a provider that knows few of them',
    source: 'complaints: alerts at low volume',
    minutes: 360,
    steps: [{ minute: 30, on: 'low-hit-rate', params: { hitRate: 0.3 } }],
    traffic: { perMinute: () => 0.1 },
  }),
  drill({
    name: 'rows-short-pause',
    title: 'Auto-run is off for eight minutes, and the rows are run afterwards',
    source: 'what comes back all at once is late, and nothing is slow',
    minutes: 90,
    steps: [...during('auto-run-off', 8), runStaleRows(BEGIN + 8)],
    config: { ...ROWS_CONFIG, rows: { slow: { p95Minutes: 2 } } },
  }),
];

const STALLED: readonly Drill[] = [
  drill({
    name: 'auto-run-off',
    title: 'Somebody switches auto-run off; later it is on again, and the rows are run',
    source: 'runbook 2, decision tree: auto-update; facts, How it breaks 7',
    minutes: 120,
    steps: [...during('auto-run-off', 40), runStaleRows(BEGIN + 40)],
    expect: [
      expected('enrichment.stalled', 'leads', 'P1', {
        notifiedWithinSeconds: 18 * MINUTES,
        resolvedWithinSeconds: 4 * MINUTES,
      }),
    ],
  }),
  drill({
    name: 'stale-rows-left-behind',
    title: 'Auto-run is on again, but nobody runs the rows of the gap: they are lost, until somebody does',
    source: 'facts: rows that arrive while auto-run is off stay stale',
    minutes: 230,
    steps: [...during('auto-run-off', 30), runStaleRows(200)],
    expect: [
      expected('enrichment.stalled', 'leads', 'P1', {
        notifiedWithinSeconds: 18 * MINUTES,
        resolvedWithinSeconds: 4 * MINUTES,
        endsAt: BEGIN + 30,
      }),
      expected('rows.lost', 'leads', 'P2', {
        notifiedWithinSeconds: 90 * MINUTES,
        resolvedWithinSeconds: 5 * MINUTES,
      }),
    ],
  }),
  drill({
    name: 'table-full',
    title: 'A table reaches its ceiling and says nothing',
    source: 'facts, How it breaks 4: the two 50,000 ceilings',
    minutes: 90,
    steps: [
      { minute: 0, act: { what: 'the table is 97 % full', run: () => undefined } },
      act(30, 'the table is full', ({ clay }) => clay.faults.on('table-full', {})),
    ],
    config: withTable({ startCount: 49_640 }),
    expect: [
      expected('table.full', 'leads/leads', 'P1', {
        ...STAYS,
        beginsAt: -1,
        notifiedWithinSeconds: 3 * MINUTES,
        urgentWithinSeconds: (30 + 23) * MINUTES,
        messages: ['triggered', 'severity-raised'],
      }),
    ],
  }),
  drill({
    name: 'table-full-miscounted',
    title: 'A table is full although the count says 94 %: rows go in and stop coming back',
    source: 'design: ledger at the ceiling, or accepted rows that never call back',
    minutes: 110,
    steps: during('table-full', 60),
    config: withTable({ startCount: 47_000 }),
    expect: [
      expected('table.full', 'leads/leads', 'P1', {
        ...STAYS,
        beginsAt: -1,
        notifiedWithinSeconds: 3 * MINUTES,
        urgentWithinSeconds: (BEGIN + 19) * MINUTES,
        messages: ['triggered', 'severity-raised'],
      }),
    ],
  }),
  drill({
    name: 'table-emptied',
    title: 'More rows were sent to a table than it holds, because finished ones are deleted',
    source: 'facts: deleting rows makes room in the table',
    minutes: 90,
    steps: [],
    config: withTable({ startCount: 60_000 }),
  }),
  drill({
    name: 'silent-loss',
    title: 'One row in two hundred is accepted and never comes back',
    source: 'issue: finds 0.5 % silently dropped rows',
    minutes: 270,
    steps: [{ minute: 20, on: 'silent-loss', params: { share: 0.005 } }],
    config: { ...ROWS_CONFIG, burn: { aboveCreditsPerHour: 50_000 } },
    traffic: { perMinute: () => 40 },
    expect: [expected('rows.lost', 'leads', 'P2', { ...STAYS, notifiedWithinSeconds: 200 * MINUTES })],
  }),
];

const WORSE: readonly Drill[] = [
  drill({
    name: 'enrichment-slow',
    title: 'Rows take ten times as long as they may',
    source: 'runbook 2, P2: degraded enrichment',
    minutes: 140,
    steps: during('enrichment-slow', 40, { factor: 60 }),
    config: { ...ROWS_CONFIG, rows: { slow: { p95Minutes: 2 } } },
    expect: [
      expected('enrichment.slow', 'leads', 'P2', {
        notifiedWithinSeconds: 20 * MINUTES,
        resolvedWithinSeconds: 40 * MINUTES,
      }),
    ],
  }),
  drill({
    name: 'low-hit-rate-provider',
    title: 'The first provider knows nothing any more, the second as much as before',
    source: 'runbook 2: low hit rate; provider lost',
    minutes: 160,
    steps: during('low-hit-rate', 60, { provider: 'alpha-data', hitRate: 0 }),
    expect: [
      expected('enrichment.low-hit-rate', 'leads', 'P2', {
        notifiedWithinSeconds: 35 * MINUTES,
        says: /a provider changed.*alpha-data knows less/,
      }),
    ],
  }),
  drill({
    name: 'all-providers-empty',
    title: 'Every provider comes back empty at once: one incident for Clay support, and none for a provider',
    source: 'runbook 2, error handling: all providers returning empty, account-level issue',
    minutes: 200,
    // Both providers must have known enough rows before.
    steps: [
      { minute: 90, on: 'low-hit-rate', params: { hitRate: 0 } },
      { minute: 150, off: 'all' },
    ],
    expect: [
      expected('enrichment.all-empty', 'workspace', 'P1', {
        notifiedWithinSeconds: 20 * MINUTES,
        resolvedWithinSeconds: 10 * MINUTES,
        says: /Every provider comes back empty \(leads\).*points at the account/,
      }),
    ],
  }),
  drill({
    name: 'low-hit-rate-input',
    title: 'The rows get worse: no provider knows them',
    source: 'runbook 2: sample 10 rows, are the domains valid',
    minutes: 160,
    steps: during('low-hit-rate', 60, { hitRate: 0.1 }),
    expect: [
      expected('enrichment.low-hit-rate', 'leads', 'P2', {
        notifiedWithinSeconds: 28 * MINUTES,
        says: /the rows changed.*all 2 providers/,
      }),
    ],
  }),
  drill({
    name: 'low-hit-rate-missing-input',
    title: 'A sender forgets a field: most rows cannot be looked up',
    source: 'facts: "Some inputs missing"',
    minutes: 160,
    steps: during('poor-input', 60, { share: 0.7 }),
    expect: [
      expected('enrichment.low-hit-rate', 'leads', 'P2', {
        notifiedWithinSeconds: 28 * MINUTES,
        says: /the rows changed.*lack what is needed/,
      }),
    ],
  }),
  drill({
    name: 'provider-down-in-rows',
    title: 'One provider fails for every row that asks it',
    source: 'runbook 2, P3: single provider down',
    minutes: 90,
    steps: during('provider-down', 20, { provider: 'alpha-data' }),
    expect: [expected('provider.failing', 'leads/alpha-data', 'P3')],
  }),
  drill({
    name: 'provider-limited-in-rows',
    title: 'One provider answers 429 to Clay',
    source: 'runbook 2, step 2: provider rate limited',
    minutes: 90,
    steps: during('provider-rate-limited', 20, { provider: 'beta-data' }),
    expect: [expected('provider.rate-limited', 'leads/beta-data', 'P3')],
  }),
  drill({
    name: 'crm-token-expired-in-rows',
    title: 'The CRM column turns red: its token has expired',
    source: 'runbook 2, P2: CRM sync failures; facts, How it breaks 6',
    minutes: 90,
    steps: during('crm-token-expired', 20),
    expect: [expected('crm.sync-failing', 'leads/crm', 'P2')],
  }),
  drill({
    name: 'crm-receives-wrong-data',
    title: 'A column reference changed: the CRM column runs and pushes wrong data',
    source: 'runbook 2, error handling: CRM pushing wrong data, column references changed',
    minutes: 90,
    steps: during('crm-wrong-data', 20),
    expect: [expected('crm.sync-failing', 'leads/crm', 'P2', { says: /Wrong data reaches the CRM/ })],
  }),
  drill({
    name: 'counts-unreadable',
    title:
      'The counts of rows cannot be read for 50 minutes: a gap with fallback evidence, and nothing is called fine',
    source: 'runbook 1, error handling: metrics unavailable, check backup metrics',
    minutes: 130,
    steps: [
      { minute: BEGIN, act: { what: 'the ledger cannot be read', run: (world) => world.breakCounts(true) } },
      { minute: BEGIN + 50, act: { what: 'and can again', run: (world) => world.breakCounts(false) } },
    ],
    expect: [
      expected('monitoring.gap', 'rows:leads', 'P4', {
        notifiedWithinSeconds: 33 * MINUTES,
        resolvedWithinSeconds: 4 * MINUTES,
        says: /Fallback evidence: .*webhook:leads\/leads-1 \(accepting\)/,
      }),
    ],
  }),
  drill({
    name: 'crm-down-and-probed',
    title: 'The CRM refuses our token, in its probe and in the rows: one incident',
    source: 'design: upstream hides effects',
    minutes: 90,
    steps: during('crm-token-expired', 20),
    config: {
      ...ROWS_CONFIG,
      probes: { hubspot: { kind: 'crm', url: 'http://clay.simulated/stand-ins/crm' } },
    },
    expect: [expected('crm.sync-failing', 'hubspot', 'P2', { notifiedWithinSeconds: 3 * MINUTES })],
  }),
  drill({
    name: 'callbacks-unreadable',
    title: 'Rows go in without their id: what comes back cannot be read',
    source: 'design: rejected or malformed callbacks over 10 %',
    minutes: 95,
    steps: [
      act(BEGIN, 'the sender drops the id', (_world, { settings }) => {
        settings.carriesId = false;
      }),
      act(BEGIN + 20, 'and sends it again', (_world, { settings }) => {
        settings.carriesId = true;
      }),
    ],
    expect: [
      expected('callback.failing', 'leads', 'P1', {
        messages: ['triggered', 'severity-raised', 'severity-lowered', 'resolved'],
      }),
    ],
  }),
];

const UPSTREAM: readonly Drill[] = [
  drill({
    name: 'rows-callback-down',
    title: 'Our endpoint is down: Clay cannot deliver, and the rows of that time never come back',
    source: 'design: upstream hides effects; facts: Clay has no replay',
    minutes: 180,
    steps: during('callback-down', 30),
    expect: [
      expected('callback.unreachable', 'leads', 'P2', {
        notifiedWithinSeconds: 135,
        resolvedWithinSeconds: 135,
      }),
      expected('rows.lost', 'leads', 'P2', { ...STAYS, notifiedWithinSeconds: 110 * MINUTES }),
    ],
  }),
  drill({
    name: 'rows-outage',
    title: 'Clay is down while rows flow: one incident, and nothing more when they flow again',
    source: 'design: upstream hides effects',
    minutes: 130,
    steps: during('outage', 40),
    expect: [
      expected('clay.outage', 'clay', 'P1', { notifiedWithinSeconds: 75, resolvedWithinSeconds: 135 }),
    ],
  }),
  drill({
    name: 'rows-intake-failing',
    title: 'Webhooks answer 502 while rows flow',
    source: 'facts, How it breaks 2',
    minutes: 110,
    steps: during('intake-5xx', 40),
    expect: [
      expected('webhook.intake-failing', 'leads/leads-1', 'P1', {
        notifiedWithinSeconds: 75,
        resolvedWithinSeconds: 135,
      }),
    ],
  }),
  drill({
    name: 'rows-credits-zero',
    title: 'Data credits are used up: closed when rows come back, not when a balance is read',
    source: 'runbook 2, P1: credits exhausted; facts: whether waiting work resumes is not known',
    minutes: 130,
    steps: [
      { minute: BEGIN - 1, on: 'auto-run-off' },
      { minute: BEGIN, on: 'credits-zero' },
      { minute: BEGIN + 20, off: 'credits-zero' },
      { minute: BEGIN + 35, off: 'auto-run-off' },
      runStaleRows(BEGIN + 35),
    ],
    expect: [
      expected('credits.exhausted', 'workspace', 'P1', {
        notifiedWithinSeconds: 75,
        resolvedWithinSeconds: 5 * MINUTES,
        beginsAt: BEGIN,
      }),
    ],
  }),
];

const LIMITS: readonly Drill[] = [
  drill({
    name: 'webhook-approaching',
    title: 'A webhook passes four fifths of its limit, with a standby',
    source: 'facts, defaults: warn at 40,000',
    minutes: 40,
    steps: [{ minute: 0, act: { what: '150 rows before the warning', run: () => undefined } }],
    config: withWebhooks({ startCount: 39_850 }, STANDBY),
    clay: startingAt(39_850),
    expect: [
      expected('webhook.limit-approaching', 'leads/leads-1', 'P4', {
        ...STAYS,
        notifiedWithinSeconds: 20 * MINUTES,
        says: /leads-2 is ready/,
      }),
    ],
  }),
  drill({
    name: 'webhook-reached',
    title: 'A webhook reaches its limit, with no standby',
    source: 'runbook 2, P1: webhook URL expired (50K limit)',
    minutes: 50,
    steps: [{ minute: 0, act: { what: '180 rows before the limit', run: () => undefined } }],
    config: withWebhooks({ startCount: 49_820 }),
    clay: startingAt(49_820),
    expect: [
      expected('webhook.limit-approaching', 'leads/leads-1', 'P2', {
        ...STAYS,
        beginsAt: -1,
        notifiedWithinSeconds: 3 * MINUTES,
      }),
      expected('webhook.limit-reached', 'leads/leads-1', 'P1', {
        ...STAYS,
        notifiedWithinSeconds: 20 * MINUTES,
      }),
    ],
  }),
  drill({
    name: 'webhook-reached-with-standby',
    title: "A webhook reaches its limit earlier than counted, by Clay's own answer; a standby is ready",
    source: "design: Clay's 403 rebases the count",
    minutes: 60,
    steps: [
      { minute: 20, on: 'webhook-limit', params: { webhook: 'leads-1' } },
      act(40, 'the sender uses the standby', (_world, { settings }) => {
        settings.webhook = 'leads-2';
      }),
    ],
    config: withWebhooks({ startCount: 20_000, check: 'passive' }, { ...STANDBY, check: 'passive' }),
    expect: [
      expected('webhook.limit-reached', 'leads/leads-1', 'P3', {
        ...STAYS,
        notifiedWithinSeconds: 3 * MINUTES,
      }),
    ],
  }),
];

const CREDITS: readonly Drill[] = [
  drill({
    name: 'credits-run-out',
    title: 'At this rate the credits last for hours, which no level would tell; then somebody tops up',
    source: 'design: P1 to P4 by lead time',
    minutes: 240,
    steps: [
      { minute: 5, on: 'credits-drain', params: { perMinute: 60 } },
      act(225, 'a top-up', (world) => {
        world.clay.faults.clear();
        control(world, '/_credits', { credits: 3_000_000 });
      }),
    ],
    clay: { credits: 60_000 },
    config: { ...ROWS_CONFIG, burn: { aboveCreditsPerHour: 20_000 } },
    expect: [
      expected('credits.running-out', 'workspace', 'P2', {
        notifiedWithinSeconds: 200 * MINUTES,
        resolvedWithinSeconds: 3 * MINUTES,
      }),
    ],
  }),
  drill({
    name: 'burn-spike',
    title: 'Somebody re-runs a whole table: credits burn six times as fast',
    source: 'runbook 2: credit burn alerts; facts, How it breaks 1',
    minutes: 110,
    steps: during('credits-drain', 30, { perMinute: 400 }),
    expect: [
      expected('credits.burn-spike', 'workspace', 'P2', {
        notifiedWithinSeconds: 20 * MINUTES,
        resolvedWithinSeconds: 20 * MINUTES,
      }),
    ],
  }),
  drill({
    name: 'one-large-charge',
    title: 'A single large charge is no spike',
    source: 'complaints: alerts on one event',
    minutes: 100,
    steps: [{ minute: BEGIN, on: 'credits-drain', params: { perMinute: 20_000, forSeconds: 60 } }],
  }),
  drill({
    name: 'rows-looping',
    title: 'Four records go round in a circle between Clay and the CRM',
    source: 'facts, How it breaks 5: infinite loops',
    minutes: 150,
    steps: [
      act(BEGIN, 'a loop begins', (_world, { settings }) => {
        settings.loop = { keys: 4, perMinute: 1 };
      }),
      act(BEGIN + 30, 'and is broken', (_world, { settings }) => {
        settings.loop = null;
      }),
    ],
    expect: [
      expected('rows.looping', 'leads', 'P2', {
        notifiedWithinSeconds: 12 * MINUTES,
        resolvedWithinSeconds: 63 * MINUTES,
      }),
    ],
  }),
];

/** Rows and credits: what silently goes wrong between a 200 and a lead. */
export const ROWS_DRILLS: readonly Drill[] = [
  ...HEALTHY,
  ...STALLED,
  ...WORSE,
  ...UPSTREAM,
  ...LIMITS,
  ...CREDITS,
];
