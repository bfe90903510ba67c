import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionsOf } from '../../functions/manifest.ts';
import { BUDGETS, sizeOf } from '../../infra/budgets.ts';
import {
  bundleFunction,
  CONFIG_FILE,
  DEPLOYED_CONFIG,
  ENTRY_FILE,
  loadedAtStart,
  MAIN_FILE,
  scriptsOf,
} from '../../infra/bundle.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { FULL_CONFIG } from './installation.ts';

const config = parseConfig(FULL_CONFIG, 'test');
let directory: string;
let metafile: Metafile;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'claywatch-test-'));
  metafile = bundleFunction(functionsOf(config).watch, config, directory);
}, 60_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Invokes the bundle as Lambda would: in another process, with an environment of its own. */
const invoke = (event: unknown, env: Record<string, string> = {}, from = directory, ...also: string[]) => {
  const module = pathToFileURL(join(from, ENTRY_FILE)).href;
  const script = `
    const { handler } = await import(${JSON.stringify(module)});
    const answer = await handler(${JSON.stringify(event)}, {}).then(
      (report) => ({ report }),
      ({ code, message, stack }) => ({ code, message${also.includes('stack') ? ', stack' : ''} }),
    );
    console.log('answer ' + JSON.stringify(answer));
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const line = output.split('\n').find((text) => text.startsWith('answer '));
  return JSON.parse(line?.slice('answer '.length) ?? 'null');
};

describe('the package of watch', () => {
  it('is its entry, scripts with their source maps, and the validated configuration', async () => {
    const scripts = scriptsOf(metafile).flatMap((name) => [name, `${name}.map`]);
    expect(readdirSync(directory).sort()).toEqual([CONFIG_FILE, ENTRY_FILE, ...scripts].sort());
    expect(scripts).toContain(MAIN_FILE);
    expect(await loadConfig(join(directory, DEPLOYED_CONFIG))).toEqual(config);
  });

  it('holds nothing of tests, of the local runtime, of the command line or of CDK', () => {
    const foreign = Object.keys(metafile.inputs).filter((path) =>
      /^(test|local|cli|bench|infra|docs)\/|node_modules\/(aws-cdk|cdk-nag|constructs|dynalite|fauxqs|vitest|esbuild)/.test(
        path,
      ),
    );
    expect(foreign).toEqual([]);
    expect(Object.keys(metafile.inputs)).toContain('shared/watch/run.ts');
  });

  it('says nothing of the machine that built it', () => {
    for (const name of scriptsOf(metafile)) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(directory, `${name}.map`), 'utf8'));
      expect(sources.filter((path: string) => path.startsWith('/'))).toEqual([]);
      expect((sourcesContent ?? []).filter(Boolean)).toEqual([]);
    }
  });

  it('runs on Node, and lacks only its environment', () => {
    expect(invoke({ slot: '2026-11-21T17:24:00Z' })).toEqual({
      code: 'environment.invalid',
      message: expect.stringMatching(/CLAYWATCH_CONFIG.*TABLE_NAME.*ROW_QUEUE_PREFIX.*ALERT_TOPIC_ARN/),
    });
  });
});

const HEAVY =
  /shared\/(config\/(schema|load|parse)|observe|diagnose|incident|notify|runbook|watch)|cel-js|temporal|client-sns|zod\/v4\/classic/;

describe('every package', () => {
  const descriptions = Object.values(functionsOf(config));
  const packages = new Map<string, { readonly directory: string; readonly metafile: Metafile }>();
  beforeAll(() => {
    for (const description of descriptions) {
      const own = mkdtempSync(join(tmpdir(), 'claywatch-test-'));
      packages.set(description.name, { directory: own, metafile: bundleFunction(description, config, own) });
    }
  }, 120_000);
  afterAll(() => {
    for (const one of packages.values()) rmSync(one.directory, { recursive: true, force: true });
  });

  it('has a budget, and nothing else has', () => {
    expect(Object.keys(BUDGETS).sort()).toEqual(Object.keys(functionsOf(config)).sort());
  });

  it.each(descriptions.map(({ name }) => name))('%s is no larger than its budget', (name) => {
    const one = packages.get(name);
    if (!one) throw new Error(`${name} was not built`);
    const { startKb, packageKb } = sizeOf(one.directory, one.metafile);
    expect(startKb).toBeLessThanOrEqual(BUDGETS[name].startKb);
    expect(packageKb).toBeLessThanOrEqual(BUDGETS[name].packageKb);
    // A budget that has become generous is none.
    expect(startKb).toBeGreaterThan(BUDGETS[name].startKb * 0.75);
    expect(packageKb).toBeGreaterThan(BUDGETS[name].packageKb * 0.75);
  });

  it.each(descriptions.map(({ name }) => name))('%s asks only its environment for credentials', (name) => {
    const inputs = Object.keys(packages.get(name)?.metafile.inputs ?? {});
    // Every client takes the stand-in: none has found another way to the chain of the SDK.
    expect(inputs).toContain('shared/aws/deployed-credentials.ts');
    expect(
      inputs.filter((path) => /credential-provider-(?!env)|nested-clients|token-providers/.test(path)),
    ).toEqual([]);
  });

  it.each(descriptions.map(({ name }) => name))('%s imports nothing of Node as an ES module', (name) => {
    const one = packages.get(name);
    const texts = [...(one ? loadedAtStart(one.metafile) : []), ENTRY_FILE].map((file) =>
      readFileSync(join(one?.directory ?? '', file), 'utf8'),
    );
    expect(texts.filter((text) => /^import\b|;import[ {*]|\bimport\(/m.test(text))).toEqual([]);
  });

  it.each([
    { name: 'callback', puts: 'functions/callback/store.ts' },
    { name: 'relay', puts: 'functions/relay/store.ts' },
    { name: 'incidents', puts: 'functions/incidents/stores.ts' },
  ] as const)(
    '$name reads a secret first, and loads its stores while that is on its way',
    ({ name, puts }) => {
      const { metafile } = packages.get(name) ?? {};
      if (!metafile) throw new Error(`${name} was not built`);
      const start = new Set(loadedAtStart(metafile));
      const atStart = Object.entries(metafile.outputs)
        .filter(([path]) => start.has(basename(path)))
        .flatMap(([, { inputs }]) => Object.keys(inputs));
      expect(Object.keys(metafile.inputs)).toContain(puts);
      expect(atStart).toContain('shared/aws/secrets/client.ts');
      expect(atStart.filter((path) => path === puts || /client-(dynamodb|sqs|sns)\//.test(path))).toEqual([]);
    },
  );

  it('says where in the sources a fault was, only once one is', () => {
    const own = packages.get('watch')?.directory ?? '';
    const stack = invoke({ slot: '2026-11-21T17:24:00Z' }, {}, own, 'stack').stack;
    expect(stack).toMatch(/\n {4}at .*functions\/environment\.ts:\d+:\d+/);
    expect(stack).not.toContain('.cjs');
  });
});

describe.each([
  { name: 'callback', use: 'shared/rows/take-callbacks.ts', waits: 'a row waits while it loads' },
  { name: 'submissions', use: 'shared/rows/take-submissions.ts', waits: 'a sender waits while it loads' },
  { name: 'relay', use: 'shared/relay/intake/take-rows.ts', waits: 'a sender waits while it loads' },
  {
    name: 'respond',
    use: 'shared/relay/status.ts',
    waits: 'an application waits while it loads',
    needs: /^shared\/incident\//,
  },
] as const)('the package of $name', ({ name, use, waits, ...more }) => {
  const needs = 'needs' in more ? more.needs : /^$/;
  let inputs: readonly string[];
  let own: string;
  beforeAll(() => {
    own = mkdtempSync(join(tmpdir(), 'claywatch-test-'));
    inputs = Object.keys(bundleFunction(functionsOf(config)[name], config, own).inputs);
  }, 60_000);
  afterAll(() => rmSync(own, { recursive: true, force: true }));

  it(`is light, since ${waits}: no schema, no conditions, no calendar, nothing of the watch`, () => {
    expect(inputs).toContain(use);
    expect(inputs.filter((path) => HEAVY.test(path) && !needs.test(path))).toEqual([]);
  });

  it('runs on Node, and answers 429 when it lacks its environment', () => {
    const event = { body: '{}', headers: {}, isBase64Encoded: false, pathParameters: { feed: 'leads' } };
    expect(invoke(event, {}, own)).toMatchObject({
      report: { statusCode: 429, headers: { 'retry-after': '1' } },
    });
  });
});
