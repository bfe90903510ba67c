import { type Answer, emptyAnswer, faultAnswer, htmlAnswer, jsonAnswer } from '../core/answer.ts';
import { API_SURFACES, SURFACES, type Surface } from '../core/surface.ts';
import { behaviour, type FaultDefinition, obstacle, type Seen } from './definition.ts';
import { anySurface, choice, number, subject, surfaceOf, type ValuesOf } from './params.ts';
import * as refusal from './refusals.ts';

const CLAY: readonly Surface[] = ['web', ...API_SURFACES];
const PUBLIC_API: readonly Surface[] = ['me', 'balance'];

const MODES = ['5xx', 'refused', 'reset', 'hang', 'dns', 'tls'] as const;
const mode = (fallback: (typeof MODES)[number]) =>
  choice(MODES, fallback, 'how it fails; dns and tls only in virtual time, over HTTP they look like a reset');
const serverErrorStatus = number(503, 500, 599, 'the status that is answered in mode 5xx');

const TRANSPORT = {
  refused: 'connection-refused',
  reset: 'connection-reset',
  hang: 'timed-out',
  dns: 'dns-failed',
  tls: 'tls-failed',
} as const;

const fail = (how: (typeof MODES)[number], status: number, surface: Surface): Answer =>
  how === '5xx' ? refusal.serverError(status, surface) : faultAnswer(TRANSPORT[how]);

/** `all` stands for the surfaces that the parameter offers. */
const chosen = (surface: Surface | 'all', all: readonly Surface[]): readonly Surface[] =>
  surface === 'all' ? all : [surface];

const onApi = { surface: surfaceOf(API_SURFACES) };
const overApi = (params: { surface: Surface | 'all' }) => chosen(params.surface, API_SURFACES);
const overAnything = (params: { surface: Surface | 'all' }) => chosen(params.surface, SURFACES);
const always =
  (...surfaces: readonly Surface[]) =>
  () =>
    surfaces;

/** A webhook fault leaves the other webhooks alone. */
const concerns = (params: { webhook: string }, seen: Seen): boolean =>
  seen.webhook !== undefined && (params.webhook === 'all' || params.webhook === seen.webhook);

const NOISE = {
  surface: anySurface,
  rate: number(0.02, 0, 1, 'share of the requests that fail'),
  apartSeconds: number(30, 0, 86_400, 'a surface does not fail twice within this time: single failures'),
  spikeRate: number(0.02, 0, 1, 'share of the requests that are slow'),
  spikeMs: number(3_500, 0, 600_000, 'how slow, ms'),
};

const noiseAnswer = (params: ValuesOf<typeof NOISE>, seen: Seen): Answer | undefined => {
  const last = seen.memory.get(seen.surface);
  if (last !== undefined && Math.abs(seen.now - last) < params.apartSeconds * 1_000) return undefined;
  seen.memory.set(seen.surface, seen.now);
  const kinds: readonly (() => Answer)[] = [
    () => refusal.serverError(502, seen.surface),
    () => refusal.serverError(503, seen.surface),
    () => faultAnswer('connection-reset'),
    () => faultAnswer('timed-out'),
    ...(seen.surface === 'status' ? [refusal.challenge, refusal.challenge] : []),
  ];
  return kinds[Math.floor(seen.random() * kinds.length)]?.();
};

/**
 * Every fault, in the order in which they are asked: the first one that answers wins, delays add up.
 * Names are stable: drills, documentation and scripts use them.
 */
