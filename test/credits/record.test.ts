import { describe, expect, it } from 'vitest';
import { recordBalance } from '../../shared/credits/record.ts';
import type { CreditStore } from '../../shared/credits/store.ts';
import { createMemoryCreditStore } from '../support/memory-credit-store.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 3, 12);

const counting = (store: CreditStore, saves: number[]): CreditStore => ({
  load: store.load,
  save: (next) => {
    saves.push(next.version);
    return store.save(next);
  },
});

describe('recording a balance', () => {
  it('writes once in five minutes however often it is read, and loses no burn', async () => {
    const saves: number[] = [];
    const store = counting(createMemoryCreditStore(), saves);
    for (let minute = 0; minute <= 60; minute += 1) {
      const state = await recordBalance(
        { at: START + minute * MINUTE, credits: 1_000 - minute, actions: null, source: 'api' },
        { store },
      );
      expect(state.credits?.totals.burnt).toBe(minute);
    }
    expect(saves).toHaveLength(13);
    expect((await store.load()).credits?.totals.burnt).toBe(60);
  });

  it('writes a refill and what a person typed at once', async () => {
    const saves: number[] = [];
    const store = counting(createMemoryCreditStore(), saves);
    await recordBalance({ at: START, credits: 10, actions: null, source: 'api' }, { store });
    await recordBalance({ at: START + 1_000, credits: 5_000, actions: null, source: 'api' }, { store });
    await recordBalance({ at: START + 2_000, credits: 4_990, actions: 7, source: 'operator' }, { store });
    expect(saves).toEqual([1, 2, 3]);
    expect((await store.load()).last).toEqual({ at: START + 2_000, source: 'operator' });
  });

  it('does not take an old pushed sample for a clock that was set back', async () => {
    const store = createMemoryCreditStore();
    await recordBalance({ at: START, credits: 100, actions: null, source: 'api' }, { store });
    await recordBalance(
      { at: START - 300 * MINUTE, credits: 900, actions: null, source: 'pushed' },
      { store },
    );
    expect((await store.load()).credits?.totals).toMatchObject({ burnt: 0, refilled: 0 });
  });

  it('gives up with a stable code when others always write first', async () => {
    const store: CreditStore = { ...createMemoryCreditStore(), save: async () => 'conflict' };
    await expect(
      recordBalance({ at: START, credits: 100, actions: null, source: 'api' }, { store }),
    ).rejects.toMatchObject({ code: 'credits.contended' });
  });
});
