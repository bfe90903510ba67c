import { describe, expect, it } from 'vitest';
import { wrongIn } from './check.ts';
import { createNight } from './night.ts';
import { NIGHTS } from './scripts.ts';

describe('a whole night, with nothing going wrong on the way', () => {
  it.each(NIGHTS.map((script) => [script.title, script] as const))('%s', async (_title, script) => {
    const night = await createNight(script);
    await night.run();
    expect(await wrongIn(night)).toEqual([]);
  });
});
