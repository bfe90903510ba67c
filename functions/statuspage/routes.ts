/** As API Gateway names its routes; each is one of this function's. */
export const ROUTES = {
  page: 'GET /status',
  json: 'GET /status.json',
  rss: 'GET /status.rss',
} as const;
