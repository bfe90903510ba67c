import { describe, expect, it } from 'vitest';
import { createRandom } from '../../local/clay/core/random.ts';
import type { HttpClient, HttpOutcome } from '../../shared/http/port.ts';
import { createForwarder } from '../../shared/relay/forward/forwarder.ts';
import type { ForwardPorts } from '../../shared/relay/forward/ports.ts';
import type { SendResult } from '../../shared/relay/sends.ts';
import { mortal } from './forward/mortal.ts';
import {
  createForwardWorld,
  type ForwardWorld,
  feedOf,
  leftInQueue,
  rowIdIn,
  START,
} from './forward/world.ts';

const MINUTE = 60_000;
const LATEST = START + 24 * 60 * MINUTE;

interface Plan {
  readonly rows: number;
  readonly seed: number;
  readonly rowsPerSecond: number;
  /** Submissions that each webhook takes in its life. */
  readonly limit: number;
  /** Chance to die at any call of a port. */
  readonly dies: number;
  /** When Clay goes down, and for how long, ms after the start. */
  readonly outage: { readonly at: number; readonly forMs: number };
}

interface Run {
  readonly world: ForwardWorld;
  readonly rows: readonly { readonly id: string }[];
  /** Rows that were sent although the ledger already knew that Clay has them. */
  readonly needless: readonly string[];
  readonly deaths: number;
}

const failed = (failure: 'timed-out' | 'connection-reset', detail: string): HttpOutcome => ({
  kind: 'failure',
  failure,
  detail,
  phases: { totalMs: 0 },
});
const answer = (status: number, headers: Record<string, string> = {}): HttpOutcome => ({
  kind: 'answer',
  status,
  headers,
  body: '{"message":"no"}',
  truncated: false,
  phases: { totalMs: 0 },
});

/** Requests that get lost on their way there or back, and answers that are no fault of the row. */
const trouble =
  (world: ForwardWorld, random: () => number) =>
  (http: HttpClient): HttpClient =>
  async (request, signal) => {
    const dice = random();
    await world.clock.sleep(50 + random() * 1_500, signal);
    if (dice < 0.000_5) return answer(429, { 'retry-after': '1' });
    if (dice < 0.006) return answer(500);
    if (dice < 0.009) {
      await world.clock.sleep(request.timeoutMs, signal);
      return failed('timed-out', 'TIMEOUT_FIRST_BYTE');
    }
    if (dice < 0.012) {
      await http(request, signal);
      await world.clock.sleep(request.timeoutMs, signal);
      return failed('timed-out', 'TIMEOUT_FIRST_BYTE');
    }
    if (dice < 0.014) {
      await http(request, signal);
      return failed('connection-reset', 'ECONNRESET');
    }
    return http(request, signal);
  };

