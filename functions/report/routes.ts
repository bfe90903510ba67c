/** As API Gateway names its routes; each is one of this function's. */
export const ROUTES = {
  overview: 'GET /v1/overview',
  usage: 'GET /v1/usage',
  feedSeries: 'GET /v1/feeds/{feed}/series',
  creditSeries: 'GET /v1/credits/series',
  relay: 'GET /v1/relay',
  audit: 'GET /v1/audit',
  silences: 'GET /v1/silences',
  replays: 'GET /v1/replays',
  preflight: 'GET /v1/preflight',
} as const;
