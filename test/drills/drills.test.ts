import { describe, expect, it } from 'vitest';
import { DRILLS } from './catalogue.ts';
import { runDrill } from './run.ts';

describe('drills: the right answer is known beforehand', () => {
  it.each(DRILLS.map((drill) => [drill.name, drill] as const))(
    '%s',
    { timeout: 120_000 },
    async (_name, drill) => {
      expect((await runDrill(drill)).problems).toEqual([]);
    },
  );

  it('has a name of its own for every drill', () => {
    expect(new Set(DRILLS.map(({ name }) => name)).size).toBe(DRILLS.length);
  });

  it('fails a drill whose right answer is another one', async () => {
    const [outage] = DRILLS.filter(({ name }) => name === 'outage');
    if (!outage) throw new RangeError('no drill named outage');
    const { passed, problems } = await runDrill({ ...outage, expect: [] });
    expect(passed).toBe(false);
    expect(problems).toEqual(['false alarm: clay.outage clay']);
  });
});
