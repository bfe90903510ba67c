import { beforeAll, describe, expect, it } from 'vitest';
import { compressedIn, SCRIPT_BUDGET, type Sizes, sizesOf } from '../../bench/console-size.ts';
import { buildConsole } from '../../console/build.ts';

let sizes: Sizes;

const list = (all: Sizes['scripts']): string =>
  all.map(({ name, compressed }) => `${name} ${compressed}`).join(', ');

describe('the size of the console', () => {
  beforeAll(async () => {
    sizes = await sizesOf(await buildConsole());
  });

  it('is a page that has scripts and styles at all, each of them compressed', () => {
    expect(sizes.scripts.length).toBeGreaterThan(3);
    expect(sizes.styles).toHaveLength(1);
    for (const { name, bytes, compressed } of sizes.scripts.filter((each) => each.bytes > 1_000))
      expect(compressed, name).toBeLessThan(bytes * 0.7);
  });

  it('stays under 100 KB of script in all, compressed', () => {
    expect(compressedIn(sizes.scripts), list(sizes.scripts)).toBeLessThan(SCRIPT_BUDGET);
  });

  it('stays under 15 KB of styles, compressed', () => {
    expect(compressedIn(sizes.styles), list(sizes.styles)).toBeLessThan(15_000);
  });

  it('leaves charts to the pages that draw them', () => {
    const [largest] = sizes.scripts;
    expect(largest?.name).toMatch(/uPlot/);
  });
});
