import { describe, expect, it } from 'vitest';
import { storeFault } from '../../../shared/aws/dynamodb/store-fault.ts';
import { ClaywatchError } from '../../../shared/errors.ts';

const words = { name: 'the table claywatch', whenGone: 'Start it.' };
const named = (name: string, more: object = {}) =>
  Object.assign(new Error('no secret here'), { name, ...more });
const codeOf = (fault: unknown) => {
  const told = storeFault(fault, words);
  return told instanceof ClaywatchError ? told.code : 'not told';
};

describe('a fault of the store', () => {
  it.each([
    [named('ResourceNotFoundException'), 'store.not-found'],
    [named('CredentialsProviderError'), 'store.no-credentials'],
    [new Error('Region is missing'), 'store.no-credentials'],
    [named('AccessDeniedException'), 'store.forbidden'],
    [named('ExpiredTokenException'), 'store.forbidden'],
    [named('Error', { code: 'ECONNREFUSED' }), 'store.unreachable'],
    [named('AggregateError', { code: 'ECONNREFUSED' }), 'store.unreachable'],
    [named('TimeoutError'), 'store.unreachable'],
    [named('ProvisionedThroughputExceededException'), 'store.unreachable'],
    [named('LedgerThrottled'), 'store.unreachable'],
    [new ClaywatchError('credits.contended', 'It was.', 'Again.'), 'credits.contended'],
  ])('%s is %s', (fault, code) => {
    expect(codeOf(fault)).toBe(code);
  });

  it('that is none of the store stays what it is', () => {
    for (const fault of [new TypeError('x'), 'thrown text', null, undefined, 7]) {
      expect(storeFault(fault, words)).toBe(fault);
    }
  });

  it('keeps what the SDK said as its cause, and not in its words', () => {
    const cause = named('AccessDeniedException', { message: 'arn:aws:iam::123456789012:user/somebody' });
    const told = storeFault(cause, words) as ClaywatchError;
    expect(told.cause).toBe(cause);
    expect(told.message).not.toContain('arn:');
  });
});
