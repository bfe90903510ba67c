import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TransportFailure } from '../../shared/http/port.ts';
import { SEND_ANSWERS } from '../../shared/relay/answer.ts';
import { type AnswerRule, certaintyOf, classify, type Outcome } from '../../shared/relay/answers.ts';

const answer = (status: number, body = '', headers: Record<string, string> = {}): Outcome => ({
  kind: 'answer',
  status,
  headers,
  body,
});
const failure = (failed: TransportFailure, detail: string): Outcome => ({
  kind: 'failure',
  failure: failed,
  detail,
});

const CHALLENGE = '<!doctype html><title>Just a moment...</title>';
const LIMIT = 'Record limit reached for webhook';

const bodies = fc.oneof(
  fc.string(),
  fc.json({ maxDepth: 3 }),
  fc.constantFrom('', LIMIT, CHALLENGE, '<html>', 'Too many requests', '{"success":true}', '\\u0000'),
);
const statuses = fc.integer({ min: 100, max: 599 });
const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({
    kind: fc.constant('answer' as const),
    status: statuses,
    headers: fc.dictionary(fc.constantFrom('content-type', 'cf-mitigated', 'retry-after'), fc.string()),
    body: bodies,
  }),
  fc.record({
    kind: fc.constant('failure' as const),
    failure: fc.constantFrom<TransportFailure>(
      'dns-failed',
      'connection-refused',
      'connection-reset',
      'tls-failed',
      'timed-out',
    ),
    detail: fc.string(),
  }),
);
const rules: fc.Arbitrary<AnswerRule> = fc.record(
  {
    status: fc.oneof(statuses, fc.constantFrom('4xx' as const, '5xx' as const)),
    body: fc.string({ minLength: 1 }),
    means: fc.constantFrom(...SEND_ANSWERS),
  },
  { requiredKeys: ['status', 'means'] },
);

