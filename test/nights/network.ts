import type { HttpClient, HttpOutcome, HttpRequest } from '../../shared/http/port.ts';
import type { Answered, Fault, Provider, Recorded, Respond, Serve } from '../support/provider-server.ts';

/** A request that reached a host, and what came back; null: nothing did. */
export interface Exchange {
  readonly at: number;
  readonly host: string;
  readonly request: Recorded;
  readonly answer: Answered | null;
  /** Whether the provider itself dealt with it. */
  readonly isTaken: boolean;
}

/** What is wrong with a host at the moment. */
export type Trouble = Extract<Fault, { kind: 'answer' | 'silence' | 'reset' }>;

const PHASES = { dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 1, totalMs: 1 } as const;

const jsonOf = (body: string): Recorded['json'] => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Recorded['json']) : null;
  } catch {
    return null;
  }
};

const recordedOf = ({ method, url, headers = {}, body = '' }: HttpRequest): Recorded => {
  const { pathname, searchParams } = new URL(url);
  return {
    ...{ method, path: pathname, query: Object.fromEntries(searchParams), body, json: jsonOf(body) },
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
};

export const noAnswer = (failure: 'connection-reset' | 'timed-out'): HttpOutcome => ({
  ...{ kind: 'failure', failure, phases: PHASES },
  detail: failure === 'timed-out' ? 'ETIMEDOUT' : 'ECONNRESET',
});

const answered = ({ status, headers = {}, body = '' }: Answered): HttpOutcome => ({
  ...{ kind: 'answer', status, headers, phases: PHASES, truncated: false },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** Hosts that answer at once or not at all; `wait` lets the time pass that a silence takes. */
export const createNetwork = (clock: { now(): number }, wait: (ms: number) => void) => {
  const hosts = new Map<string, Respond>();
  const troubles = new Map<string, Trouble>();
  const exchanges: Exchange[] = [];

  const serveAt =
    (host: string): Serve =>
    async (respond): Promise<Provider> => {
      hosts.set(host, respond);
      return {
        url: `https://${host}`,
        requests: [],
        isSilent: false,
        fail: () => {
          throw new Error('use the troubles of the network');
        },
        [Symbol.asyncDispose]: async () => {},
      };
    };

  const http: HttpClient = async (request) => {
    const { hostname: host } = new URL(request.url);
    const recorded = recordedOf(request);
    const trouble = troubles.get(host);
    const note = (answer: Answered | null, isTaken: boolean) =>
      exchanges.push({ at: clock.now(), host, request: recorded, answer, isTaken });
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (trouble?.kind === 'answer') {
      note(trouble, false);
      return answered(trouble);
    }
    if (trouble) {
      note(null, false);
      if (trouble.kind === 'silence') wait(request.timeoutMs);
      return noAnswer(trouble.kind === 'silence' ? 'timed-out' : 'connection-reset');
    }
    const answer = hosts.get(host)?.(recorded);
    if (!answer) return noAnswer('connection-reset');
    note(answer, true);
    return answered(answer);
  };

  return { serveAt, http, troubles, exchanges };
};
