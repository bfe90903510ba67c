import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/clock.ts';
import { addHold, changeControl } from '../../shared/relay/control-change.ts';
import type { ReplayJob } from '../../shared/replay/job.ts';
import { planReplay } from '../../shared/replay/plan.ts';
import type { RunPorts } from '../../shared/replay/ports.ts';
import { jobOf, type ReplayEvent, resumable, runReplay } from '../../shared/replay/run.ts';
import { createReplayWorld, FEED, HOUR, type ReplayWorld, relayConfig } from './replay-world.ts';

const request = (world: ReplayWorld, source: ReplayJob['source']) => ({
  feed: FEED,
  source,
  from: 0,
  to: world.clock.now(),
});

const begin = async (world: ReplayWorld, source: ReplayJob['source'], limit?: number) => {
  const plan = await planReplay(
    world.config,
    { ...request(world, source), ...(limit !== undefined && { limit }) },
    world.ports,
  );
  return jobOf(plan, 'ada', world.ports);
};

const operatorHold = (world: ReplayWorld) =>
  changeControl(world.ports.controls, FEED, (control) =>
    addHold(control, { kind: 'operator', since: world.clock.now(), why: 'Maintenance.', by: 'ada' }),
  );

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

class Killed extends Error {}

/** Ports of a process that dies at the n-th call: before it is made, or after it, when nobody hears the answer. */
const mortal = (ports: RunPorts, dies: { call: number; after: boolean }): RunPorts => {
  let calls = 0;
  let dead = false;
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          if (dead) throw new Killed();
          calls += 1;
          if (calls !== dies.call) return method.apply(target, args);
          dead = true;
          if (dies.after) await method.apply(target, args);
          throw new Killed();
        };
      },
    });
  const { sends, outbox, deadLetters, queue, controls, jobs } = ports;
  return {
    ...ports,
    sends: wrap(sends),
    outbox: wrap(outbox),
    deadLetters: wrap(deadLetters),
    queue: wrap(queue),
    controls: wrap(controls),
    jobs: wrap(jobs),
  };
};

