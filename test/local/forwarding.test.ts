import { describe, expect, it } from 'vitest';
import { startForwarding } from '../../local/forwarding.ts';
import { isoInstant } from '../../shared/clock.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const START = Date.parse('2026-11-21T17:24:37.250Z');
const MINUTE = 60_000;

const forwarding = (worksForMs: (run: number) => number = () => 0) => {
  const clock = createVirtualClock(START);
  const events: unknown[] = [];
  const faults: unknown[] = [];
  let running = 0;
  let most = 0;
  const started = startForwarding({
    clock,
    everyMs: MINUTE,
    invoke: async (event) => {
      events.push(event);
      running += 1;
      most = Math.max(most, running);
      const ms = worksForMs(events.length);
      await clock.sleep(Math.abs(ms));
      running -= 1;
      if (ms < 0) throw new Error('failed');
    },
    onFault: (fault) => faults.push(fault),
  });
  return { clock, events, faults, ...started, most: () => most };
};

const slot = (at: string) => ({ slot: `2026-11-21T${at}Z` });

describe('forwarders on this machine', () => {
  it('begin at once and then every minute', async () => {
    const { clock, events } = forwarding();
    await clock.advance(90_000);
    expect(events).toEqual([slot('17:24:37'), slot('17:25:00'), slot('17:26:00')]);
  });

  it('begin when woken, unless one runs; then another follows it, however often it was woken', async () => {
    const { clock, events, wake, most } = forwarding((run) => (run === 2 ? 10_000 : 0));
    await clock.advance(1_000);
    wake({ woken: 1 });
    await clock.advance(1_000);
    wake({ wake: true, feed: 'leads' });
    wake({ wake: true, feed: 'leads' });
    await clock.advance(1_000);
    expect(events).toHaveLength(2);
    await clock.advance(8_000);
    expect(events).toEqual([slot('17:24:37'), { woken: 1 }, { wake: true, feed: 'leads' }]);
    expect(most()).toBe(1);
  });

  it('look into every feed when rows of several came while one ran', async () => {
    const { clock, events, wake } = forwarding(() => 10_000);
    wake({ wake: true, feed: 'leads' });
    wake({ wake: true, feed: 'accounts' });
    await clock.advance(20_000);
    expect(events.at(-1)).toEqual({ wake: true });
  });

  it('are two at most', async () => {
    const { clock, events, most } = forwarding(() => 10 * MINUTE);
    await clock.advance(5 * MINUTE);
    expect(events).toHaveLength(2);
    expect(most()).toBe(2);
  });

  it('are told of when they fail, and the next one begins all the same', async () => {
    const { clock, events, faults } = forwarding((run) => (run === 1 ? -5 : 0));
    await clock.advance(30_000);
    expect(faults).toEqual([new Error('failed')]);
    expect(events).toHaveLength(2);
  });

  it('are waited for at the end, and no other begins', async () => {
    const { clock, events, wake, stop } = forwarding(() => 40_000);
    await clock.advance(1_000);
    wake({});
    await clock.run(stop());
    wake({});
    await clock.advance(MINUTE);
    expect(events).toEqual([slot('17:24:37')]);
    expect(isoInstant(clock.now()).slice(11, 19)).toBe('17:26:17');
  });
});
