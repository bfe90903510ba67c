import type { FaultName } from '../../local/clay/faults/catalogue.ts';
import { BASE_CONFIG } from '../support/world.ts';
import { type Drill, type ExpectedIncident, expectedWithin, type Step } from './drill.ts';
import { PEOPLE_DRILLS } from './people.ts';
import { RELAY_DRILLS } from './relay.ts';
import { ROTATION_DRILLS } from './rotation.ts';
import { ROWS_DRILLS } from './rows.ts';

/** One tick of a minute plus 15 s: the promise for a P1, confirmed within its run. */
const PROMPT = 75;
/** Passing kinds of failure that are less urgent must be seen in a second run. */
const SECOND_RUN = PROMPT + 60;
/** Two good runs, and the run's own time. */
const RECOVERY = 135;
const DAY = 1_440;

const expected = expectedWithin((severity) => ({
  notifiedWithinSeconds: severity === 'P1' ? PROMPT : SECOND_RUN,
  resolvedWithinSeconds: RECOVERY,
}));

const fault = (
  on: FaultName | readonly FaultName[],
  minutes: number,
  params?: Step['params'],
): readonly Step[] => [
  { minute: 5, on, ...(params ? { params } : {}) },
  { minute: 5 + minutes, off: 'all' },
];

/** A fault that lasts ten minutes, and the one incident that is the right answer. */
const simple = (
  name: string,
  title: string,
  source: string,
  on: FaultName | readonly FaultName[],
  answer: ExpectedIncident,
  params?: Step['params'],
): Drill => ({ name, title, source, minutes: 25, steps: fault(on, 10, params), expect: [answer] });

/** A status page that cannot be read: unknown for half an hour, then a gap for people to mend, never "down". */
const blindStatus = (name: string, title: string, on: FaultName): Drill => ({
  name,
  title,
  source: 'clay-facts, Status page: unreadable means unknown',
  minutes: 60,
  steps: fault(on, 45),
  expect: [
    expected('monitoring.gap', 'clay.status', 'P4', {
      notifiedWithinSeconds: 32 * 60,
      resolvedWithinSeconds: RECOVERY,
    }),
  ],
});

const healthy = (
  name: string,
  title: string,
  source: string,
  minutes: number,
  steps: readonly Step[],
): Drill => ({
  name,
  title,
  source,
  minutes,
  steps,
  expect: [],
});

const KEY = 'clay-api-key';
const WEBHOOK = 'leads/leads-1';

const withoutSchedule = (minutes: number): NonNullable<Step['act']> => ({
  what: `no run for ${minutes} minutes`,
  run: (world) => world.skip(minutes),
});

/** Metrics that are read where the provider answers, and from this backup when it does not. */
const withMetrics = (backupUrl: string): NonNullable<Drill['config']> => ({
  ...BASE_CONFIG,
  probes: { errors: { kind: 'metrics', url: 'http://clay.simulated/stand-ins/provider', backupUrl } },
});

const hostile = (surface: string): Step['params'] => ({ surface });

