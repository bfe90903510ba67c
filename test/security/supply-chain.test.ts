import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const { dependencies, devDependencies, allowScripts, scripts } = read('package.json');
const packages: readonly [string, Locked][] = Object.entries<Locked>(
  read('package-lock.json').packages,
).filter(([path]) => path !== '');

describe('what is installed', () => {
  it('is named by exact versions, never by a range, a tag, an address or a folder', () => {
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('is locked down to the last package by a hash of its content', () => {
    expect(packages.length).toBeGreaterThan(100);
    const unlocked = packages.filter(
      ([, { integrity, inBundle }]) => !inBundle && !/^sha512-/.test(integrity ?? ''),
    );
    expect(unlocked.map(([path]) => path)).toEqual([]);
    // Of what is bundled, the bundle has a hash.
    expect(packages.filter(([, { version }]) => !version).map(([path]) => path)).toEqual([]);
  });

  it('comes from the registry that npm is told, and from no address of its own', () => {
    expect(packages.flatMap(([, { resolved }]) => resolved ?? [])).toEqual([]);
    expect(readFileSync(new URL('../../.npmrc', import.meta.url), 'utf8')).toMatch(/^save-exact=true$/m);
  });

  it('runs no script while it is installed but those that are named, and none of our own', () => {
    const withScript = packages.flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.split('node_modules/').at(-1)] : [],
    );
    expect(withScript.filter((name) => name === undefined || allowScripts[name] !== true)).toEqual([]);
    expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?(?:install|prepare)$/.test(name))).toEqual(
      [],
    );
  });
});
