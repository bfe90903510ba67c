import type { FaultName } from '../../local/clay/faults/catalogue.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { addHold, changeControl, releaseHold } from '../../shared/relay/control-change.ts';
import { RELAY_CLAY, RELAY_CONFIG, type World } from '../support/world.ts';
import {
  type Drill,
  type ExpectedIncident,
  expectedWithin,
  type RelayAnswer,
  STAYS,
  type Step,
} from './drill.ts';

const MINUTES = 60;
const BEGIN = 10;
/** A run of the watch, and what it takes. */
const PROMPT = 75;

const expected = expectedWithin(() => ({
  notifiedWithinSeconds: PROMPT,
  resolvedWithinSeconds: 10 * MINUTES,
}));

const act = (
  minute: number,
  what: string,
  run: (world: World, relay: NonNullable<World['relay']>) => void | Promise<void>,
): Step => ({
  minute,
  act: {
    what,
    run: (world) => {
      if (!world.relay) throw new Error('no rows are relayed in this drill');
      return run(world, world.relay);
    },
  },
});

const during = (on: FaultName, minutes: number, params?: Step['params']): readonly Step[] => [
  { minute: BEGIN, on, ...(params ? { params } : {}) },
  { minute: BEGIN + minutes, off: 'all' },
];

interface Plan {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly minutes: number;
  readonly steps: readonly Step[];
  readonly expect?: readonly ExpectedIncident[];
  readonly relay?: RelayAnswer;
  readonly config?: ConfigInput;
  readonly clay?: NonNullable<Drill['clay']>;
  readonly traffic?: NonNullable<Drill['traffic']>;
}

const drill = ({ expect = [], relay = {}, traffic, ...plan }: Plan): Drill => ({
  ...plan,
  expect,
  relay,
  traffic: traffic ?? { perMinute: () => 12 },
});

const LEADS = RELAY_CONFIG.feeds.leads;
const withLeads = (leads: Partial<typeof LEADS> | object, rest: ConfigInput = {}): ConfigInput => ({
  ...RELAY_CONFIG,
  ...rest,
  feeds: { leads: { ...LEADS, ...leads } },
});
/** The same count in Clay as in the configuration; `pool`: no more webhooks than that. */
const startingAt = (startCount: number, pool = 3): Pick<Plan, 'config' | 'clay'> => ({
  config: withLeads({
    webhooks: LEADS.webhooks
      .slice(0, pool)
      .map((webhook, index) => (index === 0 ? { ...webhook, startCount } : webhook)),
  }),
  clay: {
    webhooks: RELAY_CLAY.webhooks.map((webhook, index) =>
      index === 0 ? { ...webhook, startCount } : webhook,
    ),
  },
});

const OUTAGE = expected('clay.outage', 'clay', 'P1', { resolvedWithinSeconds: 135 });
const holdOf = (feed: string) => ({ by: 'ada', feed, why: 'The table is being rebuilt.' });

const operatorHolds = (minute: number): Step =>
  act(minute, 'an operator stops the feed', async ({ clock }, { controlStore }) => {
    const { why, by } = holdOf('leads');
    await changeControl(controlStore, 'leads', (control) =>
      addHold(control, { kind: 'operator', since: clock.now(), why, by }),
    );
  });

const operatorResumes = (minute: number): Step =>
  act(minute, 'and lets it go', async ({ clock }, { controlStore }) => {
    await changeControl(controlStore, 'leads', (control) =>
      releaseHold(
        control,
        { kind: 'operator' },
        { at: clock.now(), by: 'ada', why: 'Done.', trickleRows: 10 },
      ),
    );
  });

