import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../infra/bundle.ts';
import { FULL_CONFIG } from './installation.ts';

/*
 * Apps as `cdk` runs them: each in a process of its own, told by the environment where to write, and in a directory that
 * may be any.
 */

const run = promisify(execFile);
const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'claywatch-app-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const synthesizeIn = async (
  app: string,
  cwd: string,
  output: string,
  more: Readonly<Record<string, unknown>> = {},
  timeZone = 'UTC',
): Promise<void> => {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:AWS|CDK|CLAY)_|^NODE_OPTIONS$/.test(name));
  await run(process.execPath, [app], {
    cwd,
    env: {
      ...Object.fromEntries(own),
      TZ: timeZone,
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify(more),
    },
    maxBuffer: 16_000_000,
  });
};

/** Every file of an assembly with its content, but for where in the source each resource was made. */
const filesIn = (assembly: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(assembly, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.metadata.json'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(assembly.length), readFileSync(path, 'base64')]),
  );

describe('the ready-made app', () => {
  it('writes the same bytes from any checkout, directory and time zone, so that nothing is deployed for nothing', async () => {
    const config = join(directory, 'full.json');
    writeFileSync(config, JSON.stringify(FULL_CONFIG));
    const checkout = (name: string): string => {
      const root = join(directory, name);
      mkdirSync(root, { recursive: true });
      for (const folder of ['infra', 'functions', 'shared', 'console', 'package.json', 'package-lock.json']) {
        cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
      }
      symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
      return root;
    };
    const given = { ...context, config, dashboards: true };
    const here = checkout('here');
    const there = checkout('some/where/else');
    const [first, second] = [join(directory, 'out-1'), join(directory, 'elsewhere/out-2')];
    await synthesizeIn(join(here, 'infra/app.ts'), here, first, given);
    await synthesizeIn(join(there, 'infra/app.ts'), directory, second, given, 'Asia/Tokyo');
    const [left, right] = [filesIn(first), filesIn(second)];
    expect([...left.keys()].filter((path) => /asset\.[0-9a-f]{64}\//.test(path)).length).toBeGreaterThan(20);
    expect([...right.keys()]).toEqual([...left.keys()]);
    expect([...left].filter(([path, content]) => right.get(path) !== content).map(([path]) => path)).toEqual(
      [],
    );
  }, 400_000);

  it('deploys several configurations, an installation for each Clay workspace', async () => {
    for (const installation of ['emea', 'amer']) {
      writeFileSync(join(directory, `${installation}.json`), JSON.stringify({ installation }));
    }
    const output = join(directory, 'out-several');
    await synthesizeIn(join(ROOT, 'infra/app.ts'), directory, output, {
      ...context,
      config: 'emea.json,amer.json',
    });
    expect(readdirSync(output).filter((name) => name.endsWith('.template.json'))).toEqual([
      'amer-stateful.template.json',
      'amer-stateless.template.json',
      'emea-stateful.template.json',
      'emea-stateless.template.json',
    ]);
  }, 200_000);

  it('says what is wrong with an option or a configuration, and writes no template', async () => {
    const output = join(directory, 'out-wrong');
    const failed = (more: object) =>
      synthesizeIn(join(ROOT, 'infra/app.ts'), directory, output, { config: 'emea.json', ...more }).then(
        () => 'nothing',
        ({ code, stderr }: { code: number; stderr: string }) => `${code}: ${stderr}`,
      );
    expect(await failed({ removal: 'never' })).toBe('1: -c removal=never: must be retain or destroy\n');
    expect(readdirSync(output).filter((name) => name.endsWith('.template.json'))).toEqual([]);
  }, 200_000);
});

describe('an app of one’s own, as docs/deploying.md writes it', () => {
  it('is synthesized by Node alone, in its own directory, with Claywatch among its packages', async () => {
    const guide = readFileSync(join(ROOT, 'docs/deploying.md'), 'utf8');
    const [, app = ''] = /```ts\n\/\/ app\.ts\n([\s\S]*?)```/.exec(guide) ?? [];
    expect(app).toContain("from 'claywatch'");
    const company = join(directory, 'company');
    mkdirSync(join(company, 'node_modules'), { recursive: true });
    for (const name of ['aws-cdk-lib', 'constructs']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(company, 'node_modules', name));
    }
    symlinkSync(ROOT, join(company, 'node_modules/claywatch'));
    writeFileSync(join(company, 'package.json'), '{ "name": "company", "private": true, "type": "module" }');
    writeFileSync(join(company, 'app.ts'), app);
    writeFileSync(
      join(company, 'claywatch.config.ts'),
      "import { defineConfig } from 'claywatch';\nexport default defineConfig({ installation: 'acme', clay: { apiKey: 'secretsmanager:acme/clay' } });\n",
    );
    const output = join(company, 'cdk.out');
    await synthesizeIn(join(company, 'app.ts'), company, output);
    const templates = readdirSync(output).filter((name) => name.endsWith('.template.json'));
    expect(templates).toEqual(['acme-kept.template.json', 'acme.template.json']);
    const [kept, rest] = templates.map((name) => JSON.parse(readFileSync(join(output, name), 'utf8')));
    const types = ({ Resources }: { Resources: Record<string, { Type: string }> }) =>
      new Set(Object.values(Resources).map(({ Type }) => Type));
    expect(types(kept)).toContain('AWS::DynamoDB::GlobalTable');
    expect(types(kept)).not.toContain('AWS::Lambda::Function');
    expect(types(rest)).toContain('AWS::Lambda::Function');
    expect(Object.keys(rest.Outputs)).toContain('TableName');
    expect(JSON.stringify(rest)).not.toContain('Fn::ImportValue');
  }, 200_000);
});
