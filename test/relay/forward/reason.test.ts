import { describe, expect, it } from 'vitest';
import type { ForwardPorts } from '../../../shared/relay/forward/ports.ts';
import { createForwardWorld, type ForwardWorld, feedOf, leftInQueue, START } from './world.ts';

/** The calls of the queue, by name and how long they wait. */
const counting = (world: ForwardWorld, over: Partial<ForwardPorts['queue']> = {}) => {
  const calls: string[] = [];
  const queue: ForwardPorts['queue'] = {
    ...world.queue,
    ...over,
    receive: (feed, options, signal) => {
      calls.push(`receive ${feed} ${options.waitSeconds}`);
      return (over.receive ?? world.queue.receive)(feed, options, signal);
    },
    depth: (feed) => {
      calls.push(`depth ${feed}`);
      return (over.depth ?? world.queue.depth)(feed);
    },
    remove: (feed, handles) => {
      calls.push(`remove ${feed}`);
      return world.queue.remove(feed, handles);
    },
  };
  const undeliverable: ForwardPorts['undeliverable'] = {
    read: async () => null,
    queue: {
      ...queue,
      receive: async () => {
        calls.push('receive dead letters');
        return { rows: [], unreadable: [] };
      },
    },
  };
  return { calls, ports: { queue, undeliverable } };
};

const LONE = { reason: 'lone-row', feed: 'leads' } as const;

describe('a forwarder that was woken for a row that came alone', () => {
  it('sends it and leaves: three calls of the queue, and no wait beside the one for Clay', async () => {
    const world = createForwardWorld();
    await world.put('leads', 1);
    world.between = (http) => async (request, signal) => {
      await world.clock.sleep(250, signal);
      return http(request, signal);
    };
    const { calls, ports } = counting(world);
    expect(await world.forward(LONE, ports)).toMatchObject({ answers: { accepted: 1 }, faults: 0 });
    expect(calls).toEqual(['receive leads 1', 'receive leads 0', 'remove leads']);
    expect(world.clock.now() - START).toBe(250);
  });

  it('counts it, and says so before it leaves', async () => {
    const world = createForwardWorld();
    await world.put('leads', 1);
    await world.forward(LONE);
    const { webhooks } = await world.ledger.fold('leads', world.clock.now());
    expect(webhooks).toMatchObject([{ webhook: 'leads-1', accepted: 1, unknown: 0 }]);
    expect((await world.control.tally('leads')).webhooks['leads-1']).toMatchObject({ streak: 0 });
  });

  it('that finds more of them stays as any other, until none came for a second', async () => {
    const world = createForwardWorld();
    await world.put('leads', 25);
    const { calls, ports } = counting(world);
    expect(await world.forward(LONE, ports)).toMatchObject({ answers: { accepted: 25 } });
    expect(calls.filter((call) => call === 'receive leads 1').length).toBeGreaterThan(1);
    expect(await leftInQueue(world, 'leads')).toBe(0);
  });

  it('sends a second one that came with it without a wake of its own', async () => {
    const world = createForwardWorld();
    let isFirst = true;
    await world.put('leads', 2);
    const { ports } = counting(world, {
      // SQS gives one of two.
      receive: async (...args) => {
        const received = await world.queue.receive(...args);
        if (!isFirst || received.rows.length < 2) return received;
        isFirst = false;
        const [kept, ...others] = received.rows;
        await world.queue.release(
          'leads',
          others.map(({ handle }) => handle),
          0,
        );
        return { ...received, rows: kept ? [kept] : [] };
      },
    });
    expect(await world.forward(LONE, ports)).toMatchObject({ answers: { accepted: 2 } });
  });

  it('looks into no other feed, and into all of them when it does not know the one', async () => {
    const world = createForwardWorld({
      feeds: { leads: feedOf('leads', 1), accounts: feedOf('accounts', 1) },
    });
    await world.put('leads', 1);
    await world.put('accounts', 1);
    expect(await world.forward(LONE)).toMatchObject({ answers: { accepted: 1 } });
    expect([await leftInQueue(world, 'leads'), await leftInQueue(world, 'accounts')]).toEqual([0, 1]);
    expect(await world.forward({ reason: 'lone-row', feed: 'gone' })).toMatchObject({
      answers: { accepted: 1 },
    });
    expect(await leftInQueue(world, 'accounts')).toBe(0);
  });

  it('leaves when another one has taken the row', async () => {
    const world = createForwardWorld();
    const { calls, ports } = counting(world);
    expect(await world.forward(LONE, ports)).toMatchObject({ answers: {}, faults: 0 });
    expect(calls).toEqual(['receive leads 1']);
  });

  it('sends it again at once when Clay was too fast for it, and keeps the pause that Clay asked for', async () => {
    const world = createForwardWorld();
    await world.put('leads', 1);
    let times = 0;
    world.between = (http) => async (request, signal) => {
      times += 1;
      return times > 1
        ? http(request, signal)
        : {
            ...{ kind: 'answer', status: 429, body: '', truncated: false, phases: { totalMs: 0 } },
            headers: { 'retry-after': '3' },
          };
    };
    expect(await world.forward(LONE)).toMatchObject({ answers: { rate: 1, accepted: 1 } });
    expect(world.clock.now() - START).toBeGreaterThanOrEqual(3_000);
  });
});

describe('a forwarder that the schedule starts', () => {
  it('ends at once when its first look and the depth say that nothing is there', async () => {
    const world = createForwardWorld();
    const { calls, ports } = counting(world);
    await world.forward({ reason: 'schedule' }, ports);
    expect(calls.toSorted()).toEqual(['depth leads', 'receive dead letters', 'receive leads 0']);
    expect(world.clock.now()).toBe(START);
    expect(await world.control.tally('leads')).toMatchObject({ lookedAt: START, emptyAt: START });
  });

  it('looks longer when only one of them says so', async () => {
    const world = createForwardWorld();
    await world.put('leads', 3);
    let isFirst = true;
    const { calls, ports } = counting(world, {
      // A short look of SQS may miss what is there.
      receive: async (...args) => {
        if (!isFirst) return world.queue.receive(...args);
        isFirst = false;
        return { rows: [], unreadable: [] };
      },
    });
    expect(await world.forward({ reason: 'schedule' }, ports)).toMatchObject({ answers: { accepted: 3 } });
    expect(calls).toContain('receive leads 1');
  });

  it('looks longer when the depth is not known, and loses nothing that it received meanwhile', async () => {
    const world = createForwardWorld();
    const failing = { depth: async () => Promise.reject(new Error('no answer')) };
    const none = counting(world, failing);
    await world.forward({ reason: 'schedule' }, none.ports);
    expect(none.calls).toContain('receive leads 1');

    await world.put('leads', 3);
    expect(await world.forward({ reason: 'schedule' }, counting(world, failing).ports)).toMatchObject({
      answers: { accepted: 3 },
    });
  });

  it('sends whatever waits, as any other', async () => {
    const world = createForwardWorld();
    await world.put('leads', 60);
    expect(await world.forward({ reason: 'schedule' })).toMatchObject({ answers: { accepted: 60 } });
    expect(await leftInQueue(world, 'leads')).toBe(0);
  });

  it('does not say that a queue is empty of which rows are under way', async () => {
    const world = createForwardWorld();
    await world.put('leads', 1);
    await world.queue.receive('leads', { waitSeconds: 0, visibilitySeconds: 60 });
    await world.forward({ reason: 'schedule' });
    expect((await world.control.tally('leads')).emptyAt).toBeNull();
  });
});