const OUTAGES: readonly Drill[] = [
  drill({
    name: 'relay-outage',
    title: 'Clay is down while rows flow: they wait, and every one of them reaches Clay once',
    source: 'issue: outage holds; it starts again by itself, first a trickle',
    minutes: 40,
    steps: during('outage', 15),
    expect: [OUTAGE],
    relay: {
      heldWithinSeconds: PROMPT,
      flowsWithinSeconds: 4 * MINUTES,
      did: [
        /^Sending of leads is on hold, because Clay is down\. [\d,]+ rows? waits?/,
        /^Sending of leads starts again after 1\d min/,
        /^Every row of leads that Clay accepted has come back\.$/,
      ],
    },
  }),
  drill({
    name: 'relay-url-malformed',
    title:
      'The URL of the webhook in use is cut off in its secret: named by its key, rows wait, and flow once it is whole',
    source: 'runbook 2, error handling: webhook test returns nothing, URL malformed',
    minutes: 60,
    steps: [
      act(5, 'somebody pastes half of the URL', (world) =>
        world.setSecret('env:CLAY_WEBHOOK_URL', 'https://api.clay.com/v3/sources/web'),
      ),
      act(30, 'and the whole of it', (world) =>
        world.setSecret('env:CLAY_WEBHOOK_URL', `https://api.clay.com${world.clay.webhookPath('leads-1')}`),
      ),
    ],
    expect: [
      expected('webhook.gone', 'leads/leads-1', 'P1', {
        notifiedWithinSeconds: 16 * MINUTES,
        resolvedWithinSeconds: 10 * MINUTES,
        says: /What env:CLAY_WEBHOOK_URL holds \(feeds\.leads\.webhooks\[0\]\.url\) is not the URL/,
      }),
    ],
    relay: {
      faults: /^sending rows: .*What env:CLAY_WEBHOOK_URL holds/,
      did: [/^Sending of leads is on hold, because/],
    },
  }),
  drill({
    name: 'relay-500-for-three-minutes',
    title: 'Webhooks answer 500 for three minutes: the breaker waits, and tries',
    source: 'issue: 5xx holds; facts, How it breaks 2',
    minutes: 35,
    steps: during('intake-5xx', 3, { status: 500 }),
    expect: [
      expected('webhook.intake-failing', 'leads/leads-1', 'P1', { notifiedWithinSeconds: 2 * PROMPT }),
    ],
    relay: {
      heldWithinSeconds: PROMPT,
      flowsWithinSeconds: 6 * MINUTES,
      did: [/after one failure after another/, /a row got through/],
    },
  }),
  drill({
    name: 'relay-operator-holds',
    title:
      'An operator stops the feed, Clay goes down and comes back: the feed stays stopped until they let it go',
    source: 'issue: holds of operators are theirs',
    minutes: 60,
    steps: [
      operatorHolds(5),
      { minute: BEGIN, on: 'outage' },
      { minute: BEGIN + 10, off: 'all' },
      operatorResumes(45),
    ],
    expect: [{ ...OUTAGE, beginsAt: BEGIN, endsAt: BEGIN + 10 }],
    relay: {
      heldWithinSeconds: 1,
      flowsWithinSeconds: 1,
      did: [/something else still holds it/],
    },
  }),
  drill({
    name: 'relay-propose-only',
    title:
      'Clay is down, and Claywatch may only propose: the breaker keeps the rows, and says what would be done',
    source: 'issue: a switch to "propose only"',
    minutes: 45,
    steps: during('outage', 10),
    config: { ...RELAY_CONFIG, remediation: { hold: 'propose', failover: 'propose', resume: 'propose' } },
    expect: [OUTAGE],
    relay: { did: [/^Proposed: stop sending leads, because Clay is down: npx claywatch hold leads$/] },
  }),
];

