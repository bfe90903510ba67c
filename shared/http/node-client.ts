import type { ClientRequest, IncomingMessage } from 'node:http';
import https from 'node:https';
import { getCACertificates } from 'node:tls';
import timer, { type Timings } from '@szmarczak/http-timer';
import type { Phases } from '../observe/observation.ts';
import { failureOf, type Stage } from './failure.ts';
import type { HttpClient, HttpOutcome, HttpRequest } from './port.ts';

/** Importing it would also load all of undici (its `WebSocket` is an export), which costs a start tens of ms. */
const http = process.getBuiltinModule('node:http');

export interface NodeClientOptions {
  /** Claywatch's version; sent as `user-agent: claywatch/<version>`, so that an operator can tell the probes. */
  readonly version: string;
  /** Certificates (PEM) trusted besides the system's, e.g. of a company's own authority. */
  readonly ca?: readonly string[];
}

/**
 * How long one address of a host is tried before the next one is tried beside it, ms. Node's own 250 ms gives up on
 * far hosts whose first address is good.
 */
const NEXT_ADDRESS_AFTER_MS = 1_000;

/**
 * The way out over `node:http` and `node:https`. Every exchange has its own connection and its own TLS handshake, so
 * that each probe measures all of them. Nothing is decompressed and no redirect is followed.
 */
export const createNodeClient = (options: NodeClientOptions): HttpClient => {
  const plain = new http.Agent({ keepAlive: false });
  const secure = new https.Agent({
    keepAlive: false,
    maxCachedSessions: 0,
    ...(options.ca ? { ca: [...getCACertificates('default'), ...options.ca] } : {}),
  });

  const start = (request: HttpRequest): ClientRequest => {
    const url = new URL(request.url);
    const how = {
      method: request.method,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      headers: {
        'user-agent': `claywatch/${options.version}`,
        accept: '*/*',
        'accept-encoding': 'identity',
        ...request.headers,
      },
    };
    return url.protocol === 'https:'
      ? https.request(url, { ...how, agent: secure })
      : http.request(url, { ...how, agent: plain });
  };

  return (request, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const startedAt = performance.now();
      const elapsed = () => Math.round(performance.now() - startedAt);
      let outgoing: ClientRequest;
      try {
        outgoing = start(request);
      } catch (error) {
        return resolve({ kind: 'failure', ...failureOf(error, 'connect'), phases: { totalMs: elapsed() } });
      }
      const timings = timer(outgoing);
      const settle = (conclude: () => void) => {
        clearTimeout(deadline);
        signal?.removeEventListener('abort', onAbort);
        conclude();
        outgoing.destroy();
      };
      const finish = (outcome: HttpOutcome) => settle(() => resolve(outcome));
      const fail = (error: unknown) =>
        finish({
          kind: 'failure',
          ...failureOf(error, stageOf(timings, request.url)),
          phases: phasesOf(timings, elapsed()),
        });
      const onAbort = () => settle(() => reject(signal?.reason));
      const deadline = setTimeout(
        () =>
          finish({
            kind: 'failure',
            failure: 'timed-out',
            detail: `TIMEOUT_${stageOf(timings, request.url).toUpperCase().replace('-', '_')}`,
            phases: phasesOf(timings, elapsed()),
          }),
        request.timeoutMs,
      );
      signal?.addEventListener('abort', onAbort, { once: true });

      outgoing.on('error', fail);
      outgoing.on('upgrade', (_incoming, socket) => {
        socket.destroy();
        fail({ code: 'UNEXPECTED_UPGRADE' });
      });
      outgoing.on('response', (incoming) => {
        incoming.on('error', fail);
        readBody(incoming, request.maxBodyBytes, (body, truncated) =>
          finish({
            kind: 'answer',
            status: incoming.statusCode ?? 0,
            headers: headersOf(incoming.rawHeaders),
            body,
            truncated,
            phases: phasesOf(timings, elapsed()),
          }),
        );
      });
      outgoing.end(request.body);
    });
};

const stageOf = (timings: Timings, url: string): Stage => {
  if (timings.response !== undefined) return 'body';
  if (timings.connect === undefined) return timings.lookup === undefined ? lookupStage(url) : 'connect';
  return url.startsWith('https:') && timings.secureConnect === undefined ? 'tls' : 'first-byte';
};

/** An address needs no look-up, so what it waits for is the connection. */
const lookupStage = (url: string): Stage =>
  /^https?:\/\/([^/@]*@)?(\[|\d+\.\d+\.\d+\.\d+)/i.test(url) ? 'connect' : 'dns';

/** The phases come from the wall clock: one that jumps must not make a phase negative or longer than the whole. */
const phasesOf = ({ phases }: Timings, totalMs: number): Phases => {
  const within = (ms: number | undefined) =>
    ms === undefined || Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), totalMs);
  const measured = {
    dnsMs: within(phases.dns),
    connectMs: within(phases.tcp),
    tlsMs: within(phases.tls),
    firstByteMs: within(phases.firstByte),
  };
  return {
    ...(Object.fromEntries(Object.entries(measured).filter(([, ms]) => ms !== undefined)) as Partial<Phases>),
    totalMs,
  };
};

const headersOf = (raw: readonly string[]): Record<string, string> => {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = String(raw[index]).toLowerCase();
    const value = String(raw[index + 1]);
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return Object.fromEntries(headers);
};

const readBody = (
  incoming: IncomingMessage,
  maxBytes: number,
  done: (body: string, truncated: boolean) => void,
): void => {
  const chunks: Buffer[] = [];
  let length = 0;
  const text = (truncated: boolean) => done(Buffer.concat(chunks).toString('utf8'), truncated);
  incoming.on('data', (chunk: Buffer) => {
    const room = maxBytes - length;
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    length += Math.min(chunk.length, room);
    if (chunk.length <= room) return;
    incoming.removeAllListeners('data');
    incoming.removeAllListeners('end');
    text(true);
  });
  incoming.on('end', () => text(false));
};
