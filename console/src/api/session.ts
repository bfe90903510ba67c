/** `GET /console/session`. */
export interface Session {
  readonly role: 'responder' | 'reader';
  readonly name: string;
  /** When it ends, ISO 8601. */
  readonly until: string;
  /** Served by the local runtime. */
  readonly local: boolean;
}

/** What stands beside a 401 of `GET /console/session`. */
export interface SignInOptions {
  readonly oidc: boolean;
}

export const SESSION_PATHS = {
  session: 'console/session',
  end: 'console/session/end',
  oidc: 'console/oidc/start',
} as const;
