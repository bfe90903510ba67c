import { describe, expect, it } from 'vitest';
import type { Loaded } from '../../console/src/api/client.ts';
import { createPoller, waitAfter } from '../../console/src/api/poller.ts';
import { offline, problemOf } from '../../console/src/api/problem.ts';
import { createFakeClock } from './fake-clock.ts';

const EVERY = 3_000;
const failed = (problem = offline()): Loaded<number> => ({ kind: 'failed', problem });
const fresh = (data: number): Loaded<number> => ({ kind: 'fresh', data, etag: `"${data}"` });

const createWorld = (answer: (asked: number) => Loaded<number>) => {
  const clock = createFakeClock();
  const tags: (string | null)[] = [];
  const page = { visible: true };
  const poller = createPoller<number>({
    ...clock,
    everyMs: EVERY,
    visible: () => page.visible,
    load: async (etag) => {
      tags.push(etag);
      return answer(tags.length);
    },
  });
  let heard = 0;
  const listen = () =>
    poller.listen(() => {
      heard += 1;
    });
  const show = (visible: boolean): void => {
    page.visible = visible;
    poller.visibilityChanged();
  };
  return { clock, tags, poller, listen, show, heard: () => heard };
};

describe('polling', () => {
  it('reads at once, then as often as it is told, with the entity tag of the last answer', async () => {
    const { clock, tags, poller, listen } = createWorld(fresh);
    expect(poller.state()).toMatchObject({ data: null, loading: true });
    listen();
    await clock.settle();
    expect(poller.state()).toMatchObject({ data: 1, loading: false, problem: null });
    await clock.pass(2 * EVERY);
    expect(tags).toEqual([null, '"1"', '"2"']);
  });

  it('keeps the very same data when the answer is that nothing changed, and knows that it is fresh', async () => {
    const { clock, poller, listen } = createWorld((asked) =>
      asked === 1 ? fresh(7) : { kind: 'unchanged' },
    );
    listen();
    await clock.settle();
    const then = clock.now();
    await clock.pass(EVERY);
    expect(poller.state()).toEqual({ data: 7, seenAt: then + EVERY, problem: null, loading: false });
  });

  it('stops while the page is hidden, and reads at once when it is seen again', async () => {
    const { clock, tags, listen, show } = createWorld(fresh);
    listen();
    await clock.settle();
    show(false);
    await clock.pass(60 * EVERY);
    expect(tags).toHaveLength(1);
    show(true);
    await clock.settle();
    expect(tags).toHaveLength(2);
    await clock.pass(EVERY);
    expect(tags).toHaveLength(3);
  });

  it('asks nothing when it begins in a hidden page', async () => {
    const { clock, tags, listen, show } = createWorld(fresh);
    show(false);
    listen();
    await clock.pass(10 * EVERY);
    expect(tags).toHaveLength(0);
    show(true);
    await clock.settle();
    expect(tags).toHaveLength(1);
  });

  it('stops when nobody listens any more, and asks again only when it is due', async () => {
    const { clock, tags, listen } = createWorld(fresh);
    const leave = listen();
    await clock.settle();
    leave();
    await clock.pass(EVERY / 2);
    expect(clock.waiting()).toBe(0);
    listen();
    await clock.settle();
    expect(tags).toHaveLength(1);
    await clock.pass(EVERY);
    expect(tags).toHaveLength(2);
  });

  it('keeps what was last seen while it fails, asks less and less often, and recovers', async () => {
    let down = false;
    const { clock, tags, poller, listen } = createWorld((asked) => (down ? failed() : fresh(asked)));
    listen();
    await clock.settle();
    const seenAt = clock.now();
    down = true;
    await clock.pass(10 * 60_000);
    expect(poller.state()).toMatchObject({ data: 1, seenAt, problem: { kind: 'offline' } });
    expect(tags.length).toBeLessThan(18);
    down = false;
    await clock.pass(60_000);
    expect(poller.state()).toMatchObject({ problem: null });
    expect(poller.state().data).toBeGreaterThan(1);
  });

  it('does not ask before the server wants to be asked again', async () => {
    const { clock, tags, listen } = createWorld(() => failed(problemOf(429, {}, '90')));
    listen();
    await clock.pass(89_000);
    expect(tags).toHaveLength(1);
    await clock.pass(2_000);
    expect(tags).toHaveLength(2);
  });

  it('asks no more once the session has ended', async () => {
    const { clock, tags, listen } = createWorld(() => failed(problemOf(401, {}, null)));
    listen();
    await clock.pass(60 * 60_000);
    expect(tags).toHaveLength(1);
  });

  it('refreshes with an answer to a question that was asked after the action', async () => {
    const clock = createFakeClock();
    const waiting: ((answer: Loaded<number>) => void)[] = [];
    const poller = createPoller<number>({
      ...clock,
      everyMs: EVERY,
      visible: () => true,
      load: () => new Promise((resolve) => waiting.push(resolve)),
    });
    poller.listen(() => {});
    const refreshed = poller.refresh().then(() => poller.state().data);
    waiting.shift()?.(fresh(1));
    await clock.settle();
    expect(waiting).toHaveLength(1);
    waiting.shift()?.(fresh(2));
    expect(await refreshed).toBe(2);
  });

  it('has one question under way at a time', async () => {
    const clock = createFakeClock();
    let asked = 0;
    const poller = createPoller<number>({
      ...clock,
      everyMs: EVERY,
      visible: () => true,
      load: () => {
        asked += 1;
        return new Promise(() => {});
      },
    });
    poller.listen(() => {});
    poller.listen(() => {});
    poller.visibilityChanged();
    await clock.pass(10 * EVERY);
    expect(asked).toBe(1);
  });

  it('tells its listeners of every answer', async () => {
    const { clock, listen, heard } = createWorld(fresh);
    listen();
    await clock.pass(2 * EVERY);
    expect(heard()).toBe(3);
  });
});

describe('the wait after failures', () => {
  it('doubles up to a minute, and is never shorter than usual', () => {
    expect([0, 1, 2, 3, 4, 5, 20].map((failures) => waitAfter(EVERY, failures, null))).toEqual([
      3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000,
    ]);
    expect(waitAfter(120_000, 3, null)).toBe(120_000);
  });
});
