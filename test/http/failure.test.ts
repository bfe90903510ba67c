import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../shared/http/failure.ts';

const coded = (code: string) => Object.assign(new Error('10.0.0.1 secret-token'), { code });

describe('faults of an exchange', () => {
  it.each([
    ['ENOTFOUND', 'dns', 'dns-failed'],
    ['EAI_AGAIN', 'dns', 'dns-failed'],
    ['ECONNREFUSED', 'connect', 'connection-refused'],
    ['EHOSTUNREACH', 'connect', 'connection-refused'],
    ['ETIMEDOUT', 'connect', 'timed-out'],
    ['CERT_HAS_EXPIRED', 'tls', 'tls-failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'tls-failed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', 'tls-failed'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'tls-failed'],
    ['ECONNRESET', 'tls', 'tls-failed'],
    ['ECONNRESET', 'first-byte', 'connection-reset'],
    ['EPIPE', 'first-byte', 'connection-reset'],
    ['HPE_INVALID_CONSTANT', 'first-byte', 'connection-reset'],
  ] as const)('%s at stage %s is %s', (code, stage, failure) => {
    expect(failureOf(coded(code), stage)).toEqual({ failure, detail: code });
  });

  it('reads the first of several addresses that all failed', () => {
    expect(failureOf(new AggregateError([coded('ENETUNREACH'), coded('ETIMEDOUT')]), 'connect')).toEqual({
      failure: 'connection-refused',
      detail: 'ENETUNREACH',
    });
  });

  it('shows nothing but a code, whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (thrown, code) => {
        expect(failureOf(thrown, 'connect').detail).toMatch(/^[A-Z][A-Z0-9_]*$/);
        expect(failureOf({ code }, 'body').detail).toMatch(/^[A-Z][A-Z0-9_]*$/);
      }),
    );
  });
});
