import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { STATUS_STYLE } from '../../shared/statuspage/render/style.ts';
import type { HttpAnswer } from '../http/answer.ts';
import { type HttpEvent, headerOf } from '../http/request.ts';

/** Of a SHA-256: what tells two versions apart. */
const HASH_CHARACTERS = 16;
/** Smaller ones are not worth the work. */
const COMPRESS_FROM = 1_024;

const hashOf = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest('base64url').slice(0, HASH_CHARACTERS);

/** Where the page finds its style; another style has another address, so that it may be kept for ever. */
export const STYLE_HREF = `status.css?v=${hashOf(STATUS_STYLE)}`;

/** Everything that is shown is public: browsers and caches between may keep it for a moment, and show it while they ask. */
const FRESH = 'public, max-age=30, stale-while-revalidate=60, stale-if-error=600';
const FOR_EVER = 'public, max-age=31536000, immutable';

/** A page that runs no script, loads its own style and nothing else, and is in nobody's frame. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

const COMMON = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  vary: 'accept-encoding',
} as const;

/** Programs on other sites may read what everybody may read. */
const FOR_PROGRAMS = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
} as const;

const HEADERS = {
  page: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': FRESH,
    'content-security-policy': PAGE_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
  },
  style: {
    'content-type': 'text/css; charset=utf-8',
    'cache-control': FOR_EVER,
    'content-security-policy': DATA_POLICY,
  },
  json: {
    'content-type': 'application/json',
    'cache-control': FRESH,
    'content-security-policy': DATA_POLICY,
    ...FOR_PROGRAMS,
  },
  rss: {
    'content-type': 'application/rss+xml; charset=utf-8',
    'cache-control': FRESH,
    'content-security-policy': DATA_POLICY,
    ...FOR_PROGRAMS,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type Form = keyof typeof HEADERS;

/** What is sent, made once for many requests. */
export interface Prepared {
  readonly form: Form;
  readonly etag: string;
  readonly text: string;
  /** In base64; null: not worth it. */
  readonly gzip: string | null;
}

export const prepare = (form: Form, text: string): Prepared => ({
  form,
  // Weak: the same in either encoding.
  etag: `W/"${hashOf(text)}"`,
  text,
  gzip: text.length < COMPRESS_FROM ? null : gzipSync(text).toString('base64'),
});

const accepts = (event: HttpEvent, encoding: string): boolean =>
  (headerOf(event, 'accept-encoding') ?? '').split(',').some((one) => {
    const [name = '', ...more] = one
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    return name === encoding && !more.some((weight) => /^q=0(\.0*)?$/.test(weight));
  });

const knows = (event: HttpEvent, etag: string): boolean =>
  (headerOf(event, 'if-none-match') ?? '')
    .split(',')
    .map((one) => one.trim())
    .some((one) => one === '*' || one.replace(/^W\//, '') === etag.replace(/^W\//, ''));

/** The answer to one request: 304 for who has it already, compressed for who takes that. */
export const answerWith = ({ form, etag, text, gzip }: Prepared, event: HttpEvent): HttpAnswer => {
  const headers = { ...HEADERS[form], ...COMMON, etag };
  if (knows(event, etag)) {
    const { 'content-type': _, ...rest } = headers;
    return { statusCode: 304, headers: rest, body: '' };
  }
  return gzip !== null && accepts(event, 'gzip')
    ? {
        statusCode: 200,
        headers: { ...headers, 'content-encoding': 'gzip' },
        body: gzip,
        isBase64Encoded: true,
      }
    : { statusCode: 200, headers, body: text };
};

const plain = (statusCode: number, text: string, more: Readonly<Record<string, string>>): HttpAnswer => ({
  statusCode,
  headers: {
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': DATA_POLICY,
    ...COMMON,
    ...more,
  },
  body: text,
});

/** The same whether the page is switched off or never was. */
export const notPublished = (): HttpAnswer => plain(404, 'Not found.\n', { 'cache-control': 'no-store' });

export const notNow = (): HttpAnswer =>
  plain(503, 'The status cannot be read at the moment. Try again in half a minute.\n', {
    'cache-control': 'no-store',
    'retry-after': '30',
  });
