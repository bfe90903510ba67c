import type { ConfigInput } from '../shared/config/schema.ts';

const TRIAL_CALLBACK_SECRET = 'simulated-callback-secret';
const TRIAL_SUBMISSIONS_SECRET = 'simulated-submissions-secret';

/** What the HTTP API columns of the simulated Clay are told, for a local runtime that listens at this port. */
export const trialCallback = (httpPort: number) => ({
  url: `http://127.0.0.1:${httpPort}/v1/callbacks/leads`,
  secret: TRIAL_CALLBACK_SECRET,
});

/** Rows that flow during the trial: enough to be judged within minutes, and credits for weeks of it. */
export const trialFlow = (httpPort: number) => ({
  callback: trialCallback(httpPort),
  rowsPerMinute: 20,
  report: {
    url: `http://127.0.0.1:${httpPort}/v1/submissions/leads`,
    secret: TRIAL_SUBMISSIONS_SECRET,
  },
  credits: 5_000_000,
});

/**
 * The names that the trial configuration gives its secrets, with what the simulated Clay takes (they open nothing
 * else; the webhook's address follows from where Clay is).
 */
export const trialSecrets = (clayUrl: string): Readonly<Record<string, string>> => ({
  CLAY_API_KEY: 'simulated-api-key',
  CLAY_WEBHOOK_URL: `${clayUrl}/v3/sources/webhook/pull-in-data-from-a-webhook-00000000-0000-4000-8000-000000000001`,
  CLAY_WEBHOOK_TOKEN: 'simulated-webhook-token',
  CLAY_CALLBACK_SECRET: TRIAL_CALLBACK_SECRET,
  SUBMISSIONS_SECRET: TRIAL_SUBMISSIONS_SECRET,
});

/**
 * What `npm start` watches without a configuration of the user's own: everything that the simulated Clay at this
 * address has. Thresholds are the defaults, but for the burn, which is that of 20 rows a minute; what production looks
 * at every few minutes is looked at on every run, because a trial is short.
 */
export const trialConfig = (clayUrl: string): ConfigInput => ({
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
      webhooks: [
        {
          id: 'leads-1',
          url: 'env:CLAY_WEBHOOK_URL',
          authToken: 'env:CLAY_WEBHOOK_TOKEN',
          table: 'Leads',
          check: 'rejected-post',
          everyMinutes: 1,
        },
      ],
      tables: { Leads: {} },
      callback: { url: `${clayUrl}/stand-ins/callback` },
      callbacks: { secret: 'env:CLAY_CALLBACK_SECRET', header: 'x-callback-secret' },
      submissions: { secret: 'env:SUBMISSIONS_SECRET' },
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
  notify: {
    email: [{ address: 'oncall@example.com' }],
    sms: [{ number: '+15555550100', severities: ['P1'] }],
  },
});
