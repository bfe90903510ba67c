import { type HttpAnswer, problem } from '../http/answer.ts';
import { isLocal, type PageEvent } from '../http/csrf.ts';
import { headerOf } from '../http/request.ts';
import type { Files, Opened } from './files.ts';
import { ROUTES } from './routes.ts';

/** Everything is this origin's own and a file: no script, style or address of anywhere else, and nothing inline. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What a page could ask of a browser and this one never does. */
const PERMISSIONS = [
  ...['accelerometer', 'browsing-topics', 'camera', 'display-capture', 'geolocation', 'gyroscope'],
  ...['hid', 'magnetometer', 'microphone', 'midi', 'payment', 'publickey-credentials-get', 'serial', 'usb'],
]
  .map((feature) => `${feature}=()`)
  .join(', ');

const YEAR_S = 31_536_000;

/** What every file is sent with. */
export const pageHeaders = (event: PageEvent): Readonly<Record<string, string>> => ({
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': PERMISSIONS,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow, noarchive',
  ...(!isLocal(event) && { 'strict-transport-security': `max-age=${YEAR_S}` }),
});

const INDEX = 'index.html';

/** The file that a path asks for; undefined for a name that no file has. */
const nameOf = ({ routeKey, pathParameters }: PageEvent): string | undefined => {
  if (routeKey === ROUTES.page) return INDEX;
  const { file } = pathParameters ?? {};
  return file === undefined || routeKey === undefined
    ? undefined
    : routeKey === ROUTES.asset
      ? `assets/${file}`
      : file;
};

/** The names of assets change with what is in them. */
const cachingOf = (name: string): string =>
  name.startsWith('assets/') ? `public, max-age=${YEAR_S}, immutable` : 'no-cache';

const isKnown = (event: PageEvent, tag: string): boolean =>
  (headerOf(event, 'if-none-match') ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === tag || one === '*');

const sent = (event: PageEvent, name: string, { type, hash, encoding, bytes }: Opened): HttpAnswer => {
  const tag = `"${hash}${encoding === 'identity' ? '' : `-${encoding}`}"`;
  const headers = {
    ...pageHeaders(event),
    'cache-control': cachingOf(name),
    etag: tag,
    vary: 'accept-encoding',
  };
  if (isKnown(event, tag)) return { statusCode: 304, headers, body: '' };
  return {
    statusCode: 200,
    headers: {
      ...headers,
      'content-type': type,
      ...(encoding !== 'identity' && { 'content-encoding': encoding }),
    },
    body: bytes.toString('base64'),
    isBase64Encoded: true,
  };
};

/** It comes by itself: a runtime that was just started builds the page meanwhile. */
const notBuilt = (event: PageEvent): HttpAnswer => ({
  statusCode: 503,
  headers: {
    ...pageHeaders(event),
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': '1',
    refresh: '1',
  },
  body: '<!doctype html><html lang="en"><meta charset="utf-8"><title>Claywatch</title><p>The console is being built. This page loads again by itself.</p></html>\n',
});

/** `GET /console`, and the files of the page. */
export const answerFile = async (files: Files, event: PageEvent): Promise<HttpAnswer> => {
  const name = nameOf(event);
  const file =
    name === undefined ? 'not-found' : await files.open(name, headerOf(event, 'accept-encoding') ?? '');
  if (name === undefined || file === 'not-found') return problem('request.not-found');
  return file === 'not-built' ? notBuilt(event) : sent(event, name, file);
};

/** `GET /`: whoever types the bare address means the console. */
export const leadToConsole = (): HttpAnswer => ({
  statusCode: 302,
  headers: { location: 'console', 'cache-control': 'no-store' },
  body: '',
});
