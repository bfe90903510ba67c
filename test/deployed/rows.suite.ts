import { describe, expect, it } from 'vitest';
import { missing, titled, world } from './world.ts';

interface Usage {
  readonly feeds: readonly {
    readonly feed: string;
    readonly rows: Readonly<Record<string, number>>;
  }[];
}

const rowsOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `person-${from + index}@example.org` }));

describe.skipIf(missing)(titled('rows, deployed'), () => {
  it('spike', async () => {
    const ids = await world()
      .sendRows(rowsOf(1, 4))
      .catch(async (e) => {
        console.log(await world().logs());
        throw e;
      });
    await expect
      .poll(async () => (await world().atClay()).map(({ rowId }) => rowId).sort(), { timeout: 60_000 })
      .toEqual([...ids].sort());
    await new Promise((r) => setTimeout(r, 15000));
    await world().look();
    const usage = await world().cli<Usage>('usage');
    console.log(JSON.stringify(usage, null, 1).slice(0, 4000));
    console.log(await (await world().ask('/v1/status')).text());
    console.log(await (await fetch(`${world().clayUrl}/_state`)).text());
  });
});
