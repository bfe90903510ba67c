import type { Clock } from '../../shared/clock.ts';
import type { HttpClient, HttpOutcome, HttpRequest, TransportFailure } from '../../shared/http/port.ts';
import type { Answer } from './core/answer.ts';
import type { Clay } from './core/clay.ts';

/** The system's own code for each fault, as Node reports it. */
const DETAILS: Readonly<Record<TransportFailure, string>> = {
  'dns-failed': 'ENOTFOUND',
  'connection-refused': 'ECONNREFUSED',
  'connection-reset': 'ECONNRESET',
  'tls-failed': 'CERT_HAS_EXPIRED',
  'timed-out': 'ETIMEDOUT',
};

const failed = (failure: TransportFailure, totalMs: number): HttpOutcome => ({
  kind: 'failure',
  failure,
  detail: DETAILS[failure],
  phases: { totalMs },
});

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The path and query of a URL under `baseUrl`; undefined for any other host. */
const targetOf = (url: string, baseUrl: string): string | undefined => {
  const base = baseUrl.replace(/\/$/, '');
  if (url !== base && !url.startsWith(`${base}/`) && !url.startsWith(`${base}?`)) return undefined;
  const rest = url.slice(base.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
};

const capped = (body: string, maxBytes: number): { body: string; truncated: boolean } => {
  const bytes = Buffer.from(body);
  if (bytes.length <= maxBytes) return { body, truncated: false };
  return { body: bytes.subarray(0, maxBytes).toString(), truncated: true };
};

/**
 * Reaches a simulated Clay in the same process, in the clock's time: an answer takes its delay, a fault that hangs
 * takes the whole timeout. Hosts other than `baseUrl` do not resolve, as if nothing else were on the network.
 */
export const createClayHttpClient = (clay: Clay, clock: Clock, baseUrl: string): HttpClient => {
  const outcomeOf = (answer: Answer, request: HttpRequest): HttpOutcome => {
    if (answer.kind === 'answer') {
      const { body, truncated } = capped(request.method === 'HEAD' ? '' : answer.body, request.maxBodyBytes);
      const phases = { dnsMs: 0, connectMs: 0, firstByteMs: answer.delayMs, totalMs: answer.delayMs };
      return { kind: 'answer', status: answer.status, headers: answer.headers, body, truncated, phases };
    }
    if (answer.fault !== 'endless-body') return failed(answer.fault, answer.delayMs);
    const phases = { firstByteMs: answer.delayMs, totalMs: answer.delayMs };
    const body = 'x'.repeat(request.maxBodyBytes);
    return { kind: 'answer', status: 200, headers: {}, body, truncated: true, phases };
  };

  /** An answer that never ends within the timeout. */
  const hangs = (answer: Answer, request: HttpRequest) =>
    answer.delayMs >= request.timeoutMs ||
    (answer.kind === 'fault' && answer.fault === 'timed-out') ||
    (answer.kind === 'fault' && answer.fault === 'endless-body' && answer.pace === 'drip');

  return async (request, signal) => {
    signal?.throwIfAborted();
    const target = targetOf(request.url, baseUrl);
    if (target === undefined) return failed('dns-failed', 0);
    const answer = clay.handle({
      method: request.method,
      target,
      headers: lowerCased(request.headers ?? {}),
      body: request.body ?? '',
    });
    if (hangs(answer, request)) {
      await clock.sleep(request.timeoutMs, signal);
      return failed('timed-out', request.timeoutMs);
    }
    if (answer.delayMs > 0) await clock.sleep(answer.delayMs, signal);
    return outcomeOf(answer, request);
  };
};