describe('a replay', () => {
  it('queues every row that never came back once, for one attempt beyond the accepted one', async () => {
    const world = createReplayWorld();
    const lost = await world.accepted(25);
    await world.callBack(await world.accepted(10));
    await world.clock.advance(2 * HOUR);
    const events: ReplayEvent[] = [];
    const outcome = await runReplay(world.config, await begin(world, 'uncalled'), world.ports, {
      page: 10,
      onEvent: (event) => events.push(event),
    });
    expect(outcome).toMatchObject({
      kind: 'done',
      job: { status: 'done', planned: 25, queued: 25, skipped: 0, by: 'ada' },
    });
    const queued = world.ports.queue.rows(FEED);
    expect(queued.map(({ id }) => id).toSorted()).toEqual(lost.map(({ id }) => id).toSorted());
    for (const row of queued) expect(row).toMatchObject({ after: 1, tries: 0, origin: 'replay' });
    expect(events.map(({ job }) => job.queued)).toEqual([10, 20, 25]);
    expect(await world.ports.jobs.load(outcome.job.id)).toStrictEqual(outcome.job);
    await world.drain();
    expect([...world.atClay.values()].filter((times) => times === 2)).toHaveLength(25);
  });

  it('skips rows that came back meanwhile, that are too young, and that are no longer kept', async () => {
    const world = createReplayWorld();
    const gone = await world.accepted(3);
    await world.ports.rows.fold(FEED, world.clock.now());
    await world.clock.advance(167 * HOUR);
    const lost = await world.accepted(10);
    await world.clock.advance(90 * 60_000);
    await world.accepted(4);
    await world.clock.advance(1_000);
    const job = await begin(world, 'uncalled');
    expect(job.planned).toBe(10);
    await world.callBack(lost.slice(0, 2));
    const { job: done } = await runReplay(world.config, job, world.ports, { page: 100 });
    expect(done).toMatchObject({ queued: 8, skipped: gone.length + 4 });
    expect(world.ports.queue.rows(FEED)).toHaveLength(8);
  });

  it('queues no more than was planned', async () => {
    const world = createReplayWorld();
    await world.accepted(20);
    await world.clock.advance(2 * HOUR);
    const { job } = await runReplay(world.config, await begin(world, 'uncalled', 7), world.ports, {
      page: 5,
    });
    expect(job).toMatchObject({ status: 'done', planned: 7, queued: 7 });
    expect(world.ports.queue.rows(FEED)).toHaveLength(7);
  });

  it('puts dead letters back with a clean record, and takes them away', async () => {
    const world = createReplayWorld();
    const letters = await world.setAside(world.makeRows(12).map((row) => ({ ...row, tries: 20 })));
    await world.setAside(world.makeRows(1), { row: null, body: 'not a row', reason: 'unreadable' });
    await world.clock.advance(1_000);
    const { job } = await runReplay(world.config, await begin(world, 'dead-letters'), world.ports, {
      page: 5,
    });
    expect(job).toMatchObject({ status: 'done', planned: 12, queued: 12 });
    const queued = world.ports.queue.rows(FEED);
    expect(queued.map(({ id }) => id).toSorted()).toEqual(letters.map(({ row }) => row?.id).toSorted());
    for (const row of queued) expect(row).toMatchObject({ tries: 0, origin: 'dead-letter', after: 0 });
    expect((await world.ports.deadLetters.list(FEED, { limit: 100 })).letters).toHaveLength(1);
  });

  it('gives a dead letter a new row id when the ledger has forgotten the old one', async () => {
    const world = createReplayWorld();
    const [old] = world.makeRows(1);
    await world.clock.advance(40 * 24 * HOUR);
    await world.setAside(old ? [old] : []);
    await world.clock.advance(1_000);
    await runReplay(world.config, await begin(world, 'dead-letters'), world.ports);
    const [queued] = world.ports.queue.rows(FEED);
    expect(queued?.id).not.toBe(old?.id);
    expect(JSON.parse(queued?.json ?? '')).toEqual({
      email: 'ada@example.com',
      _claywatch_row_id: queued?.id,
    });
    await world.drain();
    expect(world.atClay.get(queued?.id ?? '')).toBe(1);
  });

  it('leaves a letter that was set aside anew after it was queued', async () => {
    const world = createReplayWorld();
    const rows = world.makeRows(1);
    await world.setAside(rows);
    await world.clock.advance(1_000);
    const job = await begin(world, 'dead-letters');
    const { deadLetters } = world.ports;
    const slow = {
      ...world.ports,
      deadLetters: {
        ...deadLetters,
        remove: async (...args: Parameters<typeof deadLetters.remove>) => {
          await world.setAside(rows);
          return deadLetters.remove(...args);
        },
      },
    };
    await runReplay(world.config, job, slow);
    expect(await deadLetters.count(FEED)).toEqual({ row: 0, ours: 1 });
  });

  it('lets held rows go: a trickle first, and no hold of an incident', async () => {
    const world = createReplayWorld();
    await world.ports.queue.send(FEED, world.makeRows(30));
    await operatorHold(world);
    const { job } = await runReplay(world.config, await begin(world, 'held'), world.ports);
    expect(job).toMatchObject({ status: 'done', planned: 30, queued: 30 });
    const control = await world.ports.controls.load(FEED);
    expect(control.holds).toEqual([]);
    expect(control.trickle?.rowsLeft).toBe(world.config.relay.trickle.rows);
  });

  it('waits while many rows are in the queue, so that new rows need not wait behind it', async () => {
    const world = createReplayWorld(1, relayConfig({ relay: { rowsPerSecond: 1 } }));
    await world.accepted(100);
    await world.clock.advance(2 * HOUR);
    let deepest = 0;
    const events: ReplayEvent[] = [];
    const ports = { ...world.ports, clock: whileForwarding(world) };
    const outcome = await runReplay(world.config, await begin(world, 'uncalled'), ports, {
      page: 20,
      onEvent: (event) => {
        events.push(event);
        deepest = Math.max(deepest, world.ports.queue.rows(FEED).length);
      },
    });
    expect(outcome.kind).toBe('done');
    expect(events.some(({ kind }) => kind === 'waiting')).toBe(true);
    expect(deepest).toBeLessThan(30 + 20);
  });

  it('can be stopped while it waits, and goes on where it was', async () => {
    const world = createReplayWorld(1, relayConfig({ relay: { rowsPerSecond: 1 } }));
    await world.accepted(60);
    await world.clock.advance(2 * HOUR);
    const asked = new AbortController();
    const stopped = await runReplay(world.config, await begin(world, 'uncalled'), world.ports, {
      page: 40,
      signal: asked.signal,
      onEvent: ({ kind }) => kind === 'waiting' && asked.abort(),
    });
    expect(stopped).toMatchObject({
      kind: 'stopped',
      job: { status: 'stopped', stopped: 'asked', queued: 40 },
    });
    await world.drain();
    const job = await resumable(stopped.job.id, world.ports);
    const done = await runReplay(world.config, job, world.ports, { page: 40 });
    expect(done).toMatchObject({ kind: 'done', job: { queued: 60, skipped: 0 } });
    expect(done.job).not.toHaveProperty('stopped');
    await world.drain();
    expect(new Set(world.atClay.values())).toEqual(new Set([2]));
  });

  it('stops when the feed is put on hold meanwhile, and piles up only where it was before', async () => {
    const world = createReplayWorld();
    await world.accepted(30);
    await world.clock.advance(2 * HOUR);
    const job = await begin(world, 'uncalled');
    const holding: Promise<unknown>[] = [];
    const stopped = await runReplay(
      world.config,
      job,
      {
        ...world.ports,
        queue: {
          ...world.ports.queue,
          send: async (...args) => {
            await world.ports.queue.send(...args);
            await operatorHold(world);
          },
        },
      },
      { page: 10 },
    );
    await Promise.all(holding);
    expect(stopped).toMatchObject({ kind: 'stopped', job: { stopped: 'held', queued: 10 } });
    const done = await runReplay(world.config, stopped.job, world.ports, { page: 10 });
    expect(done).toMatchObject({ kind: 'done', job: { queued: 30 } });
  });

  it('is marked as stopped when something does not answer, and says what', async () => {
    const world = createReplayWorld();
    await world.accepted(5);
    await world.clock.advance(2 * HOUR);
    const job = await begin(world, 'uncalled');
    const broken = { ...world.ports.queue, send: () => Promise.reject(new Error('no queue')) };
    await expect(runReplay(world.config, job, { ...world.ports, queue: broken })).rejects.toThrow('no queue');
    expect(await world.ports.jobs.load(job.id)).toMatchObject({
      status: 'stopped',
      stopped: 'failed',
      queued: 0,
    });
    const done = await runReplay(world.config, await resumable(job.id, world.ports), world.ports);
    expect(done).toMatchObject({ kind: 'done', job: { queued: 5, skipped: 0 } });
  });

  it('is worked on by one run: of two at once, one is told so', async () => {
    const world = createReplayWorld();
    await world.accepted(40);
    await world.clock.advance(2 * HOUR);
    const job = await begin(world, 'uncalled');
    const outcomes = await Promise.all([
      runReplay(world.config, job, world.ports, { page: 5 }),
      runReplay(world.config, job, world.ports, { page: 5 }),
    ]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['conflict', 'done']);
    expect((await world.ports.jobs.load(job.id))?.queued).toBe(40);
  });

  it('is not taken over while it shows signs of life, is when it was killed, and never when done', async () => {
    const world = createReplayWorld();
    await world.accepted(5);
    await world.clock.advance(2 * HOUR);
    const job = await begin(world, 'uncalled');
    await world.ports.jobs.save({ ...job, version: 1 });
    await expect(resumable(job.id, world.ports)).rejects.toMatchObject({ code: 'relay.contended' });
    await world.clock.advance(31_000);
    const { job: done } = await runReplay(world.config, await resumable(job.id, world.ports), world.ports);
    await expect(resumable(done.id, world.ports)).rejects.toMatchObject({ code: 'relay.refused' });
    await expect(resumable('rpl-20261103-none', world.ports)).rejects.toMatchObject({
      code: 'relay.not-found',
    });
  });

  it('goes on when the answer to its own write was lost', async () => {
    const world = createReplayWorld();
    await world.accepted(5);
    await world.clock.advance(2 * HOUR);
    const { jobs } = world.ports;
    const repeated = {
      ...jobs,
      save: async (next: ReplayJob) => {
        await jobs.save(next);
        return jobs.save(next);
      },
    };
    const outcome = await runReplay(world.config, await begin(world, 'uncalled'), {
      ...world.ports,
      jobs: repeated,
    });
    expect(outcome).toMatchObject({ kind: 'done', job: { queued: 5 } });
  });

  it('refuses a plan that was refused', async () => {
    const world = createReplayWorld();
    const plan = await planReplay(world.config, request(world, 'uncalled'), world.ports);
    expect(() => jobOf({ ...plan, verdict: 'refuse' }, 'ada', world.ports)).toThrow(/would break a limit/);
  });
});

