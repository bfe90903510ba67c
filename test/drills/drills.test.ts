import { describe, expect, it } from 'vitest';
import { DRILLS } from './catalogue.ts';
import { everyDrill } from './every-drill.ts';
import { PEOPLE_DRILLS } from './people.ts';
import { RELAY_DRILLS } from './relay.ts';
import { ROTATION_DRILLS } from './rotation.ts';
import { ROWS_DRILLS } from './rows.ts';
import { runDrill } from './run.ts';

const ELSEWHERE = new Set([...ROWS_DRILLS, ...PEOPLE_DRILLS, ...ROTATION_DRILLS, ...RELAY_DRILLS]);

describe('drills: the right answer is known beforehand', () => {
  everyDrill(DRILLS.filter((drill) => !ELSEWHERE.has(drill)));

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
