import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/clock.ts';
import { addHold, changeControl } from '../../shared/relay/control-change.ts';
import { type CarriedOn, carryOn, type ReplayCall } from '../../shared/replay/carry-on.ts';
import type { ReplayJob } from '../../shared/replay/job.ts';
import { planReplay } from '../../shared/replay/plan.ts';
import { jobOf, storeReplay } from '../../shared/replay/run.ts';
import { type Death, Killed, mortalPorts } from '../support/mortal-ports.ts';
import { createReplayWorld, FEED, HOUR, type ReplayWorld } from './replay-world.ts';

const MINUTE = 60_000;

/** A clock on which the forwarder works while others wait. */
const whileForwarding = (world: ReplayWorld): Clock => ({
  now: world.clock.now,
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    await world.clock.advance(ms);
    await world.forward();
    signal?.throwIfAborted();
  },
});

/** Lambda's side of it: calls wait until somebody takes them. */
const createCalls = (world: ReplayWorld) => {
  const waiting: ReplayCall[] = [];
  const clock = whileForwarding(world);
  const starter = { start: async (call: ReplayCall) => void waiting.push(call) };
  const work = (
    call: ReplayCall,
    { forMs = 14 * MINUTE, death }: { readonly forMs?: number; readonly death?: Death } = {},
  ): Promise<CarriedOn> => {
    const all = { ...world.ports, clock, starter };
    const ports = death ? mortalPorts(all, death).ports : all;
    return carryOn(world.config, call, ports, { until: clock.now() + forMs });
  };
  return { waiting, work, clock };
};

const begin = async (world: ReplayWorld, source: ReplayJob['source'] = 'uncalled'): Promise<ReplayCall> => {
  const request = { feed: FEED, source, from: 0, to: world.clock.now() };
  const plan = await planReplay(world.config, request, world.ports);
  const job = await storeReplay(jobOf(plan, 'Ada (console)', world.ports), world.ports);
  return { job: job.id, after: job.version };
};

const lost = async (rows: number) => {
  const world = createReplayWorld();
  const ids = await world.accepted(rows);
  await world.clock.advance(2 * HOUR);
  return { world, rows: ids };
};

