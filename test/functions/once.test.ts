import { describe, expect, it } from 'vitest';
import { once } from '../../functions/once.ts';

describe('once', () => {
  it('makes a thing at its first use, and one only for all users', async () => {
    let made = 0;
    const get = once(async () => ++made);
    expect(made).toBe(0);
    expect(await Promise.all([get(), get()])).toEqual([1, 1]);
    expect(await get()).toBe(1);
  });

  it('does not keep a failure, thrown or rejected', async () => {
    let attempts = 0;
    const get = once(() => {
      attempts++;
      if (attempts === 1) throw new Error('thrown');
      if (attempts === 2) return Promise.reject(new Error('rejected'));
      return 'made';
    });
    await expect(get()).rejects.toThrow('thrown');
    await expect(get()).rejects.toThrow('rejected');
    expect(await get()).toBe('made');
  });
});
