import type { IncomingMessage } from 'node:http';
import type { ClayRequest } from '../core/answer.ts';

/** More than this is counted, and not kept; every surface refuses far less. */
const KEPT_BYTES = 1_048_576;

const flat = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** Reads one request whole. Rejects when the client goes away before its end. */
export const readRequest = async (request: IncomingMessage, prefix: string): Promise<ClayRequest> => {
  const kept: Buffer[] = [];
  let bodyBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bodyBytes += chunk.length;
    if (bodyBytes <= KEPT_BYTES) kept.push(chunk);
  }
  return {
    method: request.method ?? 'GET',
    target: `${prefix}${request.url ?? '/'}`,
    headers: flat(request.headers),
    body: Buffer.concat(kept).toString(),
    bodyBytes,
  };
};
