import type { Phases } from '../observe/observation.ts';

/** One HTTP exchange to make. Redirects are never followed: a 3xx is an answer like any other. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole exchange, body included, ms. */
  readonly timeoutMs: number;
  /** What is read of the answer at most, bytes; the rest is dropped and the connection closed. */
  readonly maxBodyBytes: number;
}

/** Faults on the way to an answer. `timed-out` includes an answer that began and never ended. */
export type TransportFailure =
  | 'dns-failed'
  | 'connection-refused'
  | 'connection-reset'
  | 'tls-failed'
  | 'timed-out';

export type HttpOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names in lower case; repeated headers joined by a comma. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** True when the answer was longer than `maxBodyBytes`. */
      readonly truncated: boolean;
      readonly phases: Phases;
    }
  | {
      readonly kind: 'failure';
      readonly failure: TransportFailure;
      /** The system's own code, e.g. `ENOTFOUND`, `CERT_HAS_EXPIRED`; safe to show. */
      readonly detail: string;
      readonly phases: Phases;
    };

/**
 * The way out to the network. Never rejects for a fault of the other side or of the network: those are values.
 * Rejects only with the signal's reason when the caller aborts.
 */
export type HttpClient = (request: HttpRequest, signal?: AbortSignal) => Promise<HttpOutcome>;
