import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { programsOnly } from './programs-only.ts';

/** A function that others may invoke. */
export interface Invocable {
  /** Takes the event and answers at once, as an asynchronous invocation does. */
  start(event: unknown): void;
  /** Waits for what the function returns. */
  invoke(event: unknown): Promise<unknown>;
}

export interface LambdaEndpoint {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const PATH = /^\/2015-03-31\/functions\/([^/?]+)\/invocations\/?(?:\?.*)?$/;

const answer = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(status === 202 ? '' : JSON.stringify(body));

const refuse = (response: ServerResponse, status: number, code: string, message: string) =>
  answer(response, status, { message }, { 'x-amzn-errortype': code });

const eventIn = async (request: IncomingMessage): Promise<{ readonly event: unknown } | undefined> => {
  const body = await text(request);
  try {
    return { event: body.trim() === '' ? {} : JSON.parse(body) };
  } catch {
    return undefined;
  }
};

/** The name in a path; an ARN or a version is cut off it, as the API takes both. */
const nameIn = (target: string): string | undefined => {
  const name = PATH.exec(target)?.[1];
  return name === undefined ? undefined : /([\w-]+)(?::\$LATEST)?$/.exec(decodeURIComponent(name))?.[1];
};

/**
 * The one call of Lambda's API that functions make of each other, `Invoke`, on a port of its own that only programs of
 * this machine reach: `Event` is answered 202 at once, anything else waits for the result.
 */
export const startLambdaEndpoint = async (
  functions: Readonly<Record<string, Invocable>>,
): Promise<LambdaEndpoint> => {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const name = request.method === 'POST' ? nameIn(request.url ?? '') : undefined;
    const found = name !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined;
    const read = await eventIn(request);
    if (!found) return refuse(response, 404, 'ResourceNotFoundException', 'Function not found.');
    if (!read)
      return refuse(response, 400, 'InvalidRequestContentException', 'The payload is not valid JSON.');
    if (request.headers['x-amz-invocation-type'] === 'Event') {
      found.start(read.event);
      return answer(response, 202, null);
    }
    return found.invoke(read.event).then(
      (result) => answer(response, 200, result),
      ({ name: errorType, message: errorMessage }: Error) =>
        answer(response, 200, { errorType, errorMessage }, { 'x-amz-function-error': 'Unhandled' }),
    );
  };
  const server = programsOnly(
    createServer((request, response) => {
      serve(request, response).catch(() => response.destroy());
    }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
