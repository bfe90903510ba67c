import { ERROR_CODES, type ErrorCode } from '../../shared/errors.ts';

/** An answer in API Gateway's payload format 2.0. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Each whole, as `Set-Cookie` says it. */
  readonly cookies?: readonly string[];
  /** The body is bytes, in base64. */
  readonly isBase64Encoded?: boolean;
}

type ProblemCode = Extract<
  ErrorCode,
  | `request.${string}`
  | 'overloaded'
  | 'incident.not-found'
  | 'incident.refused'
  | 'silence.not-found'
  | 'relay.not-found'
  | 'relay.not-configured'
  | 'relay.refused'
  | 'relay.contended'
>;

/** Clay repeats these by itself: 408, 413 and 429, never a 5xx [C, clay-facts]. */
const STATUS: Readonly<Record<ProblemCode, number>> = {
  'request.malformed': 400,
  'request.refused': 400,
  'request.unauthorized': 401,
  'request.not-found': 404,
  'request.conflict': 409,
  'request.too-large': 413,
  'request.unsupported': 415,
  'request.forbidden': 403,
  'request.limited': 429,
  'incident.not-found': 404,
  'incident.refused': 409,
  'silence.not-found': 404,
  'relay.not-found': 404,
  'relay.not-configured': 409,
  'relay.refused': 409,
  'relay.contended': 409,
  overloaded: 429,
};

/** Seconds. */
const RETRY_AFTER = '1';

// Answers are about one request; nobody between us and the sender has a use for them.
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

export const json = (statusCode: number, body: unknown): HttpAnswer => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...HEADERS },
  body: JSON.stringify(body),
});

/** Problem details (RFC 9457) with a stable code; `more` are extension members. */
export const problem = (
  code: ProblemCode,
  detail?: string,
  more: Readonly<Record<string, unknown>> = {},
): HttpAnswer => ({
  statusCode: STATUS[code],
  headers: {
    'content-type': 'application/problem+json',
    ...HEADERS,
    ...(code === 'overloaded' ? { 'retry-after': RETRY_AFTER } : {}),
  },
  body: JSON.stringify({
    type: `urn:claywatch:error:${code}`,
    title: ERROR_CODES[code],
    status: STATUS[code],
    code,
    ...(detail === undefined ? {} : { detail }),
    ...more,
  }),
});
