import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLambdaClient } from '../../../shared/aws/lambda/client.ts';
import { createLambdaWaker } from '../../../shared/aws/lambda/waker.ts';
import type { Waker } from '../../../shared/relay/intake/ports.ts';

let server: Server;
let status: number;
let calls: string[];
let events: unknown[];
let faults: unknown[];
let now: number;
let waker: Waker;

beforeEach(async () => {
  status = 202;
  calls = [];
  events = [];
  faults = [];
  now = 1_000_000;
  server = createServer(async (request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers['x-amz-invocation-type']}`);
    events.push(JSON.parse(await text(request)));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  waker = wakerEvery(0);
});
const wakerEvery = (everyMs: number) =>
  createLambdaWaker({
    everyMs,
    client: createLambdaClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    functionName: 'claywatch-forward',
    clock: { now: () => now },
    onFault: (error) => faults.push(error),
  });
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const wakeEvery = async (ms: number, times: number) => {
  for (let time = 0; time < times; time += 1) {
    await waker.wake('leads');
    now += ms;
  }
};

describe('waking the forwarder', () => {
  it('invokes it, and waits for nothing that it does', async () => {
    await waker.wake('leads');
    expect(calls).toEqual(['POST /2015-03-31/functions/claywatch-forward/invocations Event']);
    expect(faults).toEqual([]);
  });

  it('is for the one feed when the row came alone, and for all when others come with it', async () => {
    await wakeEvery(100, 3);
    now += 60_000;
    await waker.wake('accounts');
    expect(events).toEqual([{ wake: true, feed: 'leads' }, { wake: true }, { wake: true, feed: 'accounts' }]);
  });

  it('happens once while rows keep coming, beside the one for the first, and again before it can have ended', async () => {
    await wakeEvery(100, 500);
    expect(calls).toHaveLength(2);
    await wakeEvery(100, 100);
    expect(calls).toHaveLength(3);
    expect(events.slice(1)).toEqual([{ wake: true }, { wake: true }]);
  });

  it('happens for each row that comes alone, since nobody stays for the next one', async () => {
    await wakeEvery(900, 3);
    expect(events).toEqual(Array.from({ length: 3 }, () => ({ wake: true, feed: 'leads' })));
  });

  it('relies on one that stays only while rows come every second', async () => {
    await wakeEvery(500, 10);
    expect(events).toEqual([{ wake: true, feed: 'leads' }, { wake: true }]);
    now += 1_000;
    await waker.wake('leads');
    await waker.wake('leads');
    expect(events.slice(2)).toEqual([{ wake: true, feed: 'leads' }, { wake: true }]);
  });

  it('happens twice for rows that come at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => waker.wake('leads')));
    expect(calls).toHaveLength(2);
  });

  it('happens no more often than it may, for each feed on its own, and again after a call that failed', async () => {
    waker = wakerEvery(10_000);
    await wakeEvery(2_000, 10);
    expect(calls).toHaveLength(2);
    await waker.wake('accounts');
    expect(calls).toHaveLength(3);
    now += 10_000;
    status = 500;
    await wakeEvery(2_000, 2);
    expect(calls).toHaveLength(5);
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
    await waker.wake('leads');
    now -= 3_600_000;
    await waker.wake('leads');
    expect(calls).toHaveLength(2);
  });
});
