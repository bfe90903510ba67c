import { describe, expect, it } from 'vitest';
import { createRandom } from '../../local/clay/core/random.ts';
import { createForwarder } from '../../shared/relay/forward/forwarder.ts';
import { createForwardWorld, type ForwardWorld, feedOf, START } from './forward/world.ts';

const MINUTE = 60_000;
const PER_SECOND = 10;
const BURST = 20;
/** Rows that ten forwarders may have in hand of a queue that is empty. */
const IN_HAND = 300;
const FEEDS = ['leads', 'accounts', 'contacts'] as const;

/** Requests take a while to get there, and a while to come back: on their way they bunch. */
const withLatency = (world: ForwardWorld, seed: number): void => {
  const random = createRandom(seed);
  world.between = (http) => async (request, signal) => {
    await world.clock.sleep(random() * 500, signal);
    const outcome = await http(request, signal);
    await world.clock.sleep(random() * 1_500, signal);
    return outcome;
  };
};

/** So many forwarders at a time, each followed by the next when it ends, until every row is at Clay. */
const drain = async (world: ForwardWorld, forwarders: number, rows: number): Promise<void> => {
  const { clock } = world;
  const run = async (): Promise<void> => {
    while (world.taken.size < rows) {
      if (clock.now() - START > 4 * 60 * MINUTE) throw new Error(`only ${world.taken.size} rows`);
      await createForwarder(world.ports())({ workMs: 62_000, graceMs: 45_000 });
    }
  };
  const watch = async (): Promise<void> => {
    while (world.taken.size < rows) {
      for (const feed of Object.keys(world.config.feeds)) await world.ledger.fold(feed, clock.now());
      await clock.sleep(MINUTE);
    }
  };
  // The schedule starts one each minute, and each works for little more than one: they overlap.
  const next = async (): Promise<void> => {
    await clock.sleep(30_000);
    await run();
  };
  await clock.run(
    Promise.all([...Array.from({ length: forwarders }, run), ...(forwarders === 1 ? [next()] : []), watch()]),
  );
};

/** 1 when all get the same, 1/n when one gets everything. */
const jain = (shares: readonly number[]): number =>
  shares.reduce((sum, share) => sum + share, 0) ** 2 /
  (shares.length * shares.reduce((sum, share) => sum + share ** 2, 0));

/** The times of requests, once the burst of the beginning is over. */
const steadyRate = (times: readonly number[]): number => {
  const from = START + 5_000;
  const last = Math.max(...times);
  return times.filter((at) => at >= from).length / ((last - from) / 1_000);
};

describe('draining a backlog', () => {
  // Clay's own ceiling once; the rate of a tenth of it says as much of one forwarder, and of ten.
  it.each([
    [2, 50_000],
    [1, 5_000],
    [10, 5_000],
  ])(
    'with %i forwarders, of %i rows, uses 98 percent of what Clay takes, without one 429',
    async (forwarders, total) => {
      const world = createForwardWorld({ feeds: { leads: feedOf('leads', 2) }, togetherMs: 20 });
      withLatency(world, 4);
      await world.put('leads', total);
      await drain(world, forwarders, total);
      expect(world.requests.filter(({ status }) => status !== 200)).toEqual([]);
      expect(world.taken.size).toBe(total);
      expect(world.requests).toHaveLength(total);
      const times = world.requests.map(({ at }) => at);
      expect(steadyRate(times)).toBeGreaterThanOrEqual(PER_SECOND * 0.98);
      expect(world.clay.state().requests.webhook).toEqual({ 200: total });
    },
    120_000,
  );

  it.each([1, 2, 10])(
    'of three feeds with %i forwarders gives each its share',
    async (forwarders) => {
      const world = createForwardWorld({
        feeds: Object.fromEntries(FEEDS.map((feed) => [feed, feedOf(feed, 1)])),
        togetherMs: 20,
      });
      withLatency(world, 5);
      // One long queue, one of middling length, one short.
      const sizes = { leads: 6_000, accounts: 2_500, contacts: 2_200 };
      for (const feed of FEEDS) await world.put(feed, sizes[feed]);
      await drain(world, forwarders, 10_700);
      expect(world.requests.filter(({ status }) => status === 429)).toEqual([]);
      // While all three have rows waiting, each gets a third, in every minute.
      const timesOf = (feed: string) =>
        world.requests.filter((each) => each.feed === feed).map(({ at }) => at);
      const until = Math.min(...FEEDS.map((feed) => timesOf(feed)[sizes[feed] - IN_HAND] ?? 0));
      for (let from = START + 5_000; from + MINUTE < until; from += MINUTE) {
        const within = world.requests.filter(({ at }) => at >= from && at < from + MINUTE);
        const shares = FEEDS.map((feed) => within.filter((each) => each.feed === feed).length);
        expect(jain(shares)).toBeGreaterThan(0.98);
      }
      expect(steadyRate(world.requests.map(({ at }) => at))).toBeGreaterThanOrEqual(PER_SECOND * 0.98);
    },
    120_000,
  );

  it('keeps half of the burst as a margin: never more than that beyond the rate arrives in any window', async () => {
    const world = createForwardWorld({ togetherMs: 0 });
    await world.put('leads', 2_000);
    await drain(world, 3, 2_000);
    const times = world.requests.map(({ at }) => at).toSorted((one, other) => one - other);
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    times.forEach((at, index) => {
      const weight = index - ((at - START) / 1_000) * PER_SECOND;
      least = Math.min(least, weight);
      most = Math.max(most, weight - least + 1);
    });
    expect(most).toBeLessThanOrEqual(BURST / 2 + 5);
  });
});
