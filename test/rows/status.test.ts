import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meaningOf, safeWord } from '../../shared/rows/status.ts';
import { failureClassOf, failureStatus } from '../../shared/rows/status-failure.ts';

describe('the meaning of a status', () => {
  it.each([
    ['SUCCESS', 'hit'],
    ['SUCCESS_NO_DATA', 'missed'],
    ['SUCCESS_BLOCKED_DATA', 'missed'],
    ['ERROR_RUN_CONDITION_NOT_MET', 'skipped'],
    ['ERROR', 'failed'],
    ['ERROR_TIMEOUT', 'failed'],
    ['ERROR_NUMBER_OF_RETRIES_EXCEEDED', 'failed'],
    ['ERROR_MISSING_INPUT', 'failed'],
    ['ERROR_ACTION_OUTPUT_DATA_SIZE_LIMIT_EXCEEDED', 'failed'],
    ['ERROR_OF_A_KIND_THAT_CLAY_ADDS_LATER', 'failed'],
    ['RETRY', 'pending'],
    ['QUEUED', 'pending'],
    ['RUNNING', 'pending'],
    ['RATE_LIMITED', 'pending'],
    ['AWAITING_CALLBACK', 'pending'],
    ['UNKNOWN', undefined],
  ])('of Clay, %s, is %s', (status, meaning) => {
    expect(meaningOf(status)).toBe(meaning);
  });

  it.each([
    ['ok', 'finished'],
    ['Done', 'finished'],
    ['✅ Found', 'hit'],
    ['not_found', 'missed'],
    ['Not found', 'missed'],
    ['not-found', 'missed'],
    ['no data', 'missed'],
    ['error', 'failed'],
    ['Failed!', 'failed'],
    ['timed out', 'failed'],
    ['skipped', 'skipped'],
    ['in progress', 'pending'],
    ['purple', undefined],
    ['', undefined],
    ['constructor', undefined],
    ['__proto__', undefined],
  ])('in the words of a template, %j, is %s', (status, meaning) => {
    expect(meaningOf(status)).toBe(meaning);
  });

  it("is the operator's first, in any spelling", () => {
    const own = { 'Needs review': 'missed', SUCCESS: 'failed', ok: 'skipped' } as const;
    expect(meaningOf('Needs review', own)).toBe('missed');
    expect(meaningOf('needs_review', own)).toBe('missed');
    expect(meaningOf('SUCCESS', own)).toBe('failed');
    expect(meaningOf('OK', own)).toBe('skipped');
    expect(meaningOf('toString', own)).toBeUndefined();
  });
});

describe('a word from outside', () => {
  it.each([
    ['SUCCESS', 'SUCCESS'],
    ['  two   words ', 'two words'],
    ['not found for jane@example.com', 'not found for'],
    ['called +4915112345678 twice', 'called twice'],
    ['see https://example.com/jane', 'see'],
    ['line\nbreak\u0000and \u202Eturned', 'line break and turned'],
    ['x'.repeat(100), 'x'.repeat(64)],
    ['ünïcode', 'n code'],
  ])('%j is kept as %j', (text, kept) => {
    expect(safeWord(text)).toBe(kept);
  });

  it.each(['', '   ', 'jane@example.com', '日本'])('%j leaves nothing', (text) => {
    expect(safeWord(text)).toBeUndefined();
  });

  it('is always short, printable and in one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        expect(safeWord(text) ?? 'nothing').toMatch(/^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/);
      }),
    );
  });
});

describe('the class of an error', () => {
  it.each([
    ['Token has expired', 'token-expired'],
    ['Missing authentication', 'token-expired'],
    ['401 Unauthorized', 'token-expired'],
    ['Clay received a 429 error from the API', 'rate-limited'],
    ['Rate limit wait time exceeded', 'rate-limited'],
    ['Body parse error', 'mapping'],
    ['Settings contains deleted column', 'mapping'],
    ['Response timeout must be less than 100000ms', 'mapping'],
    ['Some inputs missing', 'missing-input'],
    ['The request timed out', 'timeout'],
    ['The provider is not available', 'other'],
    ['', 'other'],
  ])('%j is %s', (message, expected) => {
    expect(failureClassOf(message)).toBe(expected);
  });

  it('stands in the status of a failed row, and the message nowhere', () => {
    expect(failureStatus('ERROR', 'Token has expired')).toBe('token-expired');
    expect(failureStatus('ERROR_TIMEOUT', undefined)).toBe('timeout');
    expect(failureStatus('ERROR_MISSING_INPUT', 'jane@example.com is odd')).toBe('missing-input');
    expect(failureStatus('ERROR', 'Jane Doe is not available')).toBe('ERROR');
    expect(failureStatus(undefined, 'Jane Doe is not available')).toBe('other');
    expect(failureStatus('日本', undefined)).toBe('other');
  });
});
