import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonErrorPosition } from '../../shared/config/json-position.ts';
import { findConfig, loadConfig } from '../../shared/config/load.ts';
import { ClaywatchError } from '../../shared/errors.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claywatch-config-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const write = async (name: string, text: string | Uint8Array): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
};

const refusal = async (path: string): Promise<ClaywatchError> => {
  const error = await loadConfig(path).then(
    () => null,
    (fault: unknown) => fault,
  );
  if (error instanceof ClaywatchError) return error;
  throw error ?? new Error('the file was accepted');
};

const SECRET = 'cw-test-secret-4f9a8b7c6d5e4f3a2b1c';

describe('loading a configuration file', () => {
  it.each([
    ['a.json', '{ "installation": "one" }'],
    ['bom.json', '\uFEFF{ "installation": "one" }'],
    ['a.mjs', 'export default { installation: "one" };'],
    ['a.ts', 'const name: string = "one";\nexport default { installation: name };'],
  ])('reads %s', async (name, text) => {
    expect((await loadConfig(await write(name, text))).installation).toBe('one');
  });

  it('reads the example at the root of the repository', async () => {
    expect((await loadConfig(join(import.meta.dirname, '../../claywatch.config.ts'))).installation).toBe(
      'claywatch',
    );
  });

  it('says config.not-found for a path that is not a file', async () => {
    expect((await refusal(join(directory, 'absent.json'))).code).toBe('config.not-found');
    await mkdir(join(directory, 'folder.json'));
    expect((await refusal(join(directory, 'folder.json'))).code).toBe('config.not-found');
  });

  it.each([
    ['cut.json', `{ "clay": { "apiKey": "${SECRET}",\n  nonsense } }`, 'line 2, column 3'],
    ['short.json', `"${SECRET}`, 'line 1, column 1'],
    ['bad.ts', `export default {\n  a: "${SECRET}" b\n};`, 'line 2'],
    ['bad.mjs', `export default {\n  a: "${SECRET}" b\n};`, 'line 2'],
    ['throws.ts', `const a: number = 1;\nthrow new Error("no ${SECRET}" + a);`, 'line 2'],
  ])('names the position, and never the text, of a fault in %s', async (name, text, position) => {
    const error = await refusal(await write(name, text));
    expect(error.code).toBe('config.not-loadable');
    expect(error.message).toContain(position);
    expect(error.message).not.toContain(SECRET);
  });

  it.each([
    ['empty.json', ''],
    ['binary.json', new Uint8Array([0xff, 0xfe, 0x00, 0x01])],
    ['none.ts', 'export const other = 1;'],
    ['primitive.mjs', `throw "${SECRET}";`],
    ['huge.json', `[${' '.repeat(1_100_000)}]`],
    ['a.yaml', 'installation: one'],
  ])('says config.not-loadable for %s', async (name, text) => {
    const error = await refusal(await write(name, text));
    expect(error.code).toBe('config.not-loadable');
    expect(error.message).not.toContain(SECRET);
  });

  it('finds the TypeScript file before the JSON file', async () => {
    const home = await mkdtemp(join(directory, 'home-'));
    expect(await findConfig(home)).toBeNull();
    await writeFile(join(home, 'claywatch.config.json'), '{}');
    expect(await findConfig(home)).toBe(join(home, 'claywatch.config.json'));
    await writeFile(join(home, 'claywatch.config.ts'), 'export default {};');
    expect(await findConfig(home)).toBe(join(home, 'claywatch.config.ts'));
  });
});

describe('the position of a JSON error', () => {
  it('is null exactly for texts that JSON.parse accepts', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '\\', 'x', '0', '\n', '\u0001'))
      .map(([text, at, piece]) => {
        const offset = at % (text.length + 1);
        return text.slice(0, offset) + piece + text.slice(offset + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), broken), (text) => {
        let accepted = true;
        try {
          JSON.parse(text);
        } catch {
          accepted = false;
        }
        expect(jsonErrorPosition(text) === null).toBe(accepted);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is found in deeply nested text', () => {
    expect(jsonErrorPosition('['.repeat(500_000))).toEqual({ line: 1, column: 500_001 });
  });
});
