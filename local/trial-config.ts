import type { ConfigInput } from '../shared/config/schema.ts';
import { type PoolEntry, simulatedUuid } from './clay/core/options.ts';
import type { ClayFlow } from './clay-process.ts';

const TRIAL_CALLBACK_SECRET = 'simulated-callback-secret';
const TRIAL_SUBMISSIONS_SECRET = 'simulated-submissions-secret';
export const TRIAL_RELAY_SECRET = 'simulated-relay-secret';

/**
 * The pool of webhooks, each with a table of its own: the first is so near the count at which the relay rotates (45,000
 * of 50,000) that it does so some five minutes after the first row.
 */
const POOL = [
  { id: 'leads-1', table: 'Leads', url: 'CLAY_WEBHOOK_URL', taken: 44_900 },
  { id: 'leads-2', table: 'Leads 2', url: 'CLAY_WEBHOOK_URL_2', taken: 0 },
  { id: 'leads-3', table: 'Leads 3', url: 'CLAY_WEBHOOK_URL_3', taken: 0 },
] as const;

/** How the simulated Clay spells the name of a table. */
const simulatedTable = (table: string): string => table.toLowerCase().replaceAll(' ', '-');

/** The webhooks of the trial, for the simulated Clay. */
export const TRIAL_POOL: readonly PoolEntry[] = POOL.map(({ id, table, taken }) => ({
  id,
  table: simulatedTable(table),
  startCount: taken,
}));

/** What the HTTP API columns of the simulated Clay are told, for a local runtime that listens at this port. */
export const trialCallback = (httpPort: number) => ({
  url: `http://127.0.0.1:${httpPort}/v1/callbacks/leads`,
  secret: TRIAL_CALLBACK_SECRET,
});

/** Rows that flow during the trial: enough to be judged within minutes, and credits for weeks of it. */
export const trialFlow = (httpPort: number): ClayFlow => ({
  callback: trialCallback(httpPort),
  webhooks: TRIAL_POOL,
  rowsPerMinute: 20,
  relay: { url: `http://127.0.0.1:${httpPort}/v1/rows/leads`, secret: TRIAL_RELAY_SECRET },
  credits: 5_000_000,
});

/**
 * The names that the trial configuration gives its secrets, with what the simulated Clay takes (they open nothing
 * else; the webhooks' addresses follow from where Clay is).
 */
export const trialSecrets = (clayUrl: string): Readonly<Record<string, string>> => ({
  CLAY_API_KEY: 'simulated-api-key',
  ...Object.fromEntries(
    POOL.map(({ url }, index) => [
      url,
      `${clayUrl}/v3/sources/webhook/pull-in-data-from-a-webhook-${simulatedUuid(index + 1)}`,
    ]),
  ),
  CLAY_WEBHOOK_TOKEN: 'simulated-webhook-token',
  CLAY_CALLBACK_SECRET: TRIAL_CALLBACK_SECRET,
  RELAY_SECRET: TRIAL_RELAY_SECRET,
  SUBMISSIONS_SECRET: TRIAL_SUBMISSIONS_SECRET,
});

/**
 * How rows come to Clay. relay: through Claywatch · reports: their sender posts to the first webhook itself, and reports
 * what Clay took
 */
export type TrialSender = 'relay' | 'reports';

const webhook = ({ id, table, url, taken }: (typeof POOL)[number]) => ({
  id,
  url: `env:${url}` as const,
  authToken: 'env:CLAY_WEBHOOK_TOKEN' as const,
  table,
  startCount: taken,
  // Told of only when it is not rotated, so that a trial begins without an incident.
  warnAtShare: 0.9,
  check: 'rejected-post' as const,
  everyMinutes: 1,
});

const flowOf: Readonly<Record<TrialSender, NonNullable<ConfigInput['feeds']>[string]>> = {
  relay: {
    webhooks: POOL.map(webhook),
    tables: Object.fromEntries(POOL.map(({ table, taken }) => [table, { startCount: taken }])),
    relay: { secret: 'env:RELAY_SECRET', filters: { email: 'email' } },
  },
  reports: {
    webhooks: [{ ...webhook(POOL[0]), startCount: 0 }],
    tables: { Leads: {} },
    submissions: { secret: 'env:SUBMISSIONS_SECRET' },
  },
};

/**
 * What `npm start` watches without a configuration of the user's own: everything that the simulated Clay at this
 * address has. Thresholds are the defaults, but for the burn, which is that of 20 rows a minute; what production looks
 * at every few minutes is looked at on every run, because a trial is short.
 */
export const trialConfig = (clayUrl: string, sender: TrialSender = 'relay'): ConfigInput => ({
  installation: 'trial',
  clay: {
    webUrl: `${clayUrl}/web`,
    apiUrl: clayUrl,
    publicApiUrl: `${clayUrl}/public/v0`,
    statusPageUrl: `${clayUrl}/status`,
    apiKey: 'env:CLAY_API_KEY',
    balanceEveryMinutes: 1,
  },
  feeds: {
    leads: {
      description: 'Leads, enriched before they are routed',
      affects: ['Sales development', 'Lead routing'],
      ...flowOf[sender],
      callback: { url: `${clayUrl}/stand-ins/callback` },
      callbacks: { secret: 'env:CLAY_CALLBACK_SECRET', header: 'x-callback-secret' },
    },
  },
  burn: { aboveCreditsPerHour: 20_000 },
  integration: {
    url: `${clayUrl}/stand-ins/health`,
    conditions: ['status == 200', 'body.status == "ok"', 'body.queue.depth < 1000'],
  },
  probes: {
    crm: { kind: 'crm', url: `${clayUrl}/stand-ins/crm` },
    'enrichment-provider': { kind: 'provider', url: `${clayUrl}/stand-ins/provider`, feed: 'leads' },
  },
  connectivity: { urls: [`${clayUrl}/connectivity`] },
  statusPage: {
    published: true,
    title: 'Lead enrichment',
    description: 'How new leads are enriched and routed at the moment.',
    components: {
      leads: { name: 'Leads', description: 'New leads are enriched and handed to sales.' },
    },
  },
  notify: {
    email: [{ address: 'oncall@example.com' }],
    sms: [{ number: '+15555550100', severities: ['P1'] }],
  },
});
