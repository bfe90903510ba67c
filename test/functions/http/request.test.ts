import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerOf, readBody } from '../../../functions/http/request.ts';

const base64 = (text: string) => ({ body: Buffer.from(text).toString('base64'), isBase64Encoded: true });

describe('a header', () => {
  it('is found however it is written', () => {
    expect(headerOf({ headers: { 'x-secret': 'a' } }, 'X-Secret')).toBe('a');
    expect(headerOf({ headers: { 'X-SECRET': 'a' } }, 'x-secret')).toBe('a');
    expect(headerOf({ headers: { 'x-other': 'a' } }, 'x-secret')).toBeUndefined();
    expect(headerOf({}, 'x-secret')).toBeUndefined();
  });
});

describe('a body', () => {
  it('is text, whether API Gateway encoded it or not', () => {
    expect(readBody({ body: '{"a":"é"}' }, 100)).toEqual({ kind: 'text', text: '{"a":"é"}' });
    expect(readBody(base64('{"a":"é"}'), 100)).toEqual({ kind: 'text', text: '{"a":"é"}' });
    expect(readBody({}, 100)).toEqual({ kind: 'text', text: '' });
  });

  it('is measured in bytes as it was sent', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.integer({ min: 0, max: 200 }),
        (text, max) => {
          const sent = text.toWellFormed();
          const kind = Buffer.byteLength(sent) > max ? 'too-large' : 'text';
          expect(readBody({ body: sent }, max).kind).toBe(kind);
          expect(readBody(base64(sent), max).kind).toBe(kind);
        },
      ),
    );
  });

  it('may be bytes that are no text', () => {
    const body = Buffer.from([0xff, 0xfe, 0x00, 0x7b]).toString('base64');
    expect(readBody({ body, isBase64Encoded: true }, 100).kind).toBe('text');
  });

  it('is not unpacked', () => {
    expect(readBody({ body: '', headers: { 'Content-Encoding': 'gzip' } }, 100).kind).toBe('unsupported');
    expect(readBody({ body: '', headers: { 'content-encoding': 'identity' } }, 100).kind).toBe('text');
  });
});