describe('a replay that is carried on', () => {
  it('begins where it was stored, and says so once', async () => {
    const { world } = await lost(25);
    const { work, waiting } = createCalls(world);
    const call = await begin(world);
    expect(await work(call)).toMatchObject({ kind: 'done', job: { queued: 25, by: 'Ada (console)' } });
    expect(waiting).toEqual([]);
    const { history } = await world.ports.controls.load(FEED);
    expect(history.filter(({ kind }) => kind === 'replay')).toHaveLength(1);
  });

  it('hands over when its time is up, and the next goes on at once', async () => {
    const { world, rows } = await lost(2_000);
    const { work, waiting } = createCalls(world);
    let call: ReplayCall | undefined = await begin(world);
    const outcomes: string[] = [];
    while (call) {
      const { kind } = await work(call, { forMs: 10_000 });
      outcomes.push(kind);
      call = waiting.shift();
    }
    expect(outcomes.length).toBeGreaterThan(3);
    expect(outcomes.slice(0, -1)).toEqual(outcomes.slice(1).map(() => 'yielded'));
    expect(outcomes.at(-1)).toBe('done');
    await world.drain();
    for (const { id } of rows) expect(world.atClay.get(id)).toBe(2);
  });

  it('is left alone by a call that comes twice or late', async () => {
    const { world } = await lost(600);
    const { work, waiting } = createCalls(world);
    const call = await begin(world);
    const both = await Promise.all([work(call), work(call)]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['conflict', 'done']);
    expect(await work(call)).toMatchObject({ kind: 'not-ours', job: { status: 'done', queued: 600 } });
    expect(await work({ job: 'rpl-20261103-00000000', after: 1 })).toEqual({ kind: 'gone', job: null });
    expect(waiting).toEqual([]);
  });

  it('is not begun again by a late call after a hold has stopped it', async () => {
    const { world } = await lost(3_000);
    const { work, clock } = createCalls(world);
    const call = await begin(world);
    const stopping = {
      ...clock,
      sleep: async (ms: number, signal?: AbortSignal) => {
        await changeControl(world.ports.controls, FEED, (control) =>
          addHold(control, { kind: 'operator', since: clock.now(), why: 'Maintenance.', by: 'ada' }),
        );
        await clock.sleep(ms, signal);
      },
    };
    const starter = { start: () => Promise.reject(new Error('nothing is to be started')) };
    const stopped = await carryOn(
      world.config,
      call,
      { ...world.ports, clock: stopping, starter },
      {
        until: clock.now() + HOUR,
      },
    );
    expect(stopped).toMatchObject({ kind: 'stopped', job: { status: 'stopped', stopped: 'held' } });
    await world.clock.advance(HOUR);
    expect(await work(call)).toMatchObject({ kind: 'not-ours', job: { stopped: 'held' } });
  });

  it('goes on after a fault, when the same call comes again', async () => {
    const { world } = await lost(30);
    const { work, clock } = createCalls(world);
    const call = await begin(world);
    const outbox = { ...world.ports.outbox, find: () => Promise.reject(new Error('not now')) };
    const starter = { start: async () => {} };
    await expect(
      carryOn(world.config, call, { ...world.ports, outbox, clock, starter }, { until: clock.now() + HOUR }),
    ).rejects.toThrow('not now');
    expect(await world.ports.jobs.load(call.job)).toMatchObject({ status: 'stopped', stopped: 'failed' });
    expect(await work(call)).toMatchObject({ kind: 'done', job: { queued: 30 } });
  });

  it('keeps its row counts while it hands over what a person let go', async () => {
    const world = createReplayWorld();
    await changeControl(world.ports.controls, FEED, (control) =>
      addHold(control, { kind: 'operator', since: world.clock.now(), why: 'Maintenance.', by: 'ada' }),
    );
    await world.ports.queue.send(FEED, world.makeRows(7));
    const { work } = createCalls(world);
    expect(await work(await begin(world, 'held'))).toMatchObject({ kind: 'done', job: { queued: 7 } });
    expect((await world.ports.controls.load(FEED)).holds).toEqual([]);
  });
});

describe('a hand-over that dies between any two calls', () => {
  const deaths = fc.array(fc.record({ call: fc.integer({ min: 1, max: 40 }), after: fc.boolean() }), {
    maxLength: 6,
  });

  /** Whoever is called works, dies as often as it must, and is called again. */
  const lived = async (
    world: ReplayWorld,
    { waiting, work }: Pick<ReturnType<typeof createCalls>, 'waiting' | 'work'>,
    killings: readonly Death[],
    forMs: number,
  ): Promise<void> => {
    const left = [...killings];
    for (let call = waiting.shift(); call; call = waiting.shift()) {
      const death = left.shift();
      // However little time there is, a turn gets some of it done.
      const ended = await work(call, { forMs: forMs + 5_000, ...(death && { death }) }).catch(
        (error) => error,
      );
      if (!(ended instanceof Error)) continue;
      if (!(ended instanceof Killed)) throw ended;
      // Lambda calls again what has died; what it had started already may run before that.
      await world.clock.advance(61_000);
      waiting.push(call);
    }
  };

  it('is made up for by the same call a minute later, and every row goes once more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 0, max: 60_000 }),
        deaths,
        async (count, forMs, killings) => {
          const { world, rows } = await lost(count);
          const { work, waiting } = createCalls(world);
          waiting.push(await begin(world));
          await lived(world, { waiting, work }, killings, forMs);
          const [job] = await world.ports.jobs.list(10);
          expect(job).toMatchObject({ status: 'done', planned: count, queued: count, skipped: 0 });
          await world.drain();
          for (const { id } of rows) expect(world.atClay.get(id)).toBe(2);
          const { history } = await world.ports.controls.load(FEED);
          expect(history.filter(({ kind }) => kind === 'replay')).toHaveLength(1);
        },
      ),
      { numRuns: 60 },
    );
  });
});
