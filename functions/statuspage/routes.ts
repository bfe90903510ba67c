/** As API Gateway names its routes; each is one of this function's. */
export const ROUTES = {
  page: 'GET /status',
  style: 'GET /status.css',
  json: 'GET /status.json',
  rss: 'GET /status.rss',
} as const;
