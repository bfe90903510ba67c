import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../core/answer.ts';

const CHUNK = 'x'.repeat(16_384);

/** Writes as fast as it is read, or a byte a second, until the client goes away. */
const writeForever = (response: ServerResponse, pace: 'flood' | 'drip') => {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  if (pace === 'drip') {
    response.write('x');
    const timer = setInterval(() => response.write('x'), 1_000);
    response.on('close', () => clearInterval(timer));
    return;
  }
  const pour = () => {
    while (!response.destroyed && response.write(CHUNK));
  };
  response.on('drain', pour);
  pour();
};

const breakOff = (request: IncomingMessage, fault: string, response: ServerResponse) => {
  // A request that hangs is answered by silence; it ends when the client or the server closes.
  if (fault === 'timed-out') return;
  // A listener cannot refuse one request and take the next, and plain HTTP has no name or certificate to fail:
  // all of these look like a reset from outside.
  if (request.socket.destroyed) response.destroy();
  else request.socket.resetAndDestroy();
};

/** Does on a real connection what the answer says, after its delay. */
export const enact = (answer: Answer, request: IncomingMessage, response: ServerResponse): void => {
  const act = () => {
    if (response.destroyed) return;
    if (answer.kind === 'fault') {
      if (answer.fault === 'endless-body') writeForever(response, answer.pace);
      else breakOff(request, answer.fault, response);
      return;
    }
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-length': Buffer.byteLength(answer.body),
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  };
  if (answer.delayMs <= 0) {
    act();
    return;
  }
  const timer = setTimeout(act, answer.delayMs);
  response.on('close', () => clearTimeout(timer));
};
