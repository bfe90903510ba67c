import { beforeEach, describe, expect, it } from 'vitest';
import type { ReplayJob, ReplayJobStore } from '../../shared/replay/job.ts';

const START = Date.UTC(2026, 10, 3, 12);

/** The contract of `ReplayJobStore`. */
export const replayJobsContract = (name: string, storeOf: () => ReplayJobStore): void => {
  describe(`replays, ${name}`, () => {
    let store: ReplayJobStore;
    let made = 0;
    beforeEach(() => {
      store = storeOf();
    });

    const job = (of: Partial<ReplayJob> = {}): ReplayJob => {
      made += 1;
      return {
        id: `rpl-20261103-${made.toString(16).padStart(8, '0')}`,
        feed: 'leads',
        source: 'uncalled',
        from: START - 86_400_000,
        to: START,
        freshFrom: START,
        startedAt: START + made,
        updatedAt: START + made,
        by: 'ada',
        status: 'running',
        cursor: null,
        planned: 100,
        queued: 0,
        skipped: 0,
        run: 'a',
        version: 1,
        ...of,
      };
    };

    it('knows none that was never saved', async () => {
      expect(await store.load('rpl-20261103-ffffffff')).toBeNull();
      for (const id of ['', ' ', 'x'.repeat(3_000)]) expect(await store.load(id)).toBeNull();
    });

    it('gives back exactly what was saved', async () => {
      const saved = job({ cursor: 'a "cursor" \n' });
      expect(await store.save(saved)).toBe('written');
      expect(await store.load(saved.id)).toStrictEqual(saved);
    });

    it('saves only the version that follows', async () => {
      const first = job();
      expect(await store.save({ ...first, version: 2 })).toBe('conflict');
      expect(await store.save(first)).toBe('written');
      expect(await store.save({ ...first, queued: 1 })).toBe('conflict');
      expect(await store.save({ ...first, version: 3 })).toBe('conflict');
      expect(await store.save({ ...first, version: 2, queued: 10 })).toBe('written');
      expect(await store.load(first.id)).toStrictEqual({ ...first, version: 2, queued: 10 });
    });

    it('keeps one of ten that race to save', async () => {
      const first = job();
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, queued) => store.save({ ...first, queued })),
      );
      expect(results.filter((result) => result === 'written')).toHaveLength(1);
      expect((await store.load(first.id))?.queued).toBe(results.indexOf('written'));
    });

    it('lists the newest first, and no more than asked for', async () => {
      const jobs = [job(), job(), job()];
      for (const each of [jobs[1], jobs[0], jobs[2]]) await store.save(each as ReplayJob);
      const mine = (await store.list(1_000)).filter(({ id }) => jobs.some((each) => each.id === id));
      expect(mine).toStrictEqual(jobs.toReversed());
      expect(await store.list(1)).toHaveLength(1);
    });
  });
};
