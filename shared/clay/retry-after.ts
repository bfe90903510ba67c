/** No wait longer than this is believed, seconds: a page must not silence a probe for a year. */
export const MAX_RETRY_AFTER_SECONDS = 3_600;

const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Whole seconds to wait, from either form of `Retry-After` (RFC 9110, 10.2.3); undefined when the header is absent or
 * neither form. Never negative, never above `MAX_RETRY_AFTER_SECONDS`.
 */
export const retryAfterSeconds = (header: string | undefined, now: number): number | undefined => {
  const value = header?.slice(0, 64).trim() ?? '';
  const seconds = /^\d{1,15}$/.test(value)
    ? Number(value)
    : HTTP_DATE.test(value)
      ? Math.ceil((Date.parse(value) - now) / 1_000)
      : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), MAX_RETRY_AFTER_SECONDS);
};