const WEBHOOKS: readonly Drill[] = [
  drill({
    name: 'relay-webhook-limit',
    title: "A webhook is full by Clay's own answer: the next one takes over, and one incident says so",
    source: 'issue: failover at once on the 403; design: P3 once failed over',
    minutes: 40,
    steps: [{ minute: BEGIN, on: 'webhook-limit', params: { webhook: 'leads-1' } }],
    expect: [
      expected('webhook.limit-reached', 'leads/leads-1', 'P3', {
        notifiedWithinSeconds: 2 * PROMPT,
        resolvedWithinSeconds: 12 * MINUTES,
      }),
    ],
    relay: { active: 'leads-2', heldWithinSeconds: null, did: [/^Rows of leads go to leads-2 since/] },
  }),
  drill({
    name: 'relay-rotates-early',
    title: 'A webhook reaches nine tenths of its limit: a standby takes over before anything is refused',
    source: 'facts, defaults: rotate at 45,000 of 50,000',
    minutes: 40,
    steps: [act(0, '60 rows before', () => undefined)],
    ...startingAt(44_940),
    expect: [
      expected('webhook.limit-approaching', 'leads/leads-1', 'P4', {
        beginsAt: -1,
        notifiedWithinSeconds: 3 * MINUTES,
        resolvedWithinSeconds: 15 * MINUTES,
      }),
    ],
    relay: { active: 'leads-2', heldWithinSeconds: null, did: [/has reached its share of the limit/] },
  }),
  drill({
    name: 'relay-last-standby',
    title:
      'Two webhooks after another are full: the last standby is in use, and somebody must make a new one',
    source: 'issue: alerts when the last standby comes into use',
    minutes: 45,
    steps: [
      { minute: BEGIN, on: 'webhook-limit', params: { webhook: 'leads-1' } },
      { minute: BEGIN + 15, on: 'webhook-limit', params: { webhook: 'leads-2' } },
    ],
    expect: [
      expected('webhook.limit-reached', 'leads/leads-1', 'P3', {
        notifiedWithinSeconds: 2 * PROMPT,
        resolvedWithinSeconds: 12 * MINUTES,
        endsAt: BEGIN,
      }),
      expected('webhook.limit-reached', 'leads/leads-2', 'P3', {
        notifiedWithinSeconds: 2 * PROMPT,
        resolvedWithinSeconds: 12 * MINUTES,
        beginsAt: BEGIN + 15,
      }),
      expected('webhook.limit-approaching', 'leads', 'P2', {
        ...STAYS,
        notifiedWithinSeconds: 2 * PROMPT,
        beginsAt: BEGIN + 15,
        says: /nothing can take over/,
      }),
    ],
    relay: { active: 'leads-3', heldWithinSeconds: null },
  }),
  drill({
    name: 'relay-limit-without-standby',
    title: 'The only webhook is full: rows wait until somebody adds another',
    source: 'issue: rows are held where they can be seen',
    minutes: 60,
    steps: [
      act(0, '120 rows before the limit', () => undefined),
      act(40, 'a second webhook is configured', (world) =>
        world.reconfigure(startingAt(49_880, 2).config ?? {}),
      ),
    ],
    ...startingAt(49_880, 1),
    expect: [
      expected('webhook.limit-approaching', 'leads/leads-1', 'P2', {
        beginsAt: -1,
        notifiedWithinSeconds: 3 * MINUTES,
        resolvedWithinSeconds: 10 * MINUTES,
      }),
      expected('webhook.limit-reached', 'leads/leads-1', 'P1', {
        notifiedWithinSeconds: 15 * MINUTES,
        resolvedWithinSeconds: 15 * MINUTES,
      }),
      expected('webhook.limit-approaching', 'leads', 'P2', {
        ...STAYS,
        beginsAt: 40,
        notifiedWithinSeconds: 4 * MINUTES,
        says: /nothing can take over/,
      }),
    ],
    relay: { active: 'leads-2', flowsWithinSeconds: 2 * MINUTES, did: [/on hold, because leads-1 is full/] },
  }),
  drill({
    name: 'relay-webhook-gone',
    title: 'Somebody deletes the webhook, and restores it: rows wait, one is tried now and then',
    source: 'issue: a webhook that is gone holds',
    minutes: 50,
    steps: during('webhook-gone', 10, { webhook: 'leads-1' }),
    expect: [
      expected('webhook.gone', 'leads/leads-1', 'P1', {
        notifiedWithinSeconds: 2 * PROMPT,
        resolvedWithinSeconds: 12 * MINUTES,
      }),
    ],
    relay: { active: 'leads-1', heldWithinSeconds: PROMPT, flowsWithinSeconds: 8 * MINUTES },
  }),
  drill({
    name: 'relay-token-refused',
    title: 'Clay refuses the token: no webhook is used up for that, and rows wait',
    source: 'issue: unauthorized never fails over by itself',
    minutes: 50,
    steps: during('webhook-unauthorized', 10, { webhook: 'leads-1' }),
    expect: [
      expected('webhook.unauthorized', 'leads/leads-1', 'P1', {
        notifiedWithinSeconds: 2 * PROMPT,
        resolvedWithinSeconds: 12 * MINUTES,
      }),
    ],
    relay: { active: 'leads-1', heldWithinSeconds: PROMPT, flowsWithinSeconds: 8 * MINUTES },
  }),
];

