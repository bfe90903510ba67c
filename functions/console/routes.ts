/** As API Gateway names its routes; each is one of this function's. */
export const ROUTES = {
  root: 'GET /',
  page: 'GET /console',
  file: 'GET /console/{file}',
  asset: 'GET /console/assets/{file}',
  session: 'GET /console/session',
  signIn: 'POST /console/session',
  signOut: 'POST /console/session/end',
  oidcStart: 'GET /console/oidc/start',
  oidcReturn: 'GET /console/oidc/return',
} as const;
