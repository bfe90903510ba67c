/** As API Gateway names its routes; each is one of this function's. */
export const ROUTES = {
  list: 'GET /v1/incidents',
  show: 'GET /v1/incidents/{id}',
  draft: 'GET /v1/incidents/{id}/draft',
  postmortem: 'GET /v1/incidents/{id}/postmortem',
  act: 'POST /v1/incidents/{id}/{action}',
  open: 'GET /i/{token}',
  press: 'POST /i/{token}',
  slack: 'POST /v1/slack/interactions',
} as const;
