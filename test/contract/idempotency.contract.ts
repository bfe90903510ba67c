import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/clock.ts';
import type { RowOutcome } from '../../shared/relay/intake/outcome.ts';
import type { IdempotencyStore } from '../../shared/relay/intake/ports.ts';

const START = Date.UTC(2026, 10, 21, 12);
const KEEP_MS = 3_600_000;

const queued = (count: number): readonly RowOutcome[] =>
  Array.from({ length: count }, (_, index) => ({ outcome: 'queued', rowId: `row-${index}` }));

/** The contract of `IdempotencyStore`. `storeOf` gives a store that keeps requests for `keepMs`. */
export const idempotencyContract = (
  name: string,
  storeOf: (settings: { clock: Pick<Clock, 'now'>; keepMs: number }) => IdempotencyStore,
): void => {
  describe(`idempotency store, ${name}`, () => {
    let now: number;
    let store: IdempotencyStore;
    let serial = 0;
    let key: string;
    beforeEach(() => {
      now = START;
      store = storeOf({ clock: { now: () => now }, keepMs: KEEP_MS });
      serial += 1;
      key = `order ${serial}`;
    });
    const request = (more: { digest?: string; outcomes?: readonly RowOutcome[] } = {}) => ({
      digest: 'digest-1',
      outcomes: queued(2),
      takenAt: now,
      ...more,
    });

    it('knows a request that was begun, with what the first one was given', async () => {
      const outcomes: readonly RowOutcome[] = [
        ...queued(500),
        { outcome: 'refused', code: 'row.too-large', detail: 'ärger "so"', size: 5, limit: 4 },
      ];
      expect(await store.begin('leads', key, request({ outcomes }))).toEqual({ kind: 'new' });
      now += 60_000;
      expect(await store.begin('leads', key, request())).toStrictEqual({
        kind: 'known',
        done: false,
        outcomes,
        takenAt: START,
      });
    });

    it('knows that a request is done once it was said', async () => {
      await store.begin('leads', key, request());
      await store.done('leads', key);
      await store.done('leads', key);
      expect(await store.begin('leads', key, request())).toMatchObject({ kind: 'known', done: true });
    });

    it('tells another body under the same key, and keeps the first', async () => {
      await store.begin('leads', key, request());
      expect(await store.begin('leads', key, request({ digest: 'digest-2' }))).toEqual({ kind: 'conflict' });
      expect(await store.begin('leads', key, request())).toMatchObject({ kind: 'known' });
    });

    it('keeps keys of feeds apart, and keys that differ in anything', async () => {
      await store.begin('leads', key, request());
      expect(await store.begin('accounts', key, request())).toEqual({ kind: 'new' });
      expect(await store.begin('leads', ` ${key}`, request())).toEqual({ kind: 'new' });
      expect(await store.begin('leads', key.toUpperCase(), request())).toEqual({ kind: 'new' });
    });

    it('forgets a request when its time is over, whatever the body', async () => {
      await store.begin('leads', key, request());
      await store.done('leads', key);
      now += KEEP_MS - 1_000;
      expect(await store.begin('leads', key, request())).toMatchObject({ kind: 'known' });
      now += 1_000;
      expect(await store.begin('leads', key, request({ digest: 'digest-2' }))).toEqual({ kind: 'new' });
      expect(await store.begin('leads', key, request({ digest: 'digest-2' }))).toMatchObject({ done: false });
    });

    it('makes one of ten that begin at once the first, and tells the others what it was given', async () => {
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          store.begin('leads', key, request({ outcomes: [{ outcome: 'queued', rowId: `of-${index}` }] })),
        ),
      );
      const first = results.findIndex(({ kind }) => kind === 'new');
      expect(results.filter(({ kind }) => kind === 'new')).toHaveLength(1);
      const others = results.filter((_, index) => index !== first);
      expect(others.every((other) => other.kind === 'known')).toBe(true);
      expect(new Set(others.map((other) => JSON.stringify(other)))).toEqual(
        new Set([
          JSON.stringify({
            kind: 'known',
            done: false,
            outcomes: [{ outcome: 'queued', rowId: `of-${first}` }],
            takenAt: START,
          }),
        ]),
      );
    });

    it('takes it that a request is done that it does not know', async () => {
      await store.done('leads', key);
      expect(await store.begin('leads', key, request())).toEqual({ kind: 'new' });
    });
  });
};
