import { describe, expect, it } from 'vitest';
import { coalesceSends } from '../../../shared/relay/intake/coalesce.ts';
import type { QueuedRow } from '../../../shared/relay/queue.ts';

const rowsOf = (name: string, count = 1): readonly QueuedRow[] =>
  Array.from({ length: count }, (_, index) => ({
    feed: 'leads',
    id: `${name}-${index}`,
    json: '{}',
    takenAt: 0,
    after: 0,
    tries: 0,
    origin: 'sender',
  }));

/** A queue whose calls end when the test says. */
const createSlowQueue = () => {
  const calls: { feed: string; ids: readonly string[]; end: (fault?: Error) => Promise<void> }[] = [];
  return {
    calls,
    sink: coalesceSends({
      send: (feed, rows) =>
        new Promise((resolve, reject) => {
          const end = async (fault?: Error) => {
            if (fault) reject(fault);
            else resolve();
            await new Promise((done) => setImmediate(done));
          };
          calls.push({ feed, ids: rows.map(({ id }) => id), end });
        }),
    }),
  };
};

describe('rows that come at once', () => {
  it('share the next call while one is under way, and each waits for its own', async () => {
    const { sink, calls } = createSlowQueue();
    const done: string[] = [];
    const send = (name: string, feed = 'leads') =>
      sink.send(feed, rowsOf(name)).then(
        () => done.push(name),
        ({ message }) => done.push(`${name}: ${message}`),
      );
    const all = [send('a'), send('b'), send('c'), send('other', 'accounts')];
    expect(calls.map(({ ids }) => ids)).toEqual([['a-0'], ['other-0']]);
    await calls[0]?.end();
    expect(done).toEqual(['a']);
    expect(calls[2]?.ids).toEqual(['b-0', 'c-0']);
    all.push(send('d'));
    await calls[2]?.end(new Error('down'));
    expect(done).toEqual(['a', 'b: down', 'c: down']);
    expect(calls[3]?.ids).toEqual(['d-0']);
    await calls[3]?.end();
    await calls[1]?.end();
    await Promise.all(all);
    expect(done).toEqual(['a', 'b: down', 'c: down', 'd', 'other']);
    const after = send('e');
    expect(calls[4]?.ids).toEqual(['e-0']);
    await calls[4]?.end();
    await after;
  });

  it('are no more in a call than a request may bring', async () => {
    const { sink, calls } = createSlowQueue();
    const all = [1, 400, 100, 1].map((count, index) => sink.send('leads', rowsOf(String(index), count)));
    for (let call = 0; call < 3; call += 1) await calls[call]?.end();
    await Promise.all(all);
    expect(calls.map(({ ids }) => ids.length)).toEqual([1, 500, 1]);
  });
});
