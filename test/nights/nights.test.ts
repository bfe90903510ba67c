import { describe, expect, it } from 'vitest';
import { play } from './play.ts';
import { NIGHTS } from './scripts.ts';

describe('a whole night, with nothing going wrong on the way', () => {
  it.each(NIGHTS.map((script) => [script.title, script] as const))(
    '%s',
    async (_title, script) => {
      const { wrong } = await play(script);
      expect(wrong).toEqual([]);
    },
    180_000,
  );
});
