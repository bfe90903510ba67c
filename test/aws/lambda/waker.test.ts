import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLambdaClient } from '../../../shared/aws/lambda/client.ts';
import { createLambdaWaker } from '../../../shared/aws/lambda/waker.ts';
import type { Waker } from '../../../shared/relay/intake/ports.ts';

let server: Server;
let status: number;
let calls: string[];
let faults: unknown[];
let now: number;
let waker: Waker;

beforeEach(async () => {
  status = 202;
  calls = [];
  faults = [];
  now = 1_000_000;
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers['x-amz-invocation-type']}`);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  waker = createLambdaWaker({
    client: createLambdaClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    functionName: 'claywatch-forward',
    clock: { now: () => now },
    onFault: (error) => faults.push(error),
  });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const wakeEvery = async (ms: number, times: number) => {
  for (let time = 0; time < times; time += 1) {
    await waker.wake();
    now += ms;
  }
};

describe('waking the forwarder', () => {
  it('invokes it, and waits for nothing that it does', async () => {
    await waker.wake();
    expect(calls).toEqual(['POST /2015-03-31/functions/claywatch-forward/invocations Event']);
    expect(faults).toEqual([]);
  });

  it('happens once while rows keep coming, and again before it can have ended', async () => {
    await wakeEvery(100, 500);
    expect(calls).toHaveLength(1);
    await wakeEvery(100, 100);
    expect(calls).toHaveLength(2);
  });

  it('happens again after a pause in which it may have found nothing more', async () => {
    await wakeEvery(900, 3);
    expect(calls).toHaveLength(3);
  });

  it('happens once for rows that come at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => waker.wake()));
    expect(calls).toHaveLength(1);
  });

  it('that fails is told, and tried again a second later, not at every row', async () => {
    status = 500;
    await wakeEvery(100, 10);
    expect([calls.length, faults.length]).toEqual([1, 1]);
    status = 202;
    await wakeEvery(100, 10);
    expect([calls.length, faults.length]).toEqual([2, 1]);
  });

  it('does not wait for a clock that was set back', async () => {
    await waker.wake();
    now -= 3_600_000;
    await waker.wake();
    expect(calls).toHaveLength(2);
  });
});