describe('a replay that is killed', () => {
  const killed = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    page: fc.integer({ min: 1, max: 12 }),
    deaths: fc.array(
      fc.record({ call: fc.integer({ min: 1, max: 25 }), after: fc.boolean(), forwards: fc.nat(4) }),
      { maxLength: 8 },
    ),
    source: fc.constantFrom('uncalled' as const, 'dead-letters' as const),
  });

  type Case = typeof killed extends fc.Arbitrary<infer T> ? T : never;

  /** Runs a job, and kills it, again and again; and then once more to the end. */
  const live = async (world: ReplayWorld, begun: ReplayJob, { page, deaths }: Case): Promise<ReplayJob> => {
    let job = begun;
    for (const { forwards, ...death } of deaths) {
      await runReplay(world.config, job, mortal(world.ports, death), { page }).catch((error) => {
        if (!(error instanceof Killed)) throw error;
      });
      for (let batch = 0; batch < forwards; batch += 1) await world.forward();
      await world.clock.advance(31_000);
      job = (await world.ports.jobs.load(job.id)) ?? job;
      if (job.status === 'done') return job;
    }
    const last = await runReplay(world.config, job, world.ports, { page });
    expect(last.kind).toBe('done');
    return last.job;
  };

  it('anywhere, and resumed, queues every row, sends none more than once more, and counts exactly', async () => {
    await fc.assert(
      fc.asyncProperty(killed, async (each) => {
        const world = createReplayWorld();
        const isUncalled = each.source === 'uncalled';
        const rows = isUncalled ? await world.accepted(each.rows) : world.makeRows(each.rows);
        if (!isUncalled) await world.setAside(rows);
        await world.clock.advance(2 * HOUR);
        const job = await live(world, await begin(world, each.source), each);
        await world.drain();
        expect(job).toMatchObject({ queued: each.rows, skipped: 0, status: 'done' });
        for (const { id } of rows) expect(world.atClay.get(id)).toBe(isUncalled ? 2 : 1);
        expect(await world.ports.deadLetters.count(FEED)).toEqual({ row: 0, ours: 0 });
      }),
      { numRuns: 150 },
    );
  });
});
