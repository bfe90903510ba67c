import type { ConfigInput } from '../../shared/config/schema.ts';

/** An installation that uses everything, each secret with a name of its own, so that the tables tell them apart. */
export const SECURED: ConfigInput = {
  installation: 'acme',
  clay: { apiKey: 'secretsmanager:acme/clay-api-key' },
  feeds: {
    leads: {
      webhooks: [
        {
          id: 'leads-1',
          url: 'secretsmanager:acme/webhook-url',
          authToken: 'secretsmanager:acme/webhook-token',
        },
      ],
      callbacks: { secret: 'secretsmanager:acme/callbacks' },
      submissions: { secret: 'secretsmanager:acme/submissions' },
      relay: { secret: 'secretsmanager:acme/relay' },
    },
  },
  relay: { rowsKey: 'secretsmanager:acme/rows-key' },
  status: { secret: 'secretsmanager:acme/status' },
  respond: {
    publicUrl: 'https://claywatch.example.com',
    secret: 'secretsmanager:acme/respond',
    readOnlySecret: 'secretsmanager:acme/respond-read-only',
    linkSecret: 'secretsmanager:acme/links',
  },
  console: {
    sessionSecret: 'secretsmanager:acme/sessions',
    oidc: {
      issuer: 'https://login.example.com',
      clientId: 'claywatch',
      clientSecret: 'secretsmanager:acme/login-client',
      responders: ['on-call'],
    },
  },
  statusPage: { published: true },
  notify: {
    slack: [
      {
        id: 'slack',
        channel: 'C0123456789',
        botToken: 'secretsmanager:acme/slack-bot',
        signingSecret: 'secretsmanager:acme/slack-signing',
      },
    ],
    pagerduty: [{ id: 'pager', routingKey: 'secretsmanager:acme/pagerduty' }],
    webhooks: [
      {
        id: 'bus',
        url: 'secretsmanager:acme/bus-url',
        signingSecrets: ['secretsmanager:acme/bus-signing'],
      },
    ],
    statusPages: [
      {
        id: 'status-page',
        kind: 'statuspage',
        apiUrl: 'https://api.statuspage.io/v1',
        token: 'secretsmanager:acme/status-page',
        pageId: 'page',
      },
    ],
  },
};