export const DRILLS: readonly Drill[] = [
  // Healthy, and healthy but noisy: nothing may be said.
  healthy('quiet-day', 'Twenty-four hours in which nothing happens', 'quality: no false alarm', DAY, []),
  healthy(
    'noisy-day',
    'Twenty-four hours of a healthy, noisy Clay, its status page unreadable now and then',
    'quality: 2 % single failures, latency spikes, unreadable status page',
    DAY,
    [
      { minute: 0, on: 'noise' },
      ...[100, 400, 700, 1_100].flatMap((minute) => [
        { minute, on: 'status-challenge' as const },
        { minute: minute + 20, off: 'status-challenge' as const },
      ]),
    ],
  ),
  healthy(
    'independently-noisy-day',
    'Twenty-four hours in which every request by itself fails with 2 %, so that some fail twice in a row',
    'quality: 2 % random failures',
    DAY,
    [{ minute: 0, on: 'noise', params: { apartSeconds: 0 } }],
  ),
  healthy(
    'one-blip',
    'Everything fails for the first seconds of a run',
    'facts: single failures are normal',
    15,
    [{ minute: 5, on: 'outage', params: { forSeconds: 48 } }],
  ),
  healthy(
    'slow-for-three-minutes',
    'The API answers late for three minutes',
    'facts: latency spikes are normal',
    20,
    fault('api-slow', 3),
  ),
  healthy(
    'maintenance',
    'Clay declares maintenance and works',
    'facts, Status page',
    30,
    fault('status-maintenance', 20),
  ),
  healthy(
    'camel-case-balance',
    'The balance is in camelCase, then fractional, then without a second meter',
    'facts, Public API',
    30,
    [
      { minute: 5, on: 'camel-case-balance' },
      { minute: 12, on: 'fractional-balance' },
      { minute: 20, on: 'legacy-billing' },
    ],
  ),
  healthy(
    'status-page-changes-vendor',
    'The status page moves to another vendor that is understood too',
    'facts, Status page',
    40,
    [{ minute: 5, on: 'status-vendor-changed' }],
  ),

  // Clay.
  simple(
    'outage',
    'Clay is down: everything answers 503',
    'runbook 2, P1: Clay outage',
    'outage',
    expected('clay.outage', 'clay', 'P1'),
  ),
  simple(
    'outage-hanging',
    'Clay is down: nothing ever answers',
    'runbook 1, P1: API unreachable',
    'outage',
    expected('clay.outage', 'clay', 'P1'),
    { mode: 'hang' },
  ),
  simple(
    'outage-dns',
    "Clay's names do not resolve",
    'runbook 1, P1: API unreachable',
    'outage',
    expected('clay.outage', 'clay', 'P1'),
    { mode: 'dns' },
  ),
  simple(
    'outage-tls',
    "Clay's certificate is bad",
    'runbook 1, P1: API unreachable',
    'outage',
    expected('clay.outage', 'clay', 'P1'),
    { mode: 'tls' },
  ),
  simple(
    'web-down',
    'Only the web app is down',
    'runbook 2, P2: degraded',
    'web-down',
    expected('clay.degraded', 'clay', 'P2'),
  ),
  {
    ...simple(
      'dashboard-down',
      'Only the dashboard does not open: rows flow, and alternatives are offered',
      "runbook 2, error handling: can't access Clay dashboard",
      'web-down',
      expected('clay.degraded', 'clay', 'P2', { says: /dashboard does not open.*rows still flow/ }),
    ),
    config: {
      ...BASE_CONFIG,
      clay: { ...BASE_CONFIG.clay, appUrl: BASE_CONFIG.clay.webUrl },
    },
  },
  {
    ...simple(
      'dashboard-and-api-down',
      'The dashboard and the API are down',
      "runbook 2, error handling: can't access Clay dashboard",
      'outage',
      expected('clay.outage', 'clay', 'P1'),
    ),
    config: {
      ...BASE_CONFIG,
      clay: {
        ...BASE_CONFIG.clay,
        webUrl: 'http://clay.simulated/connectivity',
        appUrl: BASE_CONFIG.clay.webUrl,
      },
    },
  },
  {
    ...simple(
      'metrics-source-down',
      'Our metrics cannot be read, and their backup can: no fault of what they measure',
      'runbook 1, error handling: Prometheus down, check backup metrics',
      'provider-probe-failing',
      expected('monitoring.gap', 'probe:errors/source', 'P4', {
        notifiedWithinSeconds: 32 * 60,
        resolvedWithinSeconds: RECOVERY,
        says: /Fallback evidence: .*probe:errors \(passing\)/,
      }),
    ),
    minutes: 60,
    steps: fault('provider-probe-failing', 45),
    config: withMetrics('http://clay.simulated/stand-ins/health'),
  },
  {
    ...simple(
      'metrics-and-backup-down',
      'Neither our metrics nor their backup can be read: unknown, one gap, never "unhealthy"',
      'runbook 1, error handling: Prometheus down, check backup metrics',
      ['provider-probe-failing', 'crm-probe-failing'],
      expected('monitoring.gap', 'probe:errors', 'P4', {
        notifiedWithinSeconds: 32 * 60,
        resolvedWithinSeconds: RECOVERY,
      }),
    ),
    minutes: 60,
    steps: fault(['provider-probe-failing', 'crm-probe-failing'], 45),
    config: withMetrics('http://clay.simulated/stand-ins/crm'),
  },
  {
    name: 'rotation-denied',
    title: 'The rotation of a secret is denied: an administrator is told what to grant',
    source: 'runbook 1, error handling: secret rotation fails, escalate to admin',
    minutes: 30,
    steps: [
      { minute: 5, act: { what: 'a rotation is denied', run: (world) => world.rotate('relay', 'denied') } },
      { minute: 15, act: { what: 'and takes place', run: (world) => world.rotate('relay', 'rotated') } },
    ],
    expect: [
      expected('secret.rotation-failed', 'relay', 'P3', {
        says: /for an administrator: .* grant .*secretsmanager:UpdateSecretVersionStage on arn:aws:secretsmanager/,
      }),
    ],
  },
  simple(
    'api-5xx',
    'Only the public API answers 5xx',
    'runbook 1, step 3: 500/503',
    'api-5xx',
    expected('clay.degraded', 'clay', 'P2'),
    { surface: 'me' },
  ),
  simple(
    'api-reset',
    'Only the public API resets connections',
    'runbook 1, P2: partial failures',
    'api-reset',
    expected('clay.degraded', 'clay', 'P2'),
    { surface: 'me' },
  ),
  {
    ...simple(
      'api-slow',
      'The API host answers late, for twenty minutes',
      'runbook 1, P2: high latency',
      'api-slow',
      expected('clay.degraded', 'clay', 'P2', { notifiedWithinSeconds: 5 * 60 + PROMPT }),
      { surface: 'me' },
    ),
    minutes: 35,
    steps: fault('api-slow', 20, { surface: 'me' }),
  },
  simple(
    'status-minor',
    'Clay declares a minor incident; nothing is measured',
    'runbook 1, step 2',
    'status-minor',
    expected('clay.degraded', 'clay', 'P2'),
  ),
  simple(
    'status-major',
    'Clay declares a major incident; nothing is measured',
    'runbook 1, step 2',
    'status-major',
    expected('clay.degraded', 'clay', 'P2'),
  ),
  simple(
    'status-green-but-incident',
    'The page is green beside an open major incident',
    'facts, Status page',
    'status-green-but-incident',
    expected('clay.degraded', 'clay', 'P2'),
  ),
  {
    name: 'outage-hides-effects',
    title: 'An outage takes the webhook and the integration with it: one page, not four',
    source: 'design: upstream hides effects',
    minutes: 25,
    steps: fault(['outage', 'intake-hang', 'health-failing'], 10),
    expect: [expected('clay.outage', 'clay', 'P1')],
  },
  {
    name: 'outage-recovers-in-parts',
    title: 'After an outage the web app comes back first, the API ten minutes later',
    source: 'design: upstream hides effects; resolved means seen working',
    minutes: 40,
    steps: [
      { minute: 5, on: 'outage' },
      { minute: 15, off: 'outage', on: 'api-5xx' },
      { minute: 25, off: 'all' },
    ],
    expect: [expected('clay.outage', 'clay', 'P1')],
  },

  // Not Clay.
  {
    name: 'own-network-down',
    title: 'Our own network is down: Clay is not blamed',
    source: 'runbook 1, error handling: network issue',
    minutes: 25,
    steps: fault('own-network-down', 10),
    expect: [expected('monitoring.gap', 'own-network', 'P4')],
  },
  simple(
    'callback-down',
    'Our callback endpoint refuses connections',
    'runbook 2, step 1.4',
    'callback-down',
    expected('callback.unreachable', 'leads', 'P2'),
  ),
  simple(
    'callback-moved',
    'Our callback endpoint answers 404',
    'runbook 2, step 1.4',
    'callback-down',
    expected('callback.unreachable', 'leads', 'P2'),
    { mode: '5xx', status: 404 },
  ),
  simple(
    'integration-5xx',
    'Our integration is unhealthy: 503',
    'runbook 1, step 2: investigate infrastructure',
    'health-failing',
    expected('own.unhealthy', 'integration', 'P2'),
  ),
  simple(
    'integration-degraded',
    'Our integration answers 200 and says that it is degraded',
    'runbook 1, step 1',
    'health-failing',
    expected('own.unhealthy', 'integration', 'P2'),
    { mode: 'degraded' },
  ),
  simple(
    'crm-token-expired',
    'The CRM refuses our token',
    'runbook 2, P2: CRM sync failures',
    'crm-token-expired',
    expected('crm.sync-failing', 'hubspot', 'P2'),
  ),
  simple(
    'provider-down',
    'A provider is down',
    'runbook 2, P3: single provider down',
    'provider-probe-failing',
    expected('provider.failing', 'apollo', 'P3'),
  ),
  {
    ...simple(
      'provider-rate-limited',
      'A provider limits our rate',
      'runbook 2, step 2',
      'provider-rate-limited',
      expected('provider.rate-limited', 'apollo', 'P3', { notifiedWithinSeconds: 2 * 60 + PROMPT }),
    ),
  },

  // The key and the account.
  simple(
    'key-invalid',
    'The API key is refused: 401',
    'runbook 1, step 3: 401',
    'key-invalid',
    expected('api-key.invalid', KEY, 'P2'),
  ),
  simple(
    'key-forbidden',
    'The API key may not: 403',
    'runbook 1, step 3: 403',
    'key-forbidden',
    expected('api-key.forbidden', KEY, 'P3'),
  ),
  simple(
    'balance-forbidden',
    "The key's user lacks the billing role",
    'facts, Public API',
    'balance-forbidden',
    expected('api-key.forbidden', KEY, 'P3'),
  ),
  simple(
    'key-rate-limited',
    'The public API answers 429',
    'runbook 1, step 3: 429',
    'key-rate-limited',
    expected('api.rate-limited', KEY, 'P3', { notifiedWithinSeconds: 2 * 60 + PROMPT }),
  ),
  {
    name: 'me-not-found',
    title: 'The public API has moved: /me answers 404',
    source: 'facts: /v1/people/enrich is dead',
    minutes: 60,
    steps: fault('me-not-found', 45),
    expect: [expected('monitoring.gap', 'clay.key', 'P4', { notifiedWithinSeconds: 32 * 60 })],
  },
  simple(
    'payment-required',
    'The public API answers 402',
    'facts, Public API: exhausted',
    'payment-required',
    expected('credits.exhausted', 'workspace', 'P1'),
    { surface: 'me' },
  ),
  simple(
    'credits-zero',
    'Data credits are used up',
    'runbook 2, P1: credits exhausted',
    'credits-zero',
    expected('credits.exhausted', 'workspace', 'P1'),
  ),
  simple(
    'actions-zero',
    'Actions are used up',
    'facts, Credits',
    'actions-zero',
    expected('actions.exhausted', 'workspace', 'P1'),
  ),
  simple(
    'credits-low',
    'Few data credits are left',
    'facts, defaults: below 500',
    'credits-low',
    expected('credits.running-out', 'workspace', 'P2'),
  ),
  {
    name: 'credits-drain',
    title: 'Data credits drain to nothing: raised step by step, then exhausted',
    source: 'facts, How it breaks 1',
    minutes: 75,
    clay: { credits: 6_000 },
    steps: [{ minute: 5, on: 'credits-drain', params: { perMinute: 100 } }],
    expect: [
      expected('credits.burn-spike', 'workspace', 'P2', {
        notifiedWithinSeconds: 18 * 60,
        resolvedWithinSeconds: null,
        messages: ['triggered'],
      }),
      expected('credits.running-out', 'workspace', 'P2', {
        notifiedWithinSeconds: 12 * 60,
        resolvedWithinSeconds: null,
        messages: ['triggered', 'severity-raised', 'severity-raised'],
      }),
      expected('credits.exhausted', 'workspace', 'P1', {
        notifiedWithinSeconds: 62 * 60,
        resolvedWithinSeconds: null,
        messages: ['triggered'],
      }),
    ],
  },

  // Webhooks, by the check that makes no row.
  simple(
    'webhook-limit',
    'A webhook is at its 50,000',
    'runbook 2, P1: webhook URL expired (50K limit)',
    'webhook-limit',
    expected('webhook.limit-reached', WEBHOOK, 'P1'),
  ),
  simple(
    'webhook-gone',
    'A webhook was deleted',
    'runbook 2, step 1.2: 404',
    'webhook-gone',
    expected('webhook.gone', WEBHOOK, 'P1'),
  ),
  simple(
    'webhook-unauthorized',
    'A webhook refuses its token',
    'facts, Webhook sources',
    'webhook-unauthorized',
    expected('webhook.unauthorized', WEBHOOK, 'P1'),
  ),
  simple(
    'intake-5xx',
    'Webhooks answer 502 while the rest of Clay works',
    'facts, How it breaks 2',
    'intake-5xx',
    expected('webhook.intake-failing', WEBHOOK, 'P1', { notifiedWithinSeconds: PROMPT }),
  ),
  simple(
    'intake-hang',
    'Webhooks never answer while the rest of Clay works',
    'facts, How it breaks 2',
    'intake-hang',
    expected('webhook.intake-failing', WEBHOOK, 'P1'),
  ),
  simple(
    'webhook-rate-limited',
    'The workspace sends too fast',
    'runbook 2, step 1.2: 429',
    'rate-limit',
    expected('webhook.rate-limited', WEBHOOK, 'P3', { notifiedWithinSeconds: 2 * 60 + PROMPT }),
  ),

  // Unknown is a state.
  blindStatus('status-challenge', 'A bot challenge stands before the status page', 'status-challenge'),
  blindStatus('status-html', 'The status page answers HTML', 'status-html'),
  blindStatus('status-empty', 'The status page answers {}', 'status-empty'),
  blindStatus('status-inactive', 'The status page says that it is inactive', 'status-inactive'),
  blindStatus('status-moved', 'The status page has moved', 'status-moved'),
  blindStatus('status-down', 'The status page itself is down', 'status-down'),
  {
    name: 'missed-runs',
    title: 'Claywatch itself does not run for ten minutes',
    source: 'runbook 2, P4: monitoring gaps',
    minutes: 30,
    steps: [{ minute: 5, act: withoutSchedule(10) }],
    expect: [
      expected('monitoring.gap', 'schedule', 'P4', {
        notifiedWithinSeconds: 11 * 60,
        resolvedWithinSeconds: 14 * 60,
      }),
    ],
  },

  // Hostile answers.
  simple(
    'endless-body',
    'The web app sends an answer that never ends',
    'quality: endless responses',
    'endless-body',
    expected('clay.degraded', 'clay', 'P2'),
    { ...hostile('web'), pace: 'drip' },
  ),
  healthy(
    'huge-body',
    'The web app sends five megabytes',
    'quality: huge bodies',
    20,
    fault('huge-body', 10, hostile('web')),
  ),

  // Over time.
  {
    name: 'flapping',
    title: 'The public API goes up and down every three minutes for two hours',
    source: 'complaints: flapping without a recovery threshold',
    minutes: 240,
    steps: [
      ...Array.from({ length: 20 }, (_, index) => [
        { minute: 5 + index * 6, on: 'api-5xx' as const, params: { surface: 'me' } },
        { minute: 8 + index * 6, off: 'all' as const },
      ]).flat(),
    ],
    expect: [
      expected('clay.degraded', 'clay', 'P2', {
        resolvedWithinSeconds: 12 * 60,
        messages: [],
        // Nobody heard that it was over, and nobody took it for an hour and more.
        all: [
          ...(['triggered', 'resolved', 'reopened'] as const),
          ...(['escalated', 'update-due', 'escalated', 'escalated', 'escalated'] as const),
          'resolved',
        ],
      }),
    ],
  },
  {
    name: 'relapse',
    title: 'An outage comes back within the hour: the same incident is opened again',
    source: 'design: re-opening within a window',
    minutes: 60,
    steps: [
      { minute: 5, on: 'outage' },
      { minute: 15, off: 'all' },
      { minute: 30, on: 'outage' },
      { minute: 40, off: 'all' },
    ],
    expect: [
      expected('clay.outage', 'clay', 'P1', { messages: ['triggered', 'resolved', 'reopened', 'resolved'] }),
    ],
  },
  {
    name: 'two-faults-at-once',
    title: 'The CRM token expires while the API key is refused: two incidents, one page each',
    source: 'runbook 2, step 3',
    minutes: 25,
    steps: fault(['key-invalid', 'crm-token-expired'], 10),
    expect: [expected('api-key.invalid', KEY, 'P2'), expected('crm.sync-failing', 'hubspot', 'P2')],
  },
  {
    name: 'repeated-invocations',
    title: 'Every run is invoked three times, during an outage',
    source: 'delivery is at least once',
    minutes: 25,
    steps: [
      ...fault('outage', 10),
      ...Array.from({ length: 20 }, (_, minute) => ({
        minute,
        act: {
          what: 'the same slot again, twice at once',
          run: async (world: Parameters<NonNullable<Step['act']>['run']>[0]) => {
            const slot = world.slot() - 60_000;
            await world.clock.run(Promise.all([world.watch(slot), world.watch(slot)]));
          },
        },
      })),
    ].sort((a, b) => a.minute - b.minute),
    expect: [expected('clay.outage', 'clay', 'P1', { beginsAt: 5, endsAt: 15 })],
  },
  ...ROTATION_DRILLS,
  ...PEOPLE_DRILLS,
  ...ROWS_DRILLS,
  ...RELAY_DRILLS,
] satisfies readonly Drill[];
