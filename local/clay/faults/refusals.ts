import { type Answer, htmlAnswer, jsonAnswer } from '../core/answer.ts';
import type { Surface } from '../core/surface.ts';

/** What Clay says when it says no: the exact words where they are known [C], plausible ones where not. */

export const limitReached = (): Answer =>
  jsonAnswer(403, { type: 'Forbidden', message: 'Record limit reached for webhook', details: null });

export const webhookGone = (): Answer =>
  jsonAnswer(404, { type: 'NotFound', message: 'Source not found', details: null });

export const webhookUnauthorized = (status: number): Answer =>
  jsonAnswer(status, {
    type: status === 403 ? 'Forbidden' : 'Unauthorized',
    message: status === 403 ? 'Forbidden' : 'Unauthorized',
    details: null,
  });

export const rowRejected = (status: number, message?: string): Answer =>
  jsonAnswer(status, {
    type: status === 413 ? 'PayloadTooLarge' : 'BadRequest',
    message: message ?? (status === 413 ? 'Request entity too large' : 'Bad request'),
    details: null,
  });

/** The body is word for word Clay's [C, clay-facts]. */
export const tooManyRows = (): Answer =>
  jsonAnswer(
    429,
    { type: 'TooManyRequests', message: 'Too many requests. Wait a bit and retry.', details: null },
    { 'retry-after': '1' },
  );

/** The public API's errors are `{message}` without codes [C]. */
export const keyInvalid = (): Answer => jsonAnswer(401, { message: 'Invalid API key' });
export const keyForbidden = (): Answer =>
  jsonAnswer(403, { message: 'You do not have permission to do this' });
export const paymentRequired = (): Answer => jsonAnswer(402, { message: 'Insufficient credits' });
export const notFound = (): Answer => jsonAnswer(404, { message: 'Not found' });

export const rateLimited = (retryAfterSeconds: number): Answer =>
  jsonAnswer(
    429,
    { message: 'Rate limit exceeded' },
    {
      'retry-after': String(retryAfterSeconds),
      'x-ratelimit-limit': '600',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(retryAfterSeconds),
    },
  );

/** What a gateway in front of the surface says. */
export const serverError = (status: number, surface: Surface): Answer =>
  surface === 'web' || surface === 'status'
    ? htmlAnswer(status, `<!doctype html><title>${status}</title><h1>Something went wrong</h1>`)
    : jsonAnswer(status, { message: 'Internal server error' });

export const challenge = (): Answer =>
  htmlAnswer(
    403,
    '<!doctype html><title>Just a moment...</title><noscript>Enable JavaScript and cookies to continue</noscript>',
    { server: 'cloudflare', 'cf-mitigated': 'challenge' },
  );
