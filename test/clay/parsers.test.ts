import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isChallenge, isHtml, parseJson } from '../../shared/clay/answer.ts';
import { readBalance } from '../../shared/clay/balance.ts';
import { isMe } from '../../shared/clay/me.ts';
import { MAX_RETRY_AFTER_SECONDS, retryAfterSeconds } from '../../shared/clay/retry-after.ts';
import { weigh } from '../../shared/clay/status-page/declared.ts';
import { readRootly } from '../../shared/clay/status-page/rootly.ts';
import { readStatuspage } from '../../shared/clay/status-page/statuspage.ts';
import { plainLine } from '../../shared/clay/text.ts';
import { hostOf, isWebhookUrl, under } from '../../shared/clay/url.ts';
import { classifyWebhookAnswer } from '../../shared/clay/webhook-answer.ts';

const NOW = Date.parse('2026-11-16T03:00:00Z');
const json = fc.json({ maxDepth: 4 });
/** JSON that has the right names in it, with anything behind them: it gets further into a parser than noise does. */
const nearly = (...names: string[]) =>
  fc
    .dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 }))
    .map((value) => JSON.stringify(value));
const body = fc.oneof(fc.string(), json, nearly('balance', 'action_execution_balance', 'user', 'workspace'));
const answer = fc.record({
  status: fc.integer({ min: 100, max: 999 }),
  headers: fc.dictionary(fc.constantFrom('content-type', 'cf-mitigated', 'location'), fc.string()),
  body: fc.oneof(
    fc.string(),
    fc.constantFrom('<html>', 'Record limit reached for webhook', '<!doctype html>Just a moment'),
  ),
});

