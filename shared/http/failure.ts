import type { TransportFailure } from './port.ts';

/** How far an exchange had come when it ended. `tls`: connected, and the handshake not done. */
export type Stage = 'dns' | 'connect' | 'tls' | 'first-byte' | 'body';

const BY_CODE: Readonly<Record<string, TransportFailure>> = {
  ENOTFOUND: 'dns-failed',
  ENODATA: 'dns-failed',
  ESERVFAIL: 'dns-failed',
  ECONNREFUSED: 'connection-refused',
  EHOSTUNREACH: 'connection-refused',
  EHOSTDOWN: 'connection-refused',
  ENETUNREACH: 'connection-refused',
  ENETDOWN: 'connection-refused',
  EADDRNOTAVAIL: 'connection-refused',
  EACCES: 'connection-refused',
  EPERM: 'connection-refused',
  ETIMEDOUT: 'timed-out',
  EPROTO: 'tls-failed',
};

const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CRL_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/;

/**
 * Tells the faults of an exchange apart by the system's code and by how far it had come. The detail is that code and
 * nothing else: messages may carry addresses and header values. An answer that is not HTTP counts as a broken
 * connection; its detail begins with `HPE_`.
 */
export const failureOf = (
  error: unknown,
  stage: Stage,
): { readonly failure: TransportFailure; readonly detail: string } => {
  const detail = codeOf(error);
  const known = BY_CODE[detail];
  if (known) return { failure: known, detail };
  if (detail.startsWith('EAI_') || detail.startsWith('ERR_DNS')) return { failure: 'dns-failed', detail };
  if (TLS_CODE.test(detail) || stage === 'tls') return { failure: 'tls-failed', detail };
  return { failure: 'connection-reset', detail };
};

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return code;
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first === undefined ? 'UNKNOWN' : codeOf(first);
};
