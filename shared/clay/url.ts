/** `base` with `path` after it, however the base ends; the base's own path is kept and its query dropped. */
export const under = (base: string, path: string): string => {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  url.search = '';
  url.hash = '';
  return url.href;
};

/** The part of a URL that is safe to show: paths and queries may carry tokens. */
export const hostOf = (url: string): string => new URL(url).host;

/** Every webhook source of Clay lives here [C]. */
const WEBHOOK_PATH = /^\/v3\/sources\/webhook\/[A-Za-z0-9_-]{1,200}\/?$/;

/** This machine, where a simulated Clay has no certificate. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Whether a text can be the URL of a Clay webhook source. A truncated or mistyped one is told before anything is sent
 * to it; rows are personal data, so nothing is sent in clear to another machine.
 */
export const isWebhookUrl = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null || !WEBHOOK_PATH.test(url.pathname)) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
};
