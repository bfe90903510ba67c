/** Where the parts of a running simulation are reached. */
export interface ClayUrls {
  readonly base: string;
  readonly web: string;
  readonly publicApi: string;
  readonly status: string;
}

/**
 * A Claywatch configuration that watches this simulation: everything that it has, and no secret, only names of
 * environment variables.
 */
export const exampleConfig = (urls: ClayUrls) => ({
  installation: 'simulated',
  clay: {
    webUrl: urls.web,
    apiUrl: urls.base,
    publicApiUrl: urls.publicApi,
    statusPageUrl: urls.status,
    apiKey: 'env:CLAY_API_KEY',
  },
  feeds: {
    leads: {
      webhooks: [
        { id: 'leads-1', url: 'env:CLAY_WEBHOOK_URL', authToken: 'env:CLAY_WEBHOOK_TOKEN', table: 'leads' },
      ],
      callback: { url: `${urls.base}/stand-ins/callback` },
    },
  },
  integration: { url: `${urls.base}/stand-ins/health`, conditions: ['status == 200', 'body.status == "ok"'] },
  probes: {
    crm: { kind: 'crm', url: `${urls.base}/stand-ins/crm` },
    provider: { kind: 'provider', url: `${urls.base}/stand-ins/provider` },
  },
  connectivity: { urls: [`${urls.base}/connectivity`] },
});
