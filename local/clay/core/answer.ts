import type { TransportFailure } from '../../../shared/http/port.ts';

/** One request as it reaches the simulated Clay. */
export interface ClayRequest {
  readonly method: string;
  /** Path and query, e.g. `/status/api/v1/incidents.json?page=2`. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Size of the body as sent; more than `body` holds when the server stopped reading. */
  readonly bodyBytes?: number;
}

/** What comes back: an answer, or a fault of the transport. `delayMs` passes before either. */
export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly delayMs: number;
    }
  | { readonly kind: 'fault'; readonly fault: TransportFailure; readonly delayMs: number }
  | {
      readonly kind: 'fault';
      /** A 200 whose body never ends: `flood` as fast as it is read, `drip` a byte a second. */
      readonly fault: 'endless-body';
      readonly pace: 'flood' | 'drip';
      readonly delayMs: number;
    };

type Headers = Readonly<Record<string, string>>;

export const jsonAnswer = (status: number, value: unknown, headers: Headers = {}): Answer => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
  delayMs: 0,
});

export const htmlAnswer = (status: number, html: string, headers: Headers = {}): Answer => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body: html,
  delayMs: 0,
});

export const emptyAnswer = (status: number, headers: Headers = {}): Answer => ({
  kind: 'answer',
  status,
  headers,
  body: '',
  delayMs: 0,
});

export const faultAnswer = (fault: TransportFailure): Answer => ({ kind: 'fault', fault, delayMs: 0 });

/** An error of the control endpoints: RFC 9457 problem details with a stable code. */
export const problemAnswer = (status: number, code: string, detail: string, more: object = {}): Answer =>
  jsonAnswer(
    status,
    { type: 'about:blank', title: PROBLEM_TITLES[status] ?? 'Error', status, code, detail, ...more },
    { 'content-type': 'application/problem+json' },
  );

const PROBLEM_TITLES: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
};

export const delayed = (answer: Answer, ms: number): Answer =>
  ms > 0 ? { ...answer, delayMs: answer.delayMs + ms } : answer;