export const FAULTS = {
  'own-network-down': obstacle(
    'Our own network is down: nothing can be reached, the independent hosts neither.',
    { surface: anySurface, mode: mode('dns') },
    { touches: overAnything, answer: (p, seen) => fail(p.mode, 503, seen.surface) },
  ),
  outage: obstacle(
    'Clay is down: web and API fail, tables stand still; the status page and the rest of the internet are there.',
    { mode: mode('5xx'), status: serverErrorStatus },
    { touches: () => CLAY, answer: (p, seen) => fail(p.mode, p.status, seen.surface) },
  ),
  'web-down': obstacle(
    'The Clay web application fails; the API works.',
    { mode: mode('5xx'), status: serverErrorStatus },
    { touches: always('web'), answer: (p, seen) => fail(p.mode, p.status, seen.surface) },
  ),
  'api-5xx': obstacle(
    'The API host answers 5xx.',
    { ...onApi, status: serverErrorStatus },
    { touches: overApi, answer: (p, seen) => refusal.serverError(p.status, seen.surface) },
  ),
  'api-slow': obstacle(
    'The API host answers late (delayMs, by default 4,000).',
    { ...onApi, delayMs: number(4_000, 0, 600_000, 'milliseconds that pass before the answer') },
    { touches: overApi, wait: (p, _seen, hit) => (hit ? p.delayMs : 0) },
  ),
  'api-hang': obstacle('The API host takes the request and never answers.', onApi, {
    touches: overApi,
    answer: () => faultAnswer('timed-out'),
  }),
  'api-reset': obstacle('The API host resets the connection.', onApi, {
    touches: overApi,
    answer: () => faultAnswer('connection-reset'),
  }),
  'api-unreachable': obstacle(
    'The API host cannot be reached: refused, name not found, or bad certificate.',
    { ...onApi, mode: mode('refused') },
    { touches: overApi, answer: (p, seen) => fail(p.mode, 503, seen.surface) },
  ),
  'endless-body': obstacle(
    'Answers begin and never end.',
    {
      surface: anySurface,
      pace: choice(['flood', 'drip'], 'flood', 'as fast as it is read, or a byte a second'),
    },
    {
      touches: overAnything,
      answer: (p) => ({ kind: 'fault', fault: 'endless-body', pace: p.pace, delayMs: 0 }),
    },
  ),
  'huge-body': obstacle(
    'Answers are 200 with megabytes of JSON.',
    { surface: anySurface, bytes: number(5_000_000, 1, 50_000_000, 'size of the body') },
    { touches: overAnything, answer: (p) => jsonAnswer(200, { padding: 'x'.repeat(p.bytes) }) },
  ),

  'intake-5xx': obstacle(
    'Webhooks answer 5xx; the rest of the API works.',
    { status: number(502, 500, 599, 'the status that is answered') },
    { touches: always('webhook'), answer: (p, seen) => refusal.serverError(p.status, seen.surface) },
  ),
  'intake-hang': obstacle(
    'Webhooks take the row and never answer: some of the rows are in the table, and nobody knows which.',
    { keptRate: number(0.5, 0, 1, 'share of the rows that are in the table') },
    { touches: always('webhook'), answer: () => faultAnswer('timed-out') },
  ),
  'webhook-limit': obstacle(
    'A webhook has used up its lifetime submissions: 403 "Record limit reached for webhook".',
    { webhook: subject('webhook') },
    {
      touches: always('webhook'),
      answer: (p, seen) => (concerns(p, seen) ? refusal.limitReached() : undefined),
    },
  ),
  'webhook-gone': obstacle(
    'A webhook was deleted: 404.',
    { webhook: subject('webhook') },
    {
      touches: always('webhook'),
      answer: (p, seen) => (concerns(p, seen) ? refusal.webhookGone() : undefined),
    },
  ),
  'webhook-unauthorized': obstacle(
    'A webhook no longer takes its token: 401, or a bare 403.',
    { webhook: subject('webhook'), status: number(401, 401, 403, '401 or 403') },
    {
      touches: always('webhook'),
      answer: (p, seen) => (concerns(p, seen) ? refusal.webhookUnauthorized(p.status) : undefined),
    },
  ),
  'webhook-rejecting': obstacle(
    'A webhook refuses every row: 400, 413 or 422.',
    { webhook: subject('webhook'), status: number(400, 400, 422, '400, 413 or 422') },
    {
      touches: always('webhook'),
      answer: (p, seen) => (concerns(p, seen) ? refusal.rowRejected(p.status) : undefined),
    },
  ),
  'rate-limit': obstacle(
    'The workspace is over 10 rows a second: webhooks answer 429, and the row is dropped.',
    {},
    { touches: always('webhook'), answer: refusal.tooManyRows },
  ),

  'table-full': behaviour('A table is full: rows are answered 200, and vanish.', { table: subject('table') }),
  'auto-run-off': behaviour(
    'Auto-run is off: rows arrive, and nothing runs; they stay so until run by hand.',
    {
      table: subject('table'),
    },
  ),
  'silent-loss': behaviour('Some rows are answered 200, and vanish.', {
    table: subject('table'),
    share: number(0.005, 0, 1, 'share of the rows that vanish'),
  }),
  'poor-input': behaviour('Some rows lack what providers need: "Some inputs missing".', {
    share: number(0.5, 0, 1, 'share of the rows'),
  }),
  'enrichment-slow': behaviour('Enrichment takes longer.', {
    factor: number(20, 1, 10_000, 'how many times longer'),
  }),
  'low-hit-rate': behaviour('Providers know little.', {
    provider: subject('provider'),
    hitRate: number(0.15, 0, 1, 'share of the rows for which they know something'),
  }),
  'provider-down': obstacle(
    'A provider fails: its cells turn red, and its stand-in answers 5xx.',
    { provider: subject('provider'), status: serverErrorStatus },
    { touches: always('provider'), answer: (p, seen) => refusal.serverError(p.status, seen.surface) },
  ),
  'provider-rate-limited': obstacle(
    'A provider answers 429: to Clay, and on its stand-in.',
    { provider: subject('provider') },
    { touches: always('provider'), answer: () => refusal.rateLimited(30) },
  ),
  'crm-token-expired': obstacle(
    'The token for the CRM has expired: the CRM column turns red, and the CRM stand-in answers 401.',
    {},
    { touches: always('crm'), answer: () => jsonAnswer(401, { message: 'Token has expired' }) },
  ),

  'crm-wrong-data': behaviour(
    'A column reference changed: the CRM column runs and pushes wrong data, and a formula that compares says so.',
    {},
  ),

  'key-invalid': obstacle(
    'The public API does not know the key: 401.',
    {},
    {
      touches: () => PUBLIC_API,
      answer: refusal.keyInvalid,
    },
  ),
  'key-forbidden': obstacle(
    'The public API does not allow the key: 403.',
    {},
    {
      touches: () => PUBLIC_API,
      answer: refusal.keyForbidden,
    },
  ),
  'key-rate-limited': obstacle(
    'The public API answers 429 with Retry-After and X-RateLimit headers.',
    { retryAfterSeconds: number(30, 0, 3_600, 'what Retry-After says') },
    { touches: () => PUBLIC_API, answer: (p) => refusal.rateLimited(p.retryAfterSeconds) },
  ),
  'payment-required': obstacle(
    'The public API answers 402: exhausted.',
    { surface: surfaceOf(['me', 'balance']) },
    { touches: (p) => chosen(p.surface, PUBLIC_API), answer: refusal.paymentRequired },
  ),
  'balance-forbidden': obstacle(
    "The key's user lacks the billing role: 403 on the balance only.",
    {},
    { touches: always('balance'), answer: refusal.keyForbidden },
  ),
  'me-not-found': obstacle(
    'The public API has no /me: 404.',
    {},
    { touches: always('me'), answer: refusal.notFound },
  ),

  'credits-low': behaviour('Few data credits are left.', {
    credits: number(400, 0, 1_000_000, 'at most this many'),
  }),
  'credits-zero': behaviour('No data credits are left: rows are accepted, and wait.', {}),
  'credits-drain': behaviour('Somebody spends data credits elsewhere in the workspace.', {
    perMinute: number(100, 0, 1_000_000, 'data credits a minute'),
  }),
  'actions-low': behaviour('Few actions are left.', {
    actions: number(400, 0, 1_000_000, 'at most this many'),
  }),
  'actions-zero': behaviour('No actions are left: rows are accepted, and wait.', {}),
  'legacy-billing': behaviour('The workspace is on legacy billing: the balance has no second meter.', {}),
  'camel-case-balance': behaviour('The balance is written in camelCase: actionExecutionBalance.', {}),
  'fractional-balance': behaviour('The balance is a fractional number.', {}),

  'status-challenge': obstacle(
    'A bot challenge stands before the status page: 403 "Just a moment…".',
    {},
    { touches: always('status'), answer: refusal.challenge },
  ),
  'status-html': obstacle(
    'The status page answers its JSON addresses with HTML.',
    {},
    {
      touches: always('status'),
      answer: () => htmlAnswer(200, '<!doctype html><title>Clay Status</title><div id="root"></div>'),
    },
  ),
  'status-empty': obstacle(
    'The status page answers {}.',
    {},
    {
      touches: always('status'),
      answer: () => jsonAnswer(200, {}),
    },
  ),
  'status-inactive': obstacle(
    'The status page is inactive: 401.',
    {},
    { touches: always('status'), answer: () => jsonAnswer(401, { error: 'page inactive' }) },
  ),
  'status-moved': obstacle(
    'The status page has moved: 301 to another host.',
    {},
    {
      touches: always('status'),
      answer: () => emptyAnswer(301, { location: 'https://status.example.com/' }),
    },
  ),
  'status-down': obstacle(
    'The status page itself fails.',
    { mode: mode('5xx'), status: serverErrorStatus },
    { touches: always('status'), answer: (p, seen) => fail(p.mode, p.status, seen.surface) },
  ),
  'status-minor': behaviour('Clay declares a minor incident.', {}),
  'status-major': behaviour('Clay declares a major incident.', {}),
  'status-maintenance': behaviour('Clay declares scheduled maintenance.', {}),
  'status-stale': behaviour('The status page has not been updated for long.', {
    ageMinutes: number(4_320, 1, 5_256_000, 'how long ago the last update was, minutes'),
  }),
  'status-green-but-incident': behaviour('The status page is green beside an open major incident.', {}),
  'status-vendor-changed': behaviour('The status page has changed vendor: other addresses, other JSON.', {
    vendor: choice(['rootly', 'statuspage'], 'statuspage', 'who hosts it now'),
  }),
  'status-envelope': behaviour(
    'incidents.json of the status page comes in an envelope instead of a bare array.',
    {},
  ),

  'callback-down': obstacle(
    'The callback stand-in fails, for probes and for callbacks.',
    { mode: mode('refused'), status: number(503, 400, 599, 'the status that is answered in mode 5xx') },
    { touches: always('callback'), answer: (p, seen) => fail(p.mode, p.status, seen.surface) },
  ),
  'health-failing': obstacle(
    'The stand-in for your own health endpoint fails: 5xx, or 200 with a bad report.',
    {
      mode: choice(['5xx', 'degraded'], '5xx', 'degraded: 200, status "degraded", a long queue'),
      status: serverErrorStatus,
    },
    {
      touches: always('health'),
      answer: (p) =>
        p.mode === 'degraded'
          ? jsonAnswer(200, { status: 'degraded', queue: { depth: 48_210 } })
          : jsonAnswer(p.status, { status: 'unhealthy', queue: { depth: 48_210 } }),
    },
  ),
  'crm-probe-failing': obstacle(
    'The CRM stand-in fails.',
    { mode: mode('5xx'), status: serverErrorStatus },
    { touches: always('crm'), answer: (p, seen) => fail(p.mode, p.status, seen.surface) },
  ),
  'provider-probe-failing': obstacle(
    'The provider stand-in fails; enrichment is not touched.',
    { mode: mode('5xx'), status: serverErrorStatus },
    { touches: always('provider'), answer: (p, seen) => fail(p.mode, p.status, seen.surface) },
  ),

  noise: obstacle('A healthy but noisy world: random single failures and latency spikes.', NOISE, {
    touches: overAnything,
    answer: noiseAnswer,
    wait: (p, seen) => (seen.random() < p.spikeRate ? p.spikeMs : 0),
  }),
} as const satisfies Record<string, FaultDefinition>;

export type FaultName = keyof typeof FAULTS;
export type ParamsOf<N extends FaultName> = ValuesOf<(typeof FAULTS)[N]['params']>;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];
