import { describe, expect, it } from 'vitest';
import { runSchedule } from '../../local/schedule.ts';
import { isoInstant } from '../../shared/clock.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const START = Date.parse('2026-11-21T17:24:37.250Z');

const scheduled = (everyMs: number, runMs: (run: number) => number = () => 0) => {
  const clock = createVirtualClock(START);
  const stop = new AbortController();
  const runs: string[] = [];
  const finished = runSchedule({
    clock,
    everyMs,
    signal: stop.signal,
    run: async (slot, missed) => {
      runs.push(`${isoInstant(slot).slice(11, 19)}${missed ? ` after ${missed} missed` : ''}`);
      await clock.sleep(runMs(runs.length));
    },
  });
  return { clock, runs, stop, finished };
};

describe('the local schedule', () => {
  it('runs at once and then on every slot, which fall on the minute at a cadence of a minute', async () => {
    const { clock, runs } = scheduled(60_000);
    await clock.advance(0);
    expect(runs).toEqual(['17:24:37']);
    await clock.advance(150_000);
    expect(runs).toEqual(['17:24:37', '17:25:00', '17:26:00', '17:27:00']);
  });

  it('runs one at a time: slots that pass during a long run become one run of the latest', async () => {
    const { clock, runs } = scheduled(10_000, (run) => (run === 2 ? 34_000 : 0));
    await clock.advance(45_000);
    expect(runs).toEqual(['17:24:37', '17:24:40', '17:25:10 after 2 missed', '17:25:20']);
  });

  it('notices within a second that the clock went forward, and makes one run of what was missed', async () => {
    const { clock, runs } = scheduled(60_000);
    await clock.advance(1_000);
    clock.jump(3_600_000);
    await clock.advance(1_000);
    expect(runs).toEqual(['17:24:37', '18:24:00 after 59 missed']);
    await clock.advance(60_000);
    expect(runs).toHaveLength(3);
  });

  it('goes on from the new time when the clock is set back', async () => {
    const { clock, runs } = scheduled(60_000);
    await clock.advance(30_000);
    clock.jump(-3_600_000);
    await clock.advance(61_000);
    expect(runs).toEqual(['17:24:37', '17:25:00', '16:25:00', '16:26:00']);
  });

  it('does not run a slot twice when the clock is set back by less than one', async () => {
    const { clock, runs } = scheduled(60_000);
    await clock.advance(24_000);
    clock.jump(-5_000);
    await clock.advance(10_000);
    expect(runs).toEqual(['17:24:37', '17:25:00']);
  });

  it('ends when it is stopped, also in the middle of a wait', async () => {
    const { clock, runs, stop, finished } = scheduled(60_000);
    await clock.advance(500);
    stop.abort();
    await finished;
    expect(runs).toEqual(['17:24:37']);
    expect(clock.pending()).toBe(0);
  });
});
