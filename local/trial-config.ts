import type { ConfigInput } from '../shared/config/schema.ts';

/**
 * The names that the trial configuration gives its secrets, with what the simulated Clay takes (they open nothing
 * else; the webhook's address follows from where Clay is).
 */
export const trialSecrets = (clayUrl: string): Readonly<Record<string, string>> => ({
  CLAY_API_KEY: 'simulated-api-key',
  CLAY_WEBHOOK_URL: `${clayUrl}/v3/sources/webhook/pull-in-data-from-a-webhook-00000000-0000-4000-8000-000000000001`,
  CLAY_WEBHOOK_TOKEN: 'simulated-webhook-token',
});

/**
 * What `npm start` watches without a configuration of the user's own: everything that the simulated Clay at this
 * address has. Thresholds are the defaults; what production looks at every few minutes is looked at on every run,
 * because a trial is short.
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
      callback: { url: `${clayUrl}/stand-ins/callback` },
    },
  },
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
