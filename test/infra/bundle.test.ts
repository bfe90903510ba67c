import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionsOf } from '../../functions/manifest.ts';
import { bundleFunction, CONFIG_FILE, DEPLOYED_CONFIG } from '../../infra/bundle.ts';
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
const invoke = (event: unknown, env: Record<string, string> = {}, from = directory) => {
  const module = pathToFileURL(join(from, 'index.mjs')).href;
  const script = `
    const { handler } = await import(${JSON.stringify(module)});
    const answer = await handler(${JSON.stringify(event)}, {}).then(
      (report) => ({ report }),
      ({ code, message }) => ({ code, message }),
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
  it('is one module, its source map, and the validated configuration', async () => {
    expect(readdirSync(directory).sort()).toEqual([CONFIG_FILE, 'index.mjs', 'index.mjs.map']);
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
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(directory, 'index.mjs.map'), 'utf8'));
    expect(sources.filter((path: string) => path.startsWith('/'))).toEqual([]);
    expect(sourcesContent ?? []).toEqual([]);
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
    // What is sent to AWS for each function; half of it is the SDK.
    expect(statSync(join(own, 'index.mjs')).size).toBeLessThan(640 * 1_024);
  });

  it('runs on Node, and answers 429 when it lacks its environment', () => {
    const event = { body: '{}', headers: {}, isBase64Encoded: false, pathParameters: { feed: 'leads' } };
    expect(invoke(event, {}, own)).toMatchObject({
      report: { statusCode: 429, headers: { 'retry-after': '1' } },
    });
  });
});
