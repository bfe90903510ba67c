import type { SessionResponse } from '../../../shared/session/session-shape.ts';

export type Session = SessionResponse;

export const SESSION_PATHS = {
  session: 'console/session',
  end: 'console/session/end',
  oidc: 'console/oidc/start',
} as const;
