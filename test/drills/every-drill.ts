import { expect, it } from 'vitest';
import type { Drill } from './drill.ts';
import { runDrill } from './run.ts';

/** A test for each drill: it passes when nothing differs from the right answer. */
export const everyDrill = (drills: readonly Drill[]): void => {
  it.each(drills.map((drill) => [drill.name, drill] as const))(
    '%s',
    { timeout: 120_000 },
    async (_name, drill) => {
      expect((await runDrill(drill)).problems).toEqual([]);
    },
  );
};
