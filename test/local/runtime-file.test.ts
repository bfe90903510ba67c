import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRuntime, writeRuntimeFile } from '../../local/runtime-file.ts';

const directory = () => mkdtemp(join(tmpdir(), 'claywatch-runtime-'));
const runtime = {
  pid: process.pid,
  endpoint: 'http://127.0.0.1:4242',
  tableName: 'claywatch',
  config: '/somewhere/config.json',
};

describe('the file of a running runtime', () => {
  it('says where its store is while it runs, to its owner only, and nothing afterwards', async () => {
    const dir = await directory();
    expect(await findRuntime(dir)).toBe('none');
    const remove = await writeRuntimeFile(dir, runtime);
    expect(await findRuntime(dir)).toEqual(runtime);
    expect((await stat(join(dir, 'runtime.json'))).mode & 0o777).toBe(0o600);
    await remove();
    expect(await findRuntime(dir)).toBe('none');
    expect(await readdir(dir)).toEqual([]);
  });

  it('replaces that of a runtime that was killed', async () => {
    const dir = await directory();
    await writeRuntimeFile(dir, { ...runtime, endpoint: 'http://127.0.0.1:1' });
    await writeRuntimeFile(dir, runtime);
    expect(await findRuntime(dir)).toEqual(runtime);
  });

  it.each([
    ['of a process that has ended', { ...runtime, version: 1, pid: 2 ** 30 }],
    ['of another machine', { ...runtime, version: 1, endpoint: 'http://10.0.0.7:4242' }],
    ['of another kind', { hello: 'world' }],
  ])('%s is taken for none that runs', async (_, content) => {
    const dir = await directory();
    await writeFile(join(dir, 'runtime.json'), JSON.stringify(content));
    expect(await findRuntime(dir)).toBe('gone');
  });
});
