import { describe, expect, it } from 'vitest';
import { createForwarder } from '../../../shared/relay/forward/forwarder.ts';
import { bandOf } from '../../../shared/rows/capacity.ts';
import { mortal } from './mortal.ts';
import { createForwardWorld, feedOf, leftInQueue, rowIdIn } from './world.ts';

const ROWS = 12;
const TIMES = { workMs: 62_000, graceMs: 45_000 };

/** A dozen rows through a webhook that is nearly full, one of them bad: every kind of step is on the way. */
const worldWithRows = async () => {
  const world = createForwardWorld({
    feeds: { leads: feedOf('leads', 2) },
    takenBefore: { 'leads-1': 49_995 },
  });
  const settled = new Set<string>();
  const needless: string[] = [];
  world.between = (http) => async (request, signal) => {
    const id = rowIdIn(request.body ?? '');
    if (settled.has(id)) needless.push(id);
    await world.clock.sleep(300, signal);
    return http(request, signal);
  };
  const rows = await world.put('leads', ROWS);
  const [bad] = await world.put('leads', 1, { json: '{"_claywatch_row_id":"bad"' });
  const sends = {
    ...world.ledger,
    settle: async (...[feed, results]: Parameters<typeof world.ledger.settle>) => {
      await world.ledger.settle(feed, results);
      for (const { rowId, outcome } of results) if (outcome === 'accepted') settled.add(rowId);
    },
  };
  return { world, rows, bad, needless, ports: () => world.ports({ sends }) };
};

describe('a forwarder that dies', () => {
  it.each([{ reason: 'rows' }, { reason: 'lone-row', feed: 'leads' }, { reason: 'schedule' }] as const)(
    'at any call of any port loses no row, and sends none again that is known to be there: started for $reason',
    async (started) => {
      let diesAt = 0;
      for (let isThrough = false; !isThrough; diesAt += 1) {
        const { world, rows, bad, needless, ports } = await worldWithRows();
        const process = mortal(ports(), { random: () => 0.5, dies: 0, diesAt });
        await world.clock.run(
          Promise.race([createForwarder(process.ports)({ ...TIMES, ...started }), process.death]),
        );
        isThrough = !process.isDead();
        // Others come after it, one a minute, until what it had in hand shows again.
        for (let run = 0; run < 6 && (await leftInQueue(world, 'leads')) > 0; run += 1) {
          await world.clock.advance(60_000);
          await world.clock.run(createForwarder(ports())(TIMES));
        }
        const where = `died at step ${diesAt}`;
        expect(await leftInQueue(world, 'leads'), where).toBe(0);
        expect([...world.taken.keys()].toSorted(), where).toEqual(rows.map(({ id }) => id).toSorted());
        expect(needless, where).toEqual([]);
        const { letters } = await world.deadLetters.list('leads', { limit: 10 });
        expect(
          letters.map(({ row }) => row?.id),
          where,
        ).toEqual([bad?.id]);
        const snapshot = await world.ledger.fold('leads', world.clock.now());
        for (const { id, accepted } of world.clay.state().webhooks) {
          const counted = snapshot.webhooks.find(({ webhook }) => webhook === id);
          const { low, high } = bandOf(counted, id === 'leads-1' ? 49_995 : 0);
          expect(low, where).toBeLessThanOrEqual(accepted);
          expect(high, where).toBeGreaterThanOrEqual(accepted);
        }
      }
      expect(diesAt).toBeGreaterThan(100);
    },
    60_000,
  );

  it('at any call, woken for a row that came alone, leaves it to the schedule', async () => {
    let diesAt = 0;
    for (let isThrough = false; !isThrough; diesAt += 1) {
      const world = createForwardWorld();
      const rows = await world.put('leads', 1);
      const process = mortal(world.ports(), { random: () => 0.5, dies: 0, diesAt });
      const woken = createForwarder(process.ports)({ ...TIMES, reason: 'lone-row', feed: 'leads' });
      await world.clock.run(Promise.race([woken, process.death]));
      isThrough = !process.isDead();
      for (let run = 0; run < 6 && (await leftInQueue(world, 'leads')) > 0; run += 1) {
        await world.clock.advance(60_000);
        await world.forward({ reason: 'schedule' });
      }
      const where = `died at step ${diesAt}`;
      expect(await leftInQueue(world, 'leads'), where).toBe(0);
      expect([...world.taken.keys()], where).toEqual(rows.map(({ id }) => id));
      const { low, high } = bandOf((await world.ledger.fold('leads', world.clock.now())).webhooks[0], 0);
      const accepted = world.clay.state().webhooks[0]?.accepted ?? 0;
      expect([low <= accepted, high >= accepted], where).toEqual([true, true]);
    }
    expect(diesAt).toBeGreaterThan(20);
  }, 60_000);
});
