import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alignTables } from '../../docs/align-tables.ts';
import { differences, write } from '../../docs/generate.ts';
import { pages } from '../../docs/pages.ts';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { ERROR_CODES } from '../../shared/errors.ts';
import { RUNBOOK } from '../../shared/runbook/index.ts';

describe('the generated documentation', () => {
  it('has a page for every cause, linked from the index with its severity', () => {
    const index = pages().get('causes/README.md') ?? '';
    for (const cause of CAUSE_IDS) {
      expect(pages().get(`causes/${cause}.md`)).toContain(`# ${RUNBOOK[cause].title}`);
      expect(index).toMatch(new RegExp(`^\\| P[1-4] +\\| \\[${cause}\\]\\(${cause}\\.md\\) +\\|`, 'm'));
    }
  });

  it('has every error code', () => {
    for (const code of Object.keys(ERROR_CODES))
      expect(pages().get('errors.md')).toMatch(new RegExp(`^\\| \`${code}\` +\\|`, 'm'));
  });

  it('is the same each time', () => {
    expect([...pages()]).toEqual([...pages()]);
  });

  it('shows text as text: no placeholder becomes a tag, no bar breaks a table', () => {
    const page = pages().get('causes/own.unhealthy.md') ?? '';
    expect(page).toContain('\\<name>');
    expect(page.replace(/<!--.*-->/, '')).not.toMatch(/(?<!\\)<[a-z]/i);
  });
});

describe('aligning tables', () => {
  it('pads cells and rules to the widest, counts a bar inside a cell as text, and touches nothing else', () => {
    expect(alignTables('a | b\n\n| k | v |\n| --- | --- |\n| long one | a \\| b |\n\nend\n')).toBe(
      'a | b\n\n| k        | v      |\n| -------- | ------ |\n| long one | a \\| b |\n\nend\n',
    );
  });
});

describe('checking the documentation', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'claywatch-docs-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('finds every page missing in an empty folder, and nothing after writing', async () => {
    expect(await differences(dir)).toHaveLength(pages().size);
    await write(dir);
    expect(await differences(dir)).toEqual([]);
  });

  it('finds a page that was changed by hand, and one of a cause that is gone; writing repairs both', async () => {
    await write(dir);
    await writeFile(join(dir, 'causes/clay.outage.md'), 'by hand');
    await writeFile(join(dir, 'causes/clay.gone.md'), 'left');
    await writeFile(join(dir, 'guide.md'), 'not generated');
    expect(await differences(dir)).toEqual([
      { path: 'causes/clay.outage.md', is: 'stale' },
      { path: 'causes/clay.gone.md', is: 'left over' },
    ]);
    await write(dir);
    expect(await differences(dir)).toEqual([]);
    expect(await readFile(join(dir, 'guide.md'), 'utf8')).toBe('not generated');
  });
});
