import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { later } from '../../functions/later.ts';

describe('a part that is loaded later', () => {
  it('is loaded once what is being done waits, though nothing of it was called', async () => {
    let loads = 0;
    later(async () => ++loads);
    await Promise.resolve();
    expect(loads).toBe(0);
    await turn();
    expect(loads).toBe(1);
  });

  it('is loaded by a call that comes before that, and once altogether', async () => {
    let loads = 0;
    const part = later(async () => {
      loads += 1;
      return { store: { plus: async (one: number, other: number) => one + other, not: () => 'called' } };
    });
    const store = part.methods('store', 'plus');
    expect(await Promise.all([store.plus(1, 2), store.plus(3, 4)])).toEqual([3, 7]);
    await turn();
    expect(loads).toBe(1);
    expect(Object.keys(store)).toEqual(['plus']);
  });

  it('is called as a method of what it belongs to, and rejects as that does', async () => {
    const store = {
      kept: ['a'],
      async add(this: { kept: string[] }, one: string) {
        if (one === '') throw new RangeError('nothing');
        this.kept.push(one);
      },
    };
    const { add } = later(async () => ({ store })).methods('store', 'add');
    await add.call(store, 'b');
    expect(store.kept).toEqual(['a', 'b']);
    await expect(add.call(store, '')).rejects.toThrow(RangeError);
  });

  it('fails where it is called, and nowhere else, and is tried again', async () => {
    let loads = 0;
    const part = later(async () => {
      loads += 1;
      if (loads < 3) throw new Error('not loaded');
      return { store: { read: async () => 'read' } };
    });
    await turn();
    const store = part.methods('store', 'read');
    await expect(store.read()).rejects.toThrow('not loaded');
    expect(await store.read()).toBe('read');
  });
});