/** Both other webhooks feed the table that is full. */
const LAST_IN_USE = expected('webhook.limit-approaching', 'leads', 'P2', {
  ...STAYS,
  beginsAt: -1,
  notifiedWithinSeconds: 60 * MINUTES,
  says: /nothing can take over/,
});

const TABLES: readonly Drill[] = [
  drill({
    name: 'relay-table-full',
    title: 'A table comes to its ceiling: the relay stops before it, and goes on in another table',
    source: 'issue: failover is aware of both ceilings; facts: a full table swallows rows',
    minutes: 60,
    steps: [act(0, '240 rows before the ceiling', () => undefined)],
    config: withLeads({ tables: { leads: { startCount: 49_760 }, 'leads-b': {} } }),
    expect: [
      expected('table.full', 'leads/leads', 'P4', {
        beginsAt: -1,
        notifiedWithinSeconds: 3 * MINUTES,
        resolvedWithinSeconds: 40 * MINUTES,
      }),
      LAST_IN_USE,
    ],
    relay: { active: 'leads-3', heldWithinSeconds: null, did: [/because the table of leads-1 is full/] },
  }),
  drill({
    name: 'relay-table-full-miscounted',
    title: 'A table swallows rows although its count says 94 %: closed, and another table takes over',
    source: 'design: accepted rows that never call back',
    minutes: 80,
    steps: [{ minute: 30, on: 'table-full', params: { table: 'leads' } }],
    config: withLeads({ tables: { leads: { startCount: 47_000 }, 'leads-b': {} } }),
    expect: [
      expected('table.full', 'leads/leads', 'P1', {
        beginsAt: -1,
        notifiedWithinSeconds: 3 * MINUTES,
        urgentWithinSeconds: (30 + 20) * MINUTES,
        resolvedWithinSeconds: 35 * MINUTES,
        messages: ['triggered', 'severity-raised', 'resolved'],
      }),
      LAST_IN_USE,
    ],
    relay: { active: 'leads-3', did: [/Rows of leads go to leads-3/, /have not come back/] },
  }),
];

