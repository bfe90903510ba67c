import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSignInLimit,
  OVERALL,
  PER_SOURCE,
  PER_SOURCE_WHEN_MANY,
  WINDOW_MS,
} from '../../shared/session/limit.ts';
import { createMemorySignInAttempts } from '../support/memory-sign-in-attempts.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const START = Date.UTC(2026, 10, 22, 12);

const setUp = () => {
  const clock = createVirtualClock(START);
  const attempts = createMemorySignInAttempts();
  const limit = createSignInLimit({ attempts, clock });
  const attempt = async (source: string, outcome: 'not-failed' | 'failed' = 'failed') => {
    const admission = await limit.admit(source);
    if (admission.kind === 'admitted') await admission.settle(outcome);
    return admission.kind;
  };
  const failures = async (source: string, count: number) => {
    const kinds: string[] = [];
    for (let made = 0; made < count; made += 1) kinds.push(await attempt(source));
    return kinds.filter((kind) => kind === 'admitted').length;
  };
  return { clock, attempts, limit, attempt, failures };
};

describe('the limit of failed sign-ins', () => {
  it('lets a source fail so often and no more, until the window is over', async () => {
    const { clock, limit, attempt, failures } = setUp();
    expect(await failures('a', PER_SOURCE + 5)).toBe(PER_SOURCE);
    expect(await limit.admit('a')).toEqual({ kind: 'limited', retryAfterSeconds: WINDOW_MS / 1_000 });
    clock.jump(WINDOW_MS - 1);
    expect(await limit.admit('a')).toEqual({ kind: 'limited', retryAfterSeconds: 1 });
    clock.jump(1);
    expect(await attempt('a')).toBe('admitted');
  });

  it('does not count who was right, however often', async () => {
    const { attempt } = setUp();
    for (let times = 0; times < 5 * PER_SOURCE; times += 1)
      expect(await attempt('a', 'not-failed')).toBe('admitted');
  });

  it('lets as many through at once as one after the other', async () => {
    const { limit } = setUp();
    const all = await Promise.all(Array.from({ length: 200 }, () => limit.admit('a')));
    expect(all.filter(({ kind }) => kind === 'admitted')).toHaveLength(PER_SOURCE);
  });

  it('counts a try of which nothing more was heard as failed', async () => {
    const { limit, failures } = setUp();
    await limit.admit('a');
    expect(await failures('a', PER_SOURCE)).toBe(PER_SOURCE - 1);
  });

  it('locks nobody out for what others do: some tries are left to each source', async () => {
    const { failures, attempt } = setUp();
    for (let source = 0; source < OVERALL; source += 1) await failures(`stranger ${source}`, PER_SOURCE);
    expect(await failures('another stranger', PER_SOURCE)).toBe(PER_SOURCE_WHEN_MANY);
    for (let times = 0; times < 20; times += 1)
      expect(await attempt('at home', 'not-failed')).toBe('admitted');
  });

  it('forgets each count when its window is over, and not before', async () => {
    const { attempts, failures } = setUp();
    await failures('a', 3);
    expect([...attempts.expiries.values()]).toEqual([
      (START + WINDOW_MS) / 1_000,
      (START + WINDOW_MS) / 1_000,
    ]);
  });

  it('turns a source away exactly when it has failed so often in this window, whatever the clock does', async () => {
    const step = fc.record({
      source: fc.constantFrom('a', 'b', 'c'),
      outcome: fc.constantFrom('failed' as const, 'not-failed' as const),
      jump: fc.constantFrom(0, 0, 0, 0, WINDOW_MS / 2, -WINDOW_MS),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const { clock, attempt } = setUp();
        const failed = new Map<string, number>();
        for (const { source, outcome, jump } of steps) {
          clock.jump(jump);
          const key = `${source} ${Math.floor(clock.now() / WINDOW_MS)}`;
          const before = failed.get(key) ?? 0;
          expect(await attempt(source, outcome)).toBe(before < PER_SOURCE ? 'admitted' : 'limited');
          const more = outcome === 'failed' && before < PER_SOURCE ? 1 : 0;
          failed.set(key, before + more);
        }
      }),
    );
  });
});
