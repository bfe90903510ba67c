import type { HttpClient, TransportFailure } from '../../shared/http/port.ts';

const FAILURES: Readonly<Record<string, TransportFailure>> = {
  ENOTFOUND: 'dns-failed',
  EAI_AGAIN: 'dns-failed',
  ECONNREFUSED: 'connection-refused',
};

const codeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof Object && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
};

const failureOf = (error: unknown): TransportFailure => {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'timed-out';
  const code = codeOf(error);
  return (
    FAILURES[code] ?? (/^(CERT|ERR_TLS|UNABLE|DEPTH|SELF)/.test(code) ? 'tls-failed' : 'connection-reset')
  );
};

/**
 * Sends the callbacks of the HTTP API columns. Of the answer only the status matters; its body is not read.
 * Rejects when `closing` aborts.
 */
export const createSender =
  (closing: AbortSignal): HttpClient =>
  async ({ method, url, headers, body, timeoutMs }) => {
    const startedAt = performance.now();
    const phases = () => ({ totalMs: Math.round(performance.now() - startedAt) });
    try {
      const answer = await fetch(url, {
        method,
        headers: { ...headers },
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        signal: AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]),
      });
      await answer.body?.cancel();
      return {
        kind: 'answer',
        status: answer.status,
        headers: {},
        body: '',
        truncated: false,
        phases: phases(),
      };
    } catch (error) {
      closing.throwIfAborted();
      return { kind: 'failure', failure: failureOf(error), detail: codeOf(error), phases: phases() };
    }
  };
