import { describe, expect, it } from 'vitest';
import { createVirtualClock } from './virtual-clock.ts';

describe('the virtual clock', () => {
  it('wakes sleepers in the order of their due times, and at those times', async () => {
    const clock = createVirtualClock(1_000);
    const woken: string[] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name}@${clock.now()}`);
    };
    const all = [sleeper('late', 30), sleeper('early', 10), sleeper('early too', 10)];
    await clock.advance(29);
    expect(woken).toEqual(['early@1010', 'early too@1010']);
    await clock.advance(1);
    expect(woken).toEqual(['early@1010', 'early too@1010', 'late@1030']);
    await Promise.all(all);
  });

  it('lets a woken sleeper set a timer that is due within the same advance', async () => {
    const clock = createVirtualClock(0);
    const twice = (async () => {
      await clock.sleep(10);
      await clock.sleep(10);
      return clock.now();
    })();
    await clock.advance(25);
    expect(await twice).toBe(20);
    expect(clock.now()).toBe(25);
  });

  it('runs a promise to its end, and hands on a rejection', async () => {
    const clock = createVirtualClock(0);
    expect(await clock.run(clock.sleep(3_600_000).then(() => clock.now()))).toBe(3_600_000);
    await expect(clock.run(clock.sleep(1).then(() => Promise.reject(new Error('no'))))).rejects.toThrow('no');
  });

  it('rejects an aborted sleep with the reason of the signal, and forgets it', async () => {
    const clock = createVirtualClock(0);
    const controller = new AbortController();
    const sleeping = clock.sleep(100, controller.signal);
    controller.abort(new Error('stop'));
    await expect(sleeping).rejects.toThrow('stop');
    expect(clock.pending()).toBe(0);
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('stop');
  });

  it('jumps the wall clock without waking anybody', async () => {
    const clock = createVirtualClock(1_000);
    const sleeping = clock.sleep(10);
    clock.jump(-500);
    expect(clock.now()).toBe(500);
    expect(clock.pending()).toBe(1);
    await clock.run(sleeping);
    expect(clock.now()).toBe(510);
  });
});
