import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/forecast/random.ts';
import type { QueuedRow } from '../../shared/relay/queue.ts';
import { createMemoryRowQueue } from './memory-row-queue.ts';
import { createVirtualClock } from './virtual-clock.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 21);
const NOW = { waitSeconds: 0, visibilitySeconds: 60 };
const rowsOf = (count: number): readonly QueuedRow[] =>
  Array.from({ length: count }, (_, index) => ({
    feed: 'leads',
    id: `row-${index}`,
    json: '{}',
    takenAt: START,
    after: 0,
    tries: 0,
    origin: 'sender',
  }));

describe('the queue in memory', () => {
  it('keeps rows for fourteen days, in whatever state', async () => {
    const clock = createVirtualClock(START);
    const queue = createMemoryRowQueue({ clock });
    await queue.send('leads', rowsOf(20));
    await queue.receive('leads', NOW);
    clock.jump(14 * DAY - 1);
    expect(queue.rows('leads')).toHaveLength(20);
    clock.jump(1);
    expect(await queue.depth('leads')).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
    expect((await queue.receive('leads', NOW)).rows).toEqual([]);
    expect(queue.expired()).toBe(20);
  });

  it('takes and gives 120,000 rows without growing slow', async () => {
    const clock = createVirtualClock(START);
    const queue = createMemoryRowQueue({ clock });
    await queue.send('leads', rowsOf(120_000));
    const seen = new Set<string>();
    for (let count = 0; count < 12_000; count += 1) {
      const { rows } = await queue.receive('leads', NOW);
      for (const { row } of rows) seen.add(row.id);
      await queue.remove(
        'leads',
        rows.map(({ handle }) => handle),
      );
    }
    expect(seen.size).toBe(120_000);
    expect(await queue.depth('leads')).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
  });

  it('loses nothing when it duplicates and shuffles, and does so the same way from the same seed', async () => {
    const run = async (seed: number) => {
      const clock = createVirtualClock(START);
      const trouble = { random: seededRandom(seed), duplicates: 0.1, shuffle: 50 };
      const queue = createMemoryRowQueue({ clock, trouble });
      await queue.send('leads', rowsOf(500));
      const order: string[] = [];
      for (let left = 500; left > 0; ) {
        const { rows } = await queue.receive('leads', NOW);
        order.push(...rows.map(({ row }) => row.id));
        await queue.remove(
          'leads',
          rows.map(({ handle }) => handle),
        );
        const { waiting, inFlight } = await queue.depth('leads');
        left = waiting + inFlight;
        clock.jump(1_000);
      }
      return order;
    };
    const order = await run(7);
    expect(new Set(order).size).toBe(500);
    expect(order.length).toBeGreaterThan(520);
    expect(order.slice(0, 10)).not.toEqual(rowsOf(10).map(({ id }) => id));
    expect(await run(7)).toEqual(order);
  });

  it('leaves no sleeper behind when a wait ends early', async () => {
    const clock = createVirtualClock(START);
    const queue = createMemoryRowQueue({ clock });
    const waiting = queue.receive('leads', { waitSeconds: 20, visibilitySeconds: 60 });
    await queue.send('leads', rowsOf(1));
    expect((await waiting).rows).toHaveLength(1);
    expect(clock.pending()).toBe(0);
    expect(clock.now()).toBe(START);
  });
});
