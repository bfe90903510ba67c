import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStateDirectory } from '../../local/state-directory.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'claywatch-state-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe('the state directory', () => {
  it('is made if need be, and belongs to one runtime at a time', async () => {
    const dir = join(parent, 'a', 'b');
    const state = await openStateDirectory(dir, false);
    await expect(openStateDirectory(dir, false)).rejects.toMatchObject({ code: 'local.state-in-use' });
    state.release();
    (await openStateDirectory(dir, false)).release();
  });

  it('keeps what is there, unless it is to be fresh', async () => {
    const first = await openStateDirectory(parent, false);
    await writeFile(join(first.inbox, 'old.txt'), 'old');
    // A key without its rows is of no use, and rows without their key are lost: they go together.
    const rows = [first.queues, `${first.queues}-wal`, first.rowsKey];
    await Promise.all(rows.map((file) => writeFile(file, 'old')));
    await writeFile(join(parent, 'notes.md'), 'mine');
    first.release();
    const second = await openStateDirectory(parent, false);
    expect(await readdir(second.inbox)).toEqual(['old.txt']);
    expect(rows.every((file) => existsSync(file))).toBe(true);
    second.release();
    const third = await openStateDirectory(parent, true);
    expect(await readdir(third.inbox)).toEqual([]);
    expect(rows.some((file) => existsSync(file))).toBe(false);
    expect(existsSync(join(parent, 'notes.md'))).toBe(true);
    third.release();
  });

  it('is never one that holds files of something else', async () => {
    await writeFile(join(parent, 'thesis.doc'), 'mine');
    await expect(openStateDirectory(parent, true)).rejects.toMatchObject({
      code: 'local.state-unusable',
      message: expect.stringContaining('holds files of something else'),
    });
    expect(await readdir(parent)).toEqual(['thesis.doc']);
  });

  it('is refused with the reason when it cannot be made', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(openStateDirectory(join(parent, 'file'), false)).rejects.toMatchObject({
      code: 'local.state-unusable',
      message: expect.stringContaining('EEXIST'),
    });
  });
});
