import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Route } from '../functions/manifest.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { routeMatching } from './http-route.ts';

export interface GatewayRoute {
  readonly route: Route;
  /** Runs the function; what it rejects with is answered as API Gateway would. */
  invoke(event: APIGatewayProxyEventV2): Promise<unknown>;
}

export interface HttpGateway {
  /** Without a slash at its end. */
  readonly url: string;
  /** Takes no more requests, and lets those under way be answered. */
  stop(): Promise<void>;
}

interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly cookies?: readonly string[];
}

/** What API Gateway takes of a body, bytes. */
const MAX_BODY_BYTES = 10_485_760;
const MAX_DRAINED_BYTES = 4 * MAX_BODY_BYTES;
/** How long a sender may take, ms. */
export interface SenderPatience {
  /** Until the headers are here. */
  readonly headersMs: number;
  /** Until the whole request is here. */
  readonly requestMs: number;
}
/** API Gateway gives the whole of a request 30 s; whoever sends a byte at a time ties up nothing of ours for longer. */
const PATIENCE: SenderPatience = { headersMs: 10_000, requestMs: 30_000 };
const LOOK_FOR_SLOW_EVERY_MS = 1_000;
/** As many requests as may be under way; Lambda has so many instances. */
const MAX_CONCURRENT = 1_000;
const FINISH_WITHIN_MS = 5_000;

const message = (statusCode: number, text: string, headers: Record<string, string> = {}): Answer => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message: text }),
});
/** As deployed: a 5xx of API Gateway's own is mapped to 429, since Clay repeats only that [C, clay-facts]. */
const UNAVAILABLE = message(429, 'Service Unavailable', { 'retry-after': '1' });

/** Undefined when it is too large; then it is read to its end all the same, or no answer would be heard. */
const readBytes = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
    else if (size > MAX_DRAINED_BYTES) break;
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
};

/** API Gateway passes these as text, anything else (forms too) in base64. */
const isText = (contentType: string): boolean =>
  /^\s*(?:text\/|application\/(?:json|javascript|xml|[\w.-]+\+json)\b)/i.test(contentType);

/** A header's value, repeated ones joined by commas; the names are in lower case already. */
const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
    ),
  );

/** The event that API Gateway makes of a request, in payload format 2.0. */
const eventOf = (
  request: IncomingMessage,
  bytes: Buffer,
  { route: routeKey, pathParameters }: { route: Route; pathParameters: Record<string, string> },
): APIGatewayProxyEventV2 => {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const headers = headersOf(request);
  const asText = isText(headers['content-type'] ?? '');
  const now = Date.now();
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(headers.cookie !== undefined && { cookies: headers.cookie.split(';').map((one) => one.trim()) }),
    pathParameters,
    isBase64Encoded: bytes.length > 0 && !asText,
    ...(bytes.length === 0 ? {} : { body: bytes.toString(asText ? 'utf8' : 'base64') }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers.host ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method: request.method ?? '',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: new Date(now).toISOString(),
      timeEpoch: now,
    },
  };
};

/** What a function returned, as format 2.0 reads it: without a status it is a body of its own. */
const answerOf = (returned: unknown): Answer => {
  const answer = returned as Answer | null;
  return typeof answer === 'object' && answer !== null && typeof answer.statusCode === 'number'
    ? answer
    : { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(returned) };
};

/** Neither has a body, nor says how long one is. */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

const send = (
  response: ServerResponse,
  { statusCode, headers, body = '', isBase64Encoded, cookies = [] }: Answer,
) => {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  response.writeHead(statusCode, {
    ...headers,
    ...(cookies.length > 0 && { 'set-cookie': [...cookies] }),
    ...(!BODILESS.has(statusCode) && { 'content-length': bytes.length }),
  });
  response.end(bytes);
};

/**
 * API Gateway on this machine: turns real requests into the events that functions get, and what they return into
 * answers. Reachable from this machine only. Throws `local.port-in-use`.
 *
 * @param port 0: any free one
 * @param patience slower senders are answered 408 and cut off
 */
export const startHttpGateway = async (
  port: number,
  routes: readonly GatewayRoute[],
  patience: SenderPatience = PATIENCE,
): Promise<HttpGateway> => {
  let underWay = 0;
  let stopping = false;

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const found = routeMatching(routes, request.method ?? '', request.url ?? '');
    if (!found) return message(404, 'Not Found');
    if (underWay > MAX_CONCURRENT) return message(429, 'Too Many Requests');
    const bytes = await readBytes(request);
    if (!bytes) return message(413, 'Request Entity Too Large', { connection: 'close' });
    const { route, pathParameters } = found;
    return route
      .invoke(eventOf(request, bytes, { route: route.route, pathParameters }))
      .then(answerOf, () => UNAVAILABLE);
  };

  const limits = {
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    connectionsCheckingInterval: Math.min(LOOK_FOR_SLOW_EVERY_MS, patience.headersMs),
  };
  const server = createServer(limits, (request, response) => {
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
    });
    answer(request).then(
      (its) => {
        if (stopping) response.shouldKeepAlive = false;
        send(response, its);
      },
      // A sender that went away mid-request is no concern of anybody.
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? inUse(port, error) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        stopping = true;
        const timer = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
};

const inUse = (port: number, cause: Error): ClaywatchError =>
  new ClaywatchError(
    'local.port-in-use',
    `Port ${port}, where rows and callbacks were to arrive, is taken by another program.`,
    'Stop that program, or choose another port: --port N.',
    { cause },
  );
