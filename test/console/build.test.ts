import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildConsole, buildConsoleSync, consoleDirectory, isBuilt } from '../../console/build.ts';

let built: string;
beforeAll(async () => {
  built = await buildConsole();
});

describe('the page of the console', () => {
  it('is built once for what it is made from: built again, it is the same place, untouched', async () => {
    const before = statSync(join(built, 'files.json')).mtimeMs;
    expect(await buildConsole(built)).toBe(built);
    expect(buildConsoleSync(built)).toBe(built);
    expect(statSync(join(built, 'files.json')).mtimeMs).toBe(before);
  });

  it('stands at a place that its sources name, whoever asks', async () => {
    const script = "import('./console/build.ts').then((build) => console.log(build.consoleDirectory()))";
    const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script], {
      cwd: join(import.meta.dirname, '../..'),
    });
    expect(dirname(stdout.trim())).toBe(dirname(built));
    expect(consoleDirectory()).toMatch(/[\\/]console[\\/]dist[\\/][0-9a-f]{16}$/);
  });

  it('is whole for whoever finds it, also while several build it at once', async () => {
    const place = join(dirname(built), 'of-a-test');
    await rm(place, { recursive: true, force: true });
    try {
      expect(isBuilt(place)).toBe(false);
      await Promise.all([buildConsole(place), buildConsole(place)]);
      for (const name of ['files.json', 'index.html']) expect(existsSync(join(place, name))).toBe(true);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  });
});
