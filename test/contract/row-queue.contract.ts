import { beforeEach, describe, expect, it } from 'vitest';
import type { QueuedRow, ReceivedRow, RowQueue } from '../../shared/relay/queue.ts';

/** A queue with what its contract needs around it. */
export interface QueueUnderTest {
  readonly queue: RowQueue;
  /** A message that is no row of ours, put there by somebody. */
  plant(feed: string, body: string): Promise<void> | void;
  /** Lets the queue's time pass until the promise settles. */
  run<T>(promise: Promise<T>): Promise<T>;
  /** What was received more than three times, and so set aside. */
  setAside(): Promise<number> | number;
}

let serial = 0;
const rowOf = (feed: string, more: Partial<QueuedRow> = {}): QueuedRow => {
  serial += 1;
  const id = `row-${serial}`;
  return {
    feed,
    id,
    json: `{"name":"Ärger \\ud83d \\u0000 \\" ${serial}","_claywatch_row_id":"${id}"}`,
    takenAt: 1_800_000_000_000 + serial,
    after: 0,
    tries: 0,
    origin: 'sender',
    ...more,
  };
};

const NOW = { waitSeconds: 0, visibilitySeconds: 60 };
const idsOf = (rows: readonly { readonly row: QueuedRow }[]) => rows.map(({ row }) => row.id).toSorted();
const handlesOf = (rows: readonly ReceivedRow[]) => rows.map(({ handle }) => handle);

