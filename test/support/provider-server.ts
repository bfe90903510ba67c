import type { IncomingMessage } from 'node:http';
import { type Served, serveHttp } from '../http/hostile-server.ts';

/** A request as a provider saw it. */
export interface Recorded {
  /** When it had been read, epoch ms, in fractions; left out where time is virtual. */
  readonly at?: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as JSON; null when it is none. */
  readonly json: Readonly<Record<string, unknown>> | null;
}

export interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

/** What goes wrong with one request instead of the provider's own answer. */
export type Fault =
  | ({ readonly kind: 'answer' } & Answered)
  /** Nothing ever comes back. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset' }
  /** The provider does what was asked, and the answer is lost. */
  | { readonly kind: 'done-and-reset' };

export interface Provider extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Recorded[];
  /** Faults of the next requests, in order; null: that one goes well. */
  fail(...faults: readonly (Fault | null)[]): void;
  /** Whether the next request will be met with silence: the client should not wait long for it. */
  readonly isSilent: boolean;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const jsonOf = (body: string): Recorded['json'] => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Recorded['json']) : null;
  } catch {
    return null;
  }
};

const recordedOf = async (request: IncomingMessage): Promise<Recorded> => {
  const url = new URL(request.url ?? '/', 'http://provider.example');
  const body = await bodyOf(request);
  return {
    at: performance.timeOrigin + performance.now(),
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body,
    json: jsonOf(body),
  };
};

/** How a provider behaves, whatever carries the requests to it. */
export type Respond = (request: Recorded) => Answered;
/** Puts a provider where it can be called. */
export type Serve = (respond: Respond) => Promise<Provider>;

/** A provider on a real socket: it answers as `respond` says, remembers every request, and fails on demand. */
export const serveProvider: Serve = async (respond) => {
  const requests: Recorded[] = [];
  const faults: (Fault | null)[] = [];
  const server: Served = await serveHttp(async (incoming, outgoing) => {
    const request = await recordedOf(incoming);
    requests.push(request);
    const fault = faults.shift() ?? null;
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'reset') {
      incoming.socket.resetAndDestroy();
      return;
    }
    const answer = fault?.kind === 'answer' ? fault : respond(request);
    if (fault?.kind === 'done-and-reset') {
      incoming.socket.resetAndDestroy();
      return;
    }
    const { status, headers = {}, body = '' } = answer;
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  return {
    url: server.url,
    requests,
    fail: (...next) => {
      faults.push(...next);
    },
    get isSilent() {
      return faults[0]?.kind === 'silence';
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};
