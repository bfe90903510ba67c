import { describe, expect, it } from 'vitest';
import { readBody } from '../../functions/http/request.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { parseRows } from '../../shared/relay/intake/parse-rows.ts';
import { parseCallbackBody } from '../../shared/rows/callback-body.ts';

/** As much as is taken of a callback, unless the operator says otherwise. */
const MOST = 262_144;
const RUNS = [
  ' ',
  '\t',
  '\u00a0',
  'n',
  '"',
  '""',
  '_',
  'a ',
  '. ',
  '@',
  '{{',
  'token ',
  'missing ',
  '\\',
  ',',
];

const { callbacks } = parseConfig({ feeds: { leads: {} } }, 'test').feeds.leads ?? {};
if (!callbacks) throw new Error('a feed has callbacks');
const textOf = (run: string) => `${run.repeat(Math.floor(MOST / 2 / run.length))}!`;

/** Taken in time that grows with the square of its length, any of these would take minutes. */
describe.each(RUNS)('a row that holds %j a hundred thousand times', (run) => {
  const text = textOf(run);

  it.each(['row_id', 'status', 'error', 'fields', 'credits', 'provider', 'column', 'crm_status'])(
    'is judged at once, wherever it stands: %s',
    (key) => {
      for (const value of [text, { a: text }, [text]]) {
        const body = JSON.stringify({ row_id: 'row-1', status: 'SUCCESS', [key]: value });
        expect(parseCallbackBody(body, 'application/json', callbacks, 0).kind).toBe('one');
      }
    },
    30_000,
  );

  it('is refused at once where it is no JSON, and as the name of a content type or an encoding', () => {
    expect(parseCallbackBody(text, 'application/json', callbacks, 0).kind).not.toBe('many');
    expect(parseRows(text, 'application/json').kind).toBe('malformed');
    expect(parseRows('{}', text).kind).toBe('unsupported');
    expect(readBody({ headers: { 'content-encoding': text }, body: '{}' }, 10)).toEqual({
      kind: 'unsupported',
    });
  }, 30_000);
});

it.each(['[', '{"a":'])('a body of nothing but %s is refused, and exhausts no stack', (open) => {
  const body = open.repeat(Math.floor(MOST / open.length));
  expect(parseCallbackBody(body, 'application/json', callbacks, 0).kind).toBe('malformed');
  expect(parseRows(body, 'application/json').kind).toBe('malformed');
  const closed = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(parseRows(closed, 'application/json').kind).toBe('malformed');
  expect(() => parseCallbackBody(`{"row_id":"a","fields":${closed}}`, '', callbacks, 0)).not.toThrow();
});