/** The contract of `RowQueue`. `start` gives queues `leads` and `accounts`, empty each time, with a redrive after three receives. */
export const rowQueueContract = (
  name: string,
  start: () => Promise<QueueUnderTest> | QueueUnderTest,
): void => {
  describe(`row queue, ${name}`, () => {
    let under: QueueUnderTest;
    let queue: RowQueue;
    beforeEach(async () => {
      under = await start();
      queue = under.queue;
    });

    const receiveAll = async (feed: string, count: number): Promise<readonly ReceivedRow[]> => {
      const rows: ReceivedRow[] = [];
      for (let more = true; more && rows.length < count; ) {
        const received = await queue.receive(feed, NOW);
        more = received.rows.length > 0;
        rows.push(...received.rows);
      }
      return rows;
    };

    it('gives back exactly the rows that were sent, each once, of that feed only', async () => {
      const rows = Array.from({ length: 37 }, () => rowOf('leads'));
      const other = rowOf('accounts', { entity: 'e1', after: 3, tries: 2, origin: 'replay' });
      await queue.send('leads', rows);
      await queue.send('accounts', [other]);
      const received = await receiveAll('leads', 100);
      const byId = new Map(received.map(({ row }) => [row.id, row]));
      expect(received).toHaveLength(37);
      expect(rows.map(({ id }) => byId.get(id))).toStrictEqual(rows);
      expect(received.every(({ receives }) => receives === 1)).toBe(true);
      expect((await receiveAll('accounts', 2)).map(({ row }) => row)).toStrictEqual([other]);
    });

    it('takes rows of 100 KB that cannot be made smaller, ten at once', async () => {
      const noise = () => Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('base64');
      const rows = Array.from({ length: 10 }, () =>
        rowOf('leads', { json: JSON.stringify({ a: noise() + noise().slice(0, 22_000) }) }),
      );
      expect(rows[0]?.json.length).toBeGreaterThan(100_000);
      await queue.send('leads', rows);
      const received = await receiveAll('leads', 10);
      expect(received.map(({ row }) => row.json).toSorted()).toEqual(rows.map(({ json }) => json).toSorted());
    });

    it('has nothing to send when there are no rows', async () => {
      await queue.send('leads', []);
      await queue.remove('leads', []);
      await queue.release('leads', [], 0);
      expect(await queue.receive('leads', NOW)).toEqual({ rows: [], unreadable: [] });
      expect(await queue.depth('leads')).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
    });

    it('hands out at most ten, and none of them again while they are visible to nobody', async () => {
      await queue.send(
        'leads',
        Array.from({ length: 12 }, () => rowOf('leads')),
      );
      expect((await queue.receive('leads', NOW)).rows).toHaveLength(10);
      expect((await queue.receive('leads', NOW)).rows).toHaveLength(2);
      expect((await queue.receive('leads', NOW)).rows).toHaveLength(0);
      expect(await queue.depth('leads')).toEqual({ waiting: 0, inFlight: 12, delayed: 0 });
    });

    it('forgets what is removed, as often as it is said', async () => {
      await queue.send(
        'leads',
        Array.from({ length: 12 }, () => rowOf('leads')),
      );
      const handles = handlesOf(await receiveAll('leads', 12));
      await queue.remove('leads', handles);
      await queue.remove('leads', handles);
      await queue.release('leads', handles, 0);
      expect(await queue.depth('leads')).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
      expect((await queue.receive('leads', NOW)).rows).toHaveLength(0);
    });

    it('hands out again what was given back, and counts it', async () => {
      const row = rowOf('leads');
      await queue.send('leads', [row]);
      const first = await queue.receive('leads', NOW);
      await queue.release('leads', handlesOf(first.rows), 0);
      const second = await queue.receive('leads', NOW);
      expect(second.rows).toMatchObject([{ row, receives: 2, queuedAt: first.rows[0]?.queuedAt }]);
    });

    it('shows a row again when its visibility ends, and no sooner', async () => {
      await queue.send('leads', [rowOf('leads')]);
      const options = { waitSeconds: 0, visibilitySeconds: 1 };
      await queue.receive('leads', options);
      expect((await queue.receive('leads', options)).rows).toHaveLength(0);
      const again = await under.run(queue.receive('leads', { waitSeconds: 5, visibilitySeconds: 60 }));
      expect(again.rows).toMatchObject([{ receives: 2 }]);
    });

    it('keeps a row that is given back for later hidden until then', async () => {
      await queue.send('leads', [rowOf('leads')]);
      const { rows } = await queue.receive('leads', NOW);
      await queue.release('leads', handlesOf(rows), 1);
      expect((await queue.receive('leads', NOW)).rows).toHaveLength(0);
      expect((await under.run(queue.receive('leads', { ...NOW, waitSeconds: 5 }))).rows).toHaveLength(1);
    });

    it('shows a delayed row only after its delay', async () => {
      await queue.send('leads', [rowOf('leads')], { delaySeconds: 1 });
      expect(await queue.depth('leads')).toEqual({ waiting: 0, inFlight: 0, delayed: 1 });
      expect((await queue.receive('leads', NOW)).rows).toHaveLength(0);
      expect((await under.run(queue.receive('leads', { ...NOW, waitSeconds: 5 }))).rows).toHaveLength(1);
    });

    it('ends a wait as soon as a row comes', async () => {
      const row = rowOf('leads');
      const waiting = queue.receive('leads', { ...NOW, waitSeconds: 20 });
      await queue.send('leads', [row]);
      expect(idsOf((await waiting).rows)).toEqual([row.id]);
    });

    it('ends a wait with nothing when it is aborted', async () => {
      const controller = new AbortController();
      const waiting = queue.receive('leads', { ...NOW, waitSeconds: 20 }, controller.signal);
      controller.abort();
      expect(await waiting).toEqual({ rows: [], unreadable: [] });
      expect(await queue.receive('leads', NOW, controller.signal)).toEqual({ rows: [], unreadable: [] });
    });

    it('hands out what is no row as it is, beside the rows', async () => {
      const row = rowOf('leads');
      await under.plant('leads', 'hello');
      await queue.send('leads', [row]);
      const rows: ReceivedRow[] = [];
      const bodies: string[] = [];
      for (let turn = 0; turn < 2; turn += 1) {
        const received = await queue.receive('leads', NOW);
        rows.push(...received.rows);
        bodies.push(...received.unreadable.map(({ body }) => body));
        await queue.remove(
          'leads',
          received.unreadable.map(({ handle }) => handle),
        );
      }
      expect(idsOf(rows)).toEqual([row.id]);
      expect(bodies).toEqual(['hello']);
      expect(await queue.depth('leads')).toMatchObject({ waiting: 0, inFlight: 1 });
    });

    it('sets a row aside that was received again and again', async () => {
      await queue.send('leads', [rowOf('leads')]);
      for (let turn = 0; turn < 3; turn += 1) {
        const { rows } = await queue.receive('leads', NOW);
        expect(rows).toHaveLength(1);
        await queue.release('leads', handlesOf(rows), 0);
      }
      expect((await queue.receive('leads', NOW)).rows).toHaveLength(0);
      expect(await under.setAside()).toBe(1);
      expect(await queue.depth('leads')).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
    });

    it('gives every row to one of several who receive at once', async () => {
      const rows = Array.from({ length: 60 }, () => rowOf('leads'));
      await queue.send('leads', rows);
      const received = await Promise.all(Array.from({ length: 4 }, () => receiveAll('leads', 60)));
      expect(idsOf(received.flat())).toEqual(rows.map(({ id }) => id).toSorted());
    });
  });
};
