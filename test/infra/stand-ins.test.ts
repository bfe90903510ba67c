import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import type { Metafile } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { functionsOf } from '../../functions/manifest.ts';
import { bundleFunction, ROOT } from '../../infra/bundle.ts';
import { STAND_INS } from '../../infra/stand-ins.ts';
import { defaultProvider } from '../../shared/aws/deployed-credentials.ts';
import * as files from '../../shared/aws/deployed-files.ts';
import * as deployedZlib from '../../shared/aws/deployed-zlib.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { FULL_CONFIG } from './installation.ts';

const config = parseConfig(FULL_CONFIG, 'test');
const descriptions = Object.values(functionsOf(config));
const directories: string[] = [];
const metafiles = new Map<string, Metafile>();
const inputs = new Set<string>();

beforeAll(() => {
  for (const description of descriptions) {
    const directory = mkdtempSync(join(tmpdir(), 'claywatch-test-'));
    directories.push(directory);
    const metafile = bundleFunction(description, config, directory);
    metafiles.set(description.name, metafile);
    for (const path of Object.keys(metafile.inputs)) inputs.add(path);
  }
}, 120_000);
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});
afterEach(() => vi.unstubAllEnvs());

/** The statements by which what is deployed imports a module that something stands in for, by file. */
const importsOf = (module: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...inputs]
      .filter((path) => /\.[cm]?[jt]s$/.test(path) && !path.startsWith('shared/aws/deployed-'))
      .flatMap((path) => {
        const source = readFileSync(join(ROOT, path), 'utf8');
        const found = new RegExp(
          `^import (?!type)([^;'"]*) from ['"](?:node:)?${module.replace('node:', '')}['"]`,
          'm',
        );
        const statement = found.exec(source)?.[1]?.replaceAll(/\s+/g, ' ');
        return statement === undefined ? [] : [[path, statement]];
      }),
  );

describe('every stand-in', () => {
  it.each(Object.entries(STAND_INS))(
    'for %s is in a package, and the module itself in none',
    (module, path) => {
      expect([...inputs]).toContain(path.replace('./', ''));
      for (const metafile of metafiles.values()) {
        const external = Object.values(metafile.outputs).flatMap(({ imports }) =>
          imports.filter((one) => one.external).map((one) => one.path),
        );
        expect(external).not.toContain(module);
        expect(external).not.toContain(module.replace('node:', ''));
      }
      expect([...inputs].filter((input) => input.includes(`node_modules/${module}/`))).toEqual([]);
    },
  );
});

describe('the credentials of what is deployed', () => {
  it('are exported by the name under which the clients of the SDK ask for them', () => {
    const clients = [...inputs].filter((path) => /client-[a-z-]+\/dist-es\/runtimeConfig\.js$/.test(path));
    expect(clients.length).toBeGreaterThan(2);
    const asked = importsOf('@aws-sdk/credential-provider-node');
    for (const path of clients) expect(asked[path]).toBe('{ defaultProvider as credentialDefaultProvider }');
    expect(Object.keys(asked).sort()).toEqual(clients.sort());
  });

  it('are those of the environment, each time as it is then', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'fake-id');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'fake-secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'fake-token');
    const provide = defaultProvider();
    expect(await provide()).toEqual({
      accessKeyId: 'fake-id',
      secretAccessKey: 'fake-secret',
      sessionToken: 'fake-token',
    });
    vi.stubEnv('AWS_SESSION_TOKEN', '');
    expect(await provide()).toEqual({ accessKeyId: 'fake-id', secretAccessKey: 'fake-secret' });
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    await expect(provide()).rejects.toMatchObject({ name: 'CredentialsProviderError' });
  });
});

describe('the files of what is deployed', () => {
  it('are asked for by the SDK alone, which looks for profiles, and for nothing but reading', () => {
    const asked = importsOf('node:fs/promises');
    expect(Object.keys(asked).sort()).toEqual([
      'node_modules/@smithy/core/dist-es/submodules/config/shared-ini-file-loader/getSSOTokenFromFile.js',
      'node_modules/@smithy/core/dist-es/submodules/config/shared-ini-file-loader/readFile.js',
    ]);
    for (const statement of Object.values(asked)) expect(statement).toMatch(/^\{ readFile(?: as \w+)? \}$/);
    expect(Object.keys(files)).toEqual(['readFile']);
  });

  it('are none, said as the SDK takes it for a profile that is not there', async () => {
    const directory = join(
      ROOT,
      'node_modules/@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js',
    );
    // It goes on with no profile after whatever fault.
    expect(readFileSync(directory, 'utf8')).toMatch(/\.catch\(swallowError\)/);
    await expect(files.readFile('/home/fake/.aws/config')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the zlib of what is deployed', () => {
  it('has whatever is imported of it', () => {
    const asked = importsOf('node:zlib');
    expect(Object.keys(asked)).toContain('shared/aws/dynamodb/document.ts');
    for (const [path, statement] of Object.entries(asked)) {
      const names = /^\{(.*)\}$/.exec(statement)?.[1]?.split(',') ?? usedOf(path, statement);
      for (const name of names) expect(Object.keys(deployedZlib)).toContain(name.trim());
    }
  });

  it('does what that of Node does', () => {
    const text = 'a text, a text, a text';
    expect(deployedZlib.gunzipSync(zlib.gzipSync(text)).toString()).toBe(text);
    expect(zlib.gunzipSync(deployedZlib.gzipSync(text)).toString()).toBe(text);
    expect(deployedZlib.inflateRawSync(zlib.deflateRawSync(text)).toString()).toBe(text);
    expect(zlib.inflateRawSync(deployedZlib.deflateRawSync(text)).toString()).toBe(text);
    expect(deployedZlib.crc32(text, 7)).toBe(zlib.crc32(text, 7));
  });
});

/** What a file uses of a module that it imports as a whole, `* as name`. */
const usedOf = (path: string, statement: string): readonly string[] => {
  const name = /^\* as (\w+)$/.exec(statement)?.[1];
  if (name === undefined) throw new Error(`${path} imports ${statement}`);
  const source = readFileSync(join(ROOT, path), 'utf8');
  return [...source.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, used]) => used ?? '');
};