const WORKSPACE: readonly Drill[] = [
  drill({
    name: 'relay-credits-zero',
    title: 'Credits are used up: rows wait, and go again with the top-up',
    source: 'issue: credits exhausted holds',
    minutes: 70,
    steps: [
      { minute: 30, on: 'credits-zero' },
      { minute: 45, off: 'all' },
    ],
    expect: [expected('credits.exhausted', 'workspace', 'P1', { resolvedWithinSeconds: 5 * MINUTES })],
    relay: {
      heldWithinSeconds: PROMPT,
      flowsWithinSeconds: 4 * MINUTES,
      did: [/because the data credits are used up/],
    },
  }),
  drill({
    name: 'relay-429-short',
    title: 'Somebody else fills the workspace for half a minute: slower, and nobody is told',
    source: 'issue: 429 slows down; quality: no false alarm',
    minutes: 30,
    steps: [{ minute: BEGIN, on: 'rate-limit', params: { forSeconds: 30 } }],
    relay: { heldWithinSeconds: null },
  }),
  drill({
    name: 'relay-429',
    title: 'Clay answers 429 for eight minutes: told once, and no row is lost',
    source: 'design: webhook.rate-limited is P3',
    minutes: 40,
    steps: during('rate-limit', 8),
    expect: [
      expected('webhook.rate-limited', 'workspace', 'P3', {
        notifiedWithinSeconds: 5 * MINUTES,
        resolvedWithinSeconds: 6 * MINUTES,
      }),
    ],
    relay: { heldWithinSeconds: null },
  }),
  drill({
    name: 'relay-429-long',
    title: 'Clay goes on answering 429 for half an hour: it becomes urgent',
    source: 'design: P2 when sustained',
    minutes: 65,
    steps: during('rate-limit', 30),
    expect: [
      expected('webhook.rate-limited', 'workspace', 'P2', {
        notifiedWithinSeconds: 5 * MINUTES,
        urgentWithinSeconds: 20 * MINUTES,
        resolvedWithinSeconds: 8 * MINUTES,
        messages: ['triggered', 'severity-raised', 'resolved'],
      }),
    ],
    relay: { heldWithinSeconds: null },
  }),
];

const OWN: readonly Drill[] = [
  drill({
    name: 'relay-forwarder-gone',
    title: 'Our own forwarder does not run: rows wait, and it is not Clay',
    source: 'design: own.unhealthy, our queue ages',
    minutes: 45,
    steps: [
      act(BEGIN, 'the schedule of the forwarder fails', (_world, relay) => relay.stop()),
      act(BEGIN + 15, 'and works again', (_world, relay) => relay.start()),
    ],
    expect: [
      expected('own.unhealthy', 'leads/relay', 'P2', {
        notifiedWithinSeconds: 9 * MINUTES,
        resolvedWithinSeconds: 4 * MINUTES,
      }),
    ],
    relay: { heldWithinSeconds: null },
  }),
  drill({
    name: 'relay-dead-letter',
    title: 'A row is set aside through our own fault',
    source: "issue: the row's fault and our fault kept apart",
    minutes: 90,
    steps: [
      act(BEGIN, 'a row is set aside', ({ clock }, { deadLetters }) =>
        deadLetters.put([
          {
            id: 'letter-1',
            feed: 'leads',
            at: clock.now(),
            fault: 'ours',
            reason: 'uncertain-too-often',
            detail: 'Sent 20 times without an answer.',
            status: null,
            webhook: 'leads-1',
            row: null,
          },
        ]),
      ),
    ],
    expect: [
      expected('own.unhealthy', 'leads/dead-letters', 'P3', {
        notifiedWithinSeconds: 7 * MINUTES,
        resolvedWithinSeconds: 75 * MINUTES,
      }),
    ],
  }),
  drill({
    name: 'relay-noisy-hours',
    title: 'Six hours of rows through the relay, of which single ones fail in every way and are sent again',
    source: 'quality: no false alarm',
    minutes: 360,
    // A callback that fails is a row that Clay does not send again: that would be no false alarm.
    steps: [{ minute: 0, on: 'noise', params: { surface: 'webhook' } }],
    traffic: { perMinute: () => 6 },
    relay: { heldWithinSeconds: null },
  }),
];

/** Rows that senders give to the relay: what Claywatch does by itself, and that none is lost. */
export const RELAY_DRILLS: readonly Drill[] = [...OUTAGES, ...WEBHOOKS, ...TABLES, ...WORKSPACE, ...OWN];
