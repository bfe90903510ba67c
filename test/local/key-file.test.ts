import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepKey } from '../../local/key-file.ts';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'claywatch-key-'));
  file = join(dir, 'rows.key');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the key of rows on this machine', () => {
  it('is made once, is 32 bytes, and can be read by its owner only', async () => {
    const key = await keepKey(file, 'put it back');
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect(await keepKey(file, 'put it back')).toBe(key);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['rows.key']);
  });

  it('is one, whoever asks first', async () => {
    await writeFile(`${file}.new`, 'left by a kill');
    const [first, second] = [await keepKey(file, 'put it back'), await keepKey(file, 'put it back')];
    expect(first).toBe(second);
  });

  it('is never replaced: a file that holds something else is an error that does not show it', async () => {
    await writeFile(file, 'not-a-key');
    await expect(keepKey(file, 'put it back')).rejects.toMatchObject({
      code: 'local.state-unusable',
      message: `${file} is not a key of 32 bytes in base64.`,
    });
  });
});
