import type { ConfigInput } from '../../shared/config/schema.ts';

export const FEED = 'leads';
export const SECRET = 'fake-sender-secret';
/** What the workspace may send; Clay's support can raise the usual 10 [C, clay-facts]. */
export const ROWS_PER_SECOND = 100;

const WEBHOOKS = ['leads-1', 'leads-2', 'leads-3'];

/** The configuration of the runtime that is killed. */
export const planFor = (clayUrl: string): ConfigInput => ({
  installation: 'kill-test',
  clay: { webUrl: `${clayUrl}/web`, apiUrl: clayUrl, publicApiUrl: `${clayUrl}/public/v0` },
  feeds: {
    [FEED]: {
      webhooks: WEBHOOKS.map((id, index) => ({
        id,
        url: `env:URL_${index + 1}`,
        authToken: 'env:TOKEN',
        table: id,
        startCount: index === 0 ? 44_500 : 0,
      })),
      tables: Object.fromEntries(WEBHOOKS.map((id, index) => [id, { startCount: index === 0 ? 44_500 : 0 }])),
      relay: { secret: 'env:SENDER_SECRET' },
    },
  },
  relay: { rowsPerSecond: ROWS_PER_SECOND, burst: 2 * ROWS_PER_SECOND, sendTimeoutMs: 2_000 },
});