describe('what an answer of Clay means', () => {
  it.each([
    [200, '{"success":true}', 'accepted'],
    [200, '', 'accepted'],
    [202, 'whatever', 'accepted'],
    [204, '', 'accepted'],
    [301, '', 'unknown'],
    [302, CHALLENGE, 'unknown'],
    [400, '{"message":"Body parse error"}', 'bad-request'],
    [415, '', 'bad-request'],
    [422, '', 'bad-request'],
    [413, '', 'too-large'],
    [401, '', 'unauthorized'],
    [402, '{"message":"Insufficient credits"}', 'unknown'],
    [403, '', 'unauthorized'],
    [403, '{"message":"Forbidden"}', 'unauthorized'],
    [403, LIMIT, 'limit'],
    [403, `{"type":"Forbidden","message":"${LIMIT}","details":null}`, 'limit'],
    [403, `{"error":{"reason":"${LIMIT.toUpperCase()}."}}`, 'limit'],
    [403, '{"errors":["You have reached your record\\nlimit"]}', 'limit'],
    [403, '{"message":"Rate limit exceeded"}', 'rate'],
    [404, '', 'gone'],
    [410, '', 'gone'],
    [405, '', 'unknown'],
    [408, '', 'uncertain'],
    [409, '', 'unknown'],
    [418, '', 'unknown'],
    [429, '{"type":"TooManyRequests"}', 'rate'],
    [500, '', 'server'],
    [501, '', 'server'],
    [502, '', 'uncertain'],
    [503, '', 'server'],
    [504, '<html><h1>Gateway Time-out</h1></html>', 'uncertain'],
    [520, '', 'uncertain'],
    [521, '', 'server'],
    [522, '', 'uncertain'],
    [523, '', 'server'],
    [524, '', 'uncertain'],
    [525, '', 'server'],
  ])('%i with %j is %s', (status, body, means) => {
    expect(classify(answer(status, body))).toBe(means);
  });

  it('is unknown when a bot filter answers in the place of Clay, whatever the page says', () => {
    for (const page of [CHALLENGE, `<html><body>${LIMIT}</body></html>`, '<!DOCTYPE html><p>Forbidden</p>']) {
      expect(classify(answer(403, page, { 'content-type': 'text/html' }))).toBe('unknown');
    }
    expect(classify(answer(403, '', { 'cf-mitigated': 'challenge' }))).toBe('unknown');
    expect(classify(answer(503, CHALLENGE))).toBe('unknown');
    expect(classify(answer(429, '', { 'cf-mitigated': 'challenge' }))).toBe('unknown');
  });

  it.each([
    ['dns-failed', 'ENOTFOUND', 'unreachable'],
    ['connection-refused', 'ECONNREFUSED', 'unreachable'],
    ['tls-failed', 'CERT_HAS_EXPIRED', 'unreachable'],
    ['timed-out', 'TIMEOUT_DNS', 'unreachable'],
    ['timed-out', 'TIMEOUT_CONNECT', 'unreachable'],
    ['timed-out', 'TIMEOUT_TLS', 'unreachable'],
    ['timed-out', 'TIMEOUT_FIRST_BYTE', 'uncertain'],
    ['timed-out', 'TIMEOUT_BODY', 'uncertain'],
    ['timed-out', 'ETIMEDOUT', 'uncertain'],
    ['connection-reset', 'ECONNRESET', 'uncertain'],
    ['connection-reset', 'HPE_INVALID_CONSTANT', 'uncertain'],
  ] as const)('%s, %s: %s', (failed, detail, means) => {
    expect(classify(failure(failed, detail))).toBe(means);
  });

  it('is something for every outcome and every rule', () => {
    fc.assert(
      fc.property(outcomes, fc.array(rules, { maxLength: 5 }), (outcome, given) => {
        expect(SEND_ANSWERS).toContain(classify(outcome, given));
      }),
    );
  });

  it('is accepted for a 2xx and for nothing else, unless a rule says so', () => {
    fc.assert(
      fc.property(outcomes, (outcome) => {
        const isTaken = outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300;
        expect(classify(outcome) === 'accepted').toBe(isTaken);
      }),
    );
  });

  it('is no reason to use up a standby, unless it is a 403 of Clay that names a limit', () => {
    fc.assert(
      fc.property(outcomes, (outcome) => {
        if (classify(outcome) !== 'limit') return;
        expect(outcome).toMatchObject({ kind: 'answer', status: 403 });
        expect('body' in outcome && outcome.body).toMatch(/limit/i);
      }),
    );
  });
});

describe('rules of the configuration', () => {
  it('come before what Claywatch reads into an answer, the first that fits first', () => {
    const given: AnswerRule[] = [
      { status: 409, means: 'accepted' },
      { status: '4xx', body: 'QUOTA', means: 'limit' },
      { status: '5xx', means: 'uncertain' },
      { status: 503, means: 'server' },
    ];
    expect(classify(answer(409), given)).toBe('accepted');
    expect(classify(answer(402, 'your quota is used up'), given)).toBe('limit');
    expect(classify(answer(402, 'pay first'), given)).toBe('unknown');
    expect(classify(answer(503), given)).toBe('uncertain');
    expect(classify(answer(200, 'quota'), given)).toBe('accepted');
  });

  it('say nothing of a request that was not answered', () => {
    const given: AnswerRule[] = [{ status: '5xx', means: 'accepted' }];
    expect(classify(failure('timed-out', 'TIMEOUT_BODY'), given)).toBe('uncertain');
  });
});

describe('what is believed of the row', () => {
  it('is unknown after an uncertain answer only', () => {
    expect(SEND_ANSWERS.filter((each) => certaintyOf(each) === 'unknown')).toEqual(['uncertain']);
    expect(SEND_ANSWERS.filter((each) => certaintyOf(each) === 'accepted')).toEqual(['accepted']);
  });
});
