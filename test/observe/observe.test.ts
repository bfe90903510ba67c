import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClaywatchError } from '../../shared/errors.ts';
import type { Surface } from '../../shared/observe/findings.ts';
import { type Observation, observation } from '../../shared/observe/observation.ts';
import { observe } from '../../shared/observe/observe.ts';
import type { Probe } from '../../shared/observe/probe.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const seen = (id: string, at: number): Observation =>
  observation({
    probe: id,
    surface: 'service',
    subject: id,
    finding: 'passing',
    at,
    durationMs: 0,
    summary: 'fine',
  });

const probe = (id: string, run: Probe['run'], surface: Surface = 'service'): Probe => ({
  id,
  surface,
  subject: id,
  everyMinutes: 1,
  title: `Probe ${id}`,
  run,
});

const setup = () => {
  const clock = createVirtualClock(1_000);
  const taking = (id: string, ms: number) =>
    probe(id, async (signal) => {
      await clock.sleep(ms, signal);
      return [seen(id, 1_000)];
    });
  return { clock, taking };
};

describe('a run of probes', () => {
  it('takes as long as the slowest, and gives observations in the order of the probes', async () => {
    const { clock, taking } = setup();
    const all = await clock.run(
      observe([taking('a', 300), taking('b', 100), taking('c', 200)], { clock, deadlineMs: 9_000 }),
    );
    expect(all.map((one) => one.probe)).toEqual(['a', 'b', 'c']);
    expect(clock.now()).toBe(1_300);
    expect(clock.pending()).toBe(0);
  });

  it('tells of every observation when it is made', async () => {
    const { clock, taking } = setup();
    const heard: string[] = [];
    const onObservation = (one: Observation, of: Probe) =>
      heard.push(`${one.probe} of ${of.title} at ${clock.now()}`);
    await clock.run(
      observe([taking('a', 300), taking('b', 100)], { clock, deadlineMs: 9_000, onObservation }),
    );
    expect(heard).toEqual(['b of Probe b at 1100', 'a of Probe a at 1300']);
  });

  it('is over at once without probes', async () => {
    const { clock } = setup();
    expect(await observe([], { clock, deadlineMs: 1_000 })).toEqual([]);
  });

  it('observes a probe that throws as not run, and leaves the others alone', async () => {
    const { clock, taking } = setup();
    const sync = probe('sync', () => {
      throw new TypeError('https://secret.example/?token=fake');
    });
    const own = probe('own', () =>
      Promise.reject(new ClaywatchError('secret.not-found', 'env:KEY is not set.', 'Set it.')),
    );
    const all = await clock.run(observe([sync, own, taking('ok', 10)], { clock, deadlineMs: 1_000 }));
    expect(all.map(({ finding, outcome }) => `${finding} ${outcome}`)).toEqual([
      'not-run unknown',
      'not-run unknown',
      'passing ok',
    ]);
    expect(all[0]?.summary).toBe('Probe sync: not looked at, because the probe itself failed (TypeError).');
    expect(all[1]?.summary).toContain('secret.not-found: env:KEY is not set.');
    expect(JSON.stringify(all)).not.toContain('token');
  });

  it('loses no observation to a listener that throws', async () => {
    const { clock, taking } = setup();
    const onObservation = () => {
      throw new Error('no terminal');
    };
    expect(
      await clock.run(observe([taking('a', 1)], { clock, deadlineMs: 1_000, onObservation })),
    ).toHaveLength(1);
  });
});

describe('the deadline', () => {
  it('makes what is not done by then an observation: due, and not run', async () => {
    const { clock, taking } = setup();
    const deaf = probe('deaf', () => new Promise(() => {}));
    const all = await clock.run(
      observe([taking('quick', 100), taking('late', 5_000), deaf], { clock, deadlineMs: 1_000 }),
    );
    expect(all.map(({ finding }) => finding)).toEqual(['passing', 'not-run', 'not-run']);
    expect(all[2]).toMatchObject({ attempts: 0, durationMs: 1_000, at: 1_000 });
    expect(all[2]?.summary).toContain('had not finished after 1000 ms');
    expect(clock.now()).toBe(2_000);
    expect(clock.pending()).toBe(0);
  });

  it('lets a probe hand over what it has seen by then', async () => {
    const { clock } = setup();
    const careful = probe('careful', async (signal) => {
      await clock.sleep(9_000, signal).catch(() => {});
      return [seen('careful', 1_000)];
    });
    const [one] = await clock.run(observe([careful], { clock, deadlineMs: 1_000 }));
    expect(one?.finding).toBe('passing');
  });

  it('leaves out what a probe says afterwards', async () => {
    const { clock } = setup();
    const heard: string[] = [];
    const late = probe('late', async () => {
      await clock.sleep(5_000);
      return [seen('late', 1_000)];
    });
    const onObservation = (one: Observation) => heard.push(one.finding);
    const all = await clock.run(observe([late], { clock, deadlineMs: 1_000, onObservation }));
    await clock.advance(10_000);
    expect(all.map(({ finding }) => finding)).toEqual(['not-run']);
    expect(heard).toEqual(['not-run']);
  });

  it('is kept whatever the wall clock does', async () => {
    const { clock, taking } = setup();
    const running = observe([taking('late', 5_000)], { clock, deadlineMs: 1_000 });
    clock.jump(-3_600_000);
    const [one] = await clock.run(running);
    expect(one).toMatchObject({ finding: 'not-run', durationMs: 0 });
  });
});

describe('the caller', () => {
  it('stops the run, which then rejects with the reason and stops the probes', async () => {
    const { clock, taking } = setup();
    const controller = new AbortController();
    const running = observe([taking('a', 5_000)], { clock, deadlineMs: 9_000, signal: controller.signal });
    const outcome = expect(running).rejects.toThrow('enough');
    await clock.advance(100);
    controller.abort(new Error('enough'));
    await outcome;
    expect(clock.pending()).toBe(0);
    await expect(observe([], { clock, deadlineMs: 1, signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe('whatever probes do', () => {
  const behaviour = fc.record({
    kind: fc.constantFrom('answers', 'throws', 'hangs', 'ignores the signal'),
    ms: fc.integer({ min: 0, max: 3_000 }),
  });

  it('every one of them is observed exactly once, in order, within the deadline', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(behaviour, { maxLength: 6 }), async (behaviours) => {
        const clock = createVirtualClock(0);
        const probes = behaviours.map(({ kind, ms }, index) =>
          probe(String(index), async (signal) => {
            if (kind === 'hangs') return new Promise(() => {});
            await clock.sleep(ms, kind === 'ignores the signal' ? undefined : signal);
            if (kind === 'throws') throw new Error('fault');
            return [seen(String(index), 0)];
          }),
        );
        const all = await clock.run(observe(probes, { clock, deadlineMs: 2_000 }));
        expect(all.map((one) => one.probe)).toEqual(probes.map(({ id }) => id));
        expect(clock.now()).toBeLessThanOrEqual(2_000);
      }),
      { numRuns: 60 },
    );
  });
});
