import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, play } from './play.ts';
import { fault, scriptOf, step } from './random.ts';

const ALL = process.env.NIGHTS === 'all';
const RUNS = ALL ? 3_000 : 20;

describe('any night, any faults', () => {
  it(
    'leaves nobody untold, wakes nobody for nothing, and proves what it says',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 12 }),
          fc.array(fault, { maxLength: 4 }),
          fc.nat({ max: 1_000 }),
          async (steps, faults, seed) => {
            const { wrong } = await play(scriptOf(steps), { seed, faults: at(...faults) });
            expect(wrong).toEqual([]);
          },
        ),
        { numRuns: RUNS },
      );
    },
    ALL ? 3_600_000 : 120_000,
  );
});
