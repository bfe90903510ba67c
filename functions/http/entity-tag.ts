import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { HttpAnswer } from './answer.ts';
import { type HttpEvent, headerOf } from './request.ts';

/** A part of a hash is enough to tell two answers to one person apart. */
const CHARACTERS = 22;
/** A shorter body is not worth the time. */
const COMPRESSED_FROM = 4_096;

type Body = Readonly<Record<string, unknown>>;

/** What an answer says beside when it was asked: `at`, and the end of a time that ends then. */
const withoutNow = ({ at: _at, to: _to, ...said }: Body): Body => said;

const tagOf = (said: Body): string => {
  const hash = createHash('sha256').update(JSON.stringify(said)).digest('base64url');
  return `W/"${hash.slice(0, CHARACTERS)}"`;
};

/** Compares as `If-None-Match` does: weakly, any of a list, `*` too. */
const isKnown = (event: HttpEvent, tag: string): boolean =>
  (headerOf(event, 'if-none-match') ?? '')
    .slice(0, 2_000)
    .split(',')
    .map((one) => one.trim())
    .some((one) => one === '*' || one.replace(/^W\//, '') === tag.replace(/^W\//, ''));

/** A weight of 0 says no. */
const takesGzip = (event: HttpEvent): boolean =>
  (headerOf(event, 'accept-encoding') ?? '')
    .split(',')
    .some((one) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)[\d.]+\s*)?$/i.test(one));

/**
 * 200, or 304 for whoever has it already. Nobody between us and the browser keeps it. The tag is of what is `said`, so it
 * is weak: two answers with one tag say the same, and are not the same bytes.
 */
export const tagged = (event: HttpEvent, body: Body, said: Body = withoutNow(body)): HttpAnswer => {
  const etag = tagOf(said);
  const headers = {
    etag,
    'cache-control': 'private, no-cache',
    vary: 'accept-encoding, authorization, cookie',
    'x-content-type-options': 'nosniff',
  };
  if (isKnown(event, etag)) return { statusCode: 304, headers, body: '' };
  const text = JSON.stringify(body);
  const typed = { ...headers, 'content-type': 'application/json' };
  if (text.length < COMPRESSED_FROM || !takesGzip(event))
    return { statusCode: 200, headers: typed, body: text };
  return {
    statusCode: 200,
    headers: { ...typed, 'content-encoding': 'gzip' },
    body: gzipSync(text).toString('base64'),
    isBase64Encoded: true,
  };
};