describe('every reader of what Clay answers', () => {
  it('takes any body as a value', () => {
    fc.assert(
      fc.property(body, (text) => {
        expect(typeof isMe(text)).toBe('boolean');
        const balance = readBalance(text);
        if (balance) expect(Number.isFinite(balance.credits)).toBe(true);
      }),
    );
  });

  it('takes any answer as a value', () => {
    fc.assert(
      fc.property(answer, (any) => {
        expect(typeof isHtml(any)).toBe('boolean');
        expect(typeof isChallenge(any)).toBe('boolean');
        expect(classifyWebhookAnswer(any)).toMatch(/^[a-z-]+$/);
      }),
    );
  });

  it('takes any status page as a value, and any page that it can read as a finding', () => {
    const text = fc.oneof(fc.string(), fc.constant('resolved'), fc.constant('2026-11-16T02:00:00Z'));
    const anything = fc.jsonValue({ maxDepth: 2 });
    const incident = fc.record(
      {
        name: fc.oneof(text, anything),
        status: fc.oneof(text, anything),
        impact: fc.oneof(fc.constantFrom('none', 'minor', 'major', 'critical'), anything),
        started_at: fc.oneof(text, anything),
        resolved_at: fc.oneof(text, fc.constant(null)),
        incident_updates: fc.oneof(fc.array(fc.record({ created_at: text })), anything),
      },
      { requiredKeys: [] },
    );
    const page = fc
      .record({
        status: fc.record({
          indicator: fc.oneof(fc.constantFrom('none', 'minor', 'major', 'critical', 'maintenance'), anything),
        }),
        incidents: fc.oneof(fc.array(incident), anything),
        components: fc.oneof(fc.array(fc.record({ status: text })), anything),
      })
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(json, page), (given) => {
        for (const read of [readRootly(given), readStatuspage(given)]) {
          if (!read) continue;
          const { finding, incidents } = weigh(read, NOW, 60_000);
          expect(finding).toMatch(/^(operational|maintenance|minor-incident|major-incident|stale)$/);
          for (const { name } of incidents) expect([...name].length).toBeLessThanOrEqual(120);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('tells JSON null from what is not JSON', () => {
    expect(parseJson('null')).toBeNull();
    expect(parseJson('')).toBeUndefined();
  });
});

describe('a web page', () => {
  it.each([
    ['<!DOCTYPE html><html>', {}, true],
    ['\n  <html lang="en">', {}, true],
    ['<!-- x --><html>', {}, true],
    ['x<script>', { 'content-type': 'text/html' }, true],
    ['Record limit reached for webhook', { 'content-type': 'text/html' }, false],
    ['', { 'content-type': 'text/html' }, false],
    ['{"a":"<html>"}', { 'content-type': 'application/json' }, false],
  ])('%j with %j: %s', (text, headers, is) => {
    expect(isHtml({ status: 403, headers: headers as Record<string, string>, body: text })).toBe(is);
  });
});

describe('an answer to a webhook', () => {
  const forbidden = (text: string) => classifyWebhookAnswer({ status: 403, headers: {}, body: text });

  it.each([
    ['Record limit reached for webhook', 'limit-reached'],
    ['{"type":"Forbidden","message":"Record limit reached for webhook."}', 'limit-reached'],
    ['{"error":"You have reached your record\\nlimit"}', 'limit-reached'],
    ['{"message":"row LIMIT EXCEEDED"}', 'limit-reached'],
    ['{"message":"Rate limit exceeded"}', 'rate-limited'],
    ['{"message":"Invalid token"}', 'unauthorized'],
    ['{"message":"unlimited access required"}', 'unauthorized'],
    ['', 'unauthorized'],
  ])('403 with %j is %s', (text, classified) => {
    expect(forbidden(text)).toBe(classified);
  });

  it('is read in time however it was made', () => {
    expect(forbidden('limit '.repeat(200_000))).toBe('unauthorized');
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['30', 30],
    [' 30 ', 30],
    ['3601', 3_600],
    ['999999999999999', 3_600],
    ['Mon, 16 Nov 2026 03:01:00 GMT', 60],
    ['Mon, 16 Nov 2026 02:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 3_600],
    ['Mon, 99 Nov 2026 03:01:00 GMT', undefined],
    ['2026-11-16T03:01:00Z', undefined],
    ['1.5', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %s', (header, seconds) => {
    expect(retryAfterSeconds(header, NOW)).toBe(seconds);
  });

  it('is absent or within its bounds, whatever the header says', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.date().map(String), fc.bigInt().map(String)), (header) => {
        const seconds = retryAfterSeconds(header, NOW);
        if (seconds === undefined) return;
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(MAX_RETRY_AFTER_SECONDS);
      }),
    );
  });
});

describe('a text from outside', () => {
  it('becomes one plain line', () => {
    expect(plainLine('  a\r\nb\u0000\u202e c\u2028d  ', 50)).toBe('a b c d');
    expect(plainLine('abcdef', 4)).toBe('abc…');
    expect(plainLine('\ud83d\ude00'.repeat(5), 3)).toBe('\ud83d\ude00\ud83d\ude00…');
  });

  it('is never longer than allowed and never has a control character, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const line = plainLine(text, max);
        expect([...line].length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(line.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('URLs', () => {
  it.each([
    ['https://api.clay.com', 'https://api.clay.com/v3/mcp'],
    ['https://api.clay.com/', 'https://api.clay.com/v3/mcp'],
    ['http://localhost:4000/base/?x=1#y', 'http://localhost:4000/base/v3/mcp'],
  ])('under %s', (base, url) => {
    expect(under(base, '/v3/mcp')).toBe(url);
  });

  it('are shown by their host only', () => {
    expect(hostOf('https://user:fake@app.example:8443/path?token=fake')).toBe('app.example:8443');
  });

  it.each([
    ['https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-0b1c', true],
    ['http://127.0.0.1:4000/v3/sources/webhook/x/', true],
    ['http://[::1]:4000/v3/sources/webhook/x', true],
    ['http://api.clay.com/v3/sources/webhook/x', false],
    ['http://127.0.0.1.example.com/v3/sources/webhook/x', false],
    ['https://api.clay.com/v3/sources/webhook/', false],
    ['https://api.clay.com/v3/sources/webhook', false],
    ['https://api.clay.com/v3/sources/webhook/a/b', false],
    ['https://api.clay.com/other/v3/sources/webhook/a', false],
    ['https://api.clay.com/v3/sources/webhook/../../../admin', false],
    ['ftp://api.clay.com/v3/sources/webhook/a', false],
    ['api.clay.com/v3/sources/webhook/a', false],
    ['"https://api.clay.com/v3/sources/webhook/a"', false],
    ['', false],
  ])('%j can be a webhook: %s', (text, is) => {
    expect(isWebhookUrl(text)).toBe(is);
  });
});
