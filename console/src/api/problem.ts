/** Why there is no answer, as the page tells it. */
export interface Problem {
  /**
   * offline: nothing answered · signed-out: sign in first · forbidden: the role may not · missing: there is no such
   * thing · refused: it was understood and not done, `detail` says why · busy: asked too often · fault: our side
   */
  readonly kind: 'offline' | 'signed-out' | 'forbidden' | 'missing' | 'refused' | 'busy' | 'fault';
  readonly status: number | null;
  /** The stable code of docs/errors.md; null when the answer carried none. */
  readonly code: string | null;
  readonly title: string;
  readonly detail: string | null;
  /** When the server asked to be asked again, ms. */
  readonly retryAfterMs: number | null;
  /** The whole problem document, for extension members. */
  readonly body: Readonly<Record<string, unknown>>;
}

const KINDS: Readonly<Record<number, Problem['kind']>> = {
  401: 'signed-out',
  403: 'forbidden',
  404: 'missing',
  429: 'busy',
};

const TITLES: Readonly<Record<Problem['kind'], string>> = {
  offline: 'Claywatch cannot be reached',
  'signed-out': 'You are signed out',
  forbidden: 'Your role may not do this',
  missing: 'There is no such thing',
  refused: 'It was not done',
  busy: 'Too many requests at once',
  fault: 'Something went wrong on the side of Claywatch',
};

export const offline = (detail: string | null = null): Problem => ({
  kind: 'offline',
  status: null,
  code: null,
  title: TITLES.offline,
  detail,
  retryAfterMs: null,
  body: {},
});

const kindOf = (status: number): Problem['kind'] => KINDS[status] ?? (status >= 500 ? 'fault' : 'refused');

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** What a status and a body that may be problem details (RFC 9457), or anything, come to. */
export const problemOf = (status: number, body: unknown, retryAfter: string | null): Problem => {
  const kind = kindOf(status);
  const document: Readonly<Record<string, unknown>> =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  const seconds = Number(retryAfter ?? Number.NaN);
  return {
    kind,
    status,
    code: textOf(document.code),
    title: textOf(document.title) ?? TITLES[kind],
    detail: textOf(document.detail),
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null,
    body: document,
  };
};