const play = async ({ rows: count, seed, rowsPerSecond, limit, dies, outage }: Plan): Promise<Run> => {
  const random = createRandom(seed);
  const pool = feedOf('leads', 3);
  const world = createForwardWorld({
    seed,
    feeds: { leads: { ...pool, webhooks: (pool.webhooks ?? []).map((webhook) => ({ ...webhook, limit })) } },
    relay: { rowsPerSecond, burst: rowsPerSecond * 2 },
    trouble: { random: createRandom(seed + 1), duplicates: 0.003, shuffle: 20 },
    togetherMs: 20,
  });
  const { clock } = world;
  /** Rows of which the ledger knows that Clay has them. */
  const settled = new Set<string>();
  const needless: string[] = [];
  const troubled = trouble(world, createRandom(seed + 2));
  world.between = (http) => {
    const onTheWay = troubled(http);
    return (request, signal) => {
      const id = rowIdIn(request.body ?? '');
      if (settled.has(id)) needless.push(id);
      return onTheWay(request, signal);
    };
  };

  const watchedLedger: ForwardPorts['sends'] = {
    ...world.ledger,
    settle: async (feed, results: readonly SendResult[]) => {
      await world.ledger.settle(feed, results);
      for (const { rowId, outcome } of results) if (outcome === 'accepted') settled.add(rowId);
    },
  };

  const rows: { id: string }[] = [];
  const producer = (async () => {
    // Half of them wait already; the rest comes while they are sent.
    rows.push(...(await world.put('leads', count / 2)));
    for (let batch = 0; batch < 100; batch += 1) {
      await clock.sleep(((count / 2 / rowsPerSecond) * 1_000) / 100);
      rows.push(...(await world.put('leads', count / 200)));
    }
  })();

  const weather = (async () => {
    await clock.sleep(outage.at);
    world.clay.faults.on('outage');
    await clock.sleep(outage.forMs);
    world.clay.faults.off('outage');
  })();

  let isDone = false;
  const watch = (async () => {
    while (!isDone) {
      await world.ledger.fold('leads', clock.now());
      await clock.sleep(MINUTE);
    }
  })();

  let deaths = 0;
  const forwarders = (async () => {
    const isOver = async () => rows.length === count && (await leftInQueue(world, 'leads')) === 0;
    const running = new Set<Promise<void>>();
    while (!(await isOver())) {
      if (clock.now() > LATEST) throw new Error(`not done: ${await leftInQueue(world, 'leads')} rows left`);
      const process = mortal(world.ports({ sends: watchedLedger }), { random, dies, fails: 0.002 });
      const run = Promise.race([
        process.death.then(() => {
          deaths += 1;
        }),
        createForwarder(process.ports)({ workMs: 62_000, graceMs: 45_000 }).then(() => undefined),
      ]);
      const tracked: Promise<void> = run.finally(() => running.delete(tracked));
      running.add(tracked);
      // The schedule starts one every minute; somebody is woken now and then beside it.
      await Promise.race([
        clock.sleep(random() < 0.2 ? 5_000 : 30_000),
        tracked.then(() => clock.sleep(2_000)),
      ]);
      if (running.size >= 3) await Promise.race(running);
    }
    await Promise.all(running);
    isDone = true;
  })();

  await clock.run(Promise.all([producer, weather, watch, forwarders]));
  return { world, rows, needless, deaths };
};

const judge = async ({ world, rows, needless, deaths }: Run, { limit }: Plan): Promise<void> => {
  const letters = await world.deadLetters.list('leads', { limit: 1_000 });
  expect(letters.letters).toEqual([]);
  expect(world.queue.setAside).toEqual([]);
  expect(world.queue.expired()).toBe(0);

  const lost = rows.filter(({ id }) => !world.taken.has(id));
  expect(lost).toEqual([]);
  expect(world.taken.size).toBe(rows.length);

  const { webhooks } = world.clay.state();
  for (const { accepted } of webhooks) expect(accepted).toBeLessThanOrEqual(limit);
  expect(webhooks.filter(({ accepted }) => accepted > 0).length).toBeGreaterThanOrEqual(
    Math.min(3, Math.ceil(rows.length / limit)),
  );

  // Sent again only where nobody could know that Clay has it: no answer was written down before.
  expect(needless).toEqual([]);
  const duplicates = [...world.taken.values()].reduce((sum, times) => sum + times.length - 1, 0);
  expect(duplicates).toBeGreaterThan(0);
  expect(duplicates).toBeLessThan(rows.length * 0.03);
  expect(deaths).toBeGreaterThan(3);

  const snapshot = await world.ledger.fold('leads', world.clock.now());
  const taken = webhooks.reduce((sum, { accepted }) => sum + accepted, 0);
  expect(taken).toBe(rows.length + duplicates);
  const low = snapshot.webhooks.reduce((sum, { accepted }) => sum + accepted, 0);
  const high = low + snapshot.webhooks.reduce((sum, { unknown }) => sum + unknown, 0);
  expect(low).toBeLessThanOrEqual(taken);
  expect(high).toBeGreaterThanOrEqual(taken);
  for (const { id, accepted } of webhooks) {
    const counted = snapshot.webhooks.find(({ webhook }) => webhook === id);
    expect(counted?.accepted ?? 0).toBeLessThanOrEqual(accepted);
    expect((counted?.accepted ?? 0) + (counted?.unknown ?? 0)).toBeGreaterThanOrEqual(accepted);
  }
  expect(snapshot.resent?.uncertain ?? 0).toBeGreaterThanOrEqual(duplicates);
};

describe('zero loss', () => {
  const full: Plan = {
    rows: 120_000,
    seed: 20_261_103,
    rowsPerSecond: 400,
    limit: 50_000,
    dies: 0.000_15,
    outage: { at: 100_000, forMs: 20 * MINUTE },
  };

  it('holds for 120,000 rows over three webhooks, through crashes, an outage and lost answers', async () => {
    const run = await play(full);
    await judge(run, full);
  }, 180_000);
});
