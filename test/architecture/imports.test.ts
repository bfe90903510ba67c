import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

const sourcesBelow = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js|mjs)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:import|require)\s*\(\s*['"]([^'"]+)['"]/g;

/** What a file imports: packages as written, own files as paths from the root. */
const importsOf = (file: string, text = readFileSync(join(ROOT, file), 'utf8')): readonly string[] =>
  [...text.matchAll(IMPORT)].map(([, from, dynamic]) => {
    const target = from ?? dynamic ?? '';
    return target.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), target)) : target;
  });

const breaches = (
  folders: readonly string[],
  forbidden: (target: string, file: string) => boolean,
): readonly string[] =>
  folders.flatMap(sourcesBelow).flatMap((file) =>
    importsOf(file)
      .filter((target) => forbidden(target, file))
      .map((target) => `${file} imports ${target}`),
  );

/**
 * The spine and what stands beside it, upstream first: a folder may import itself and folders before it. `config` is
 * read by everybody; `watch`, `triage` and `usage` are the use cases that put the steps together.
 */
const FLOW = [
  ...['runbook', 'clay', 'forecast', 'rows', 'credits', 'relay'],
  ...['observe', 'diagnose', 'incident', 'remediate', 'oncall', 'silence', 'notify', 'signed', 'link'],
  ...['session', 'rotate'],
  ...[
    'postmortem',
    'respond',
    'replay',
    'usage',
    'report',
    'operate',
    'triage',
    'watch',
    'metrics',
    'statuspage',
  ],
];
const DOMAIN = FLOW.map((name) => `shared/${name}`);

describe('imports', () => {
  it('are found by this test at all', () => {
    expect(
      importsOf(
        'shared/x/y.ts',
        "import type { A } from '../a.ts';\nexport * from './b.ts';\nimport {\n  c,\n} from 'zod';\nawait import('./d.ts')",
      ),
    ).toEqual(['shared/a.ts', 'shared/x/b.ts', 'zod', 'shared/x/d.ts']);
    expect(DOMAIN.flatMap(sourcesBelow).length).toBeGreaterThan(30);
  });

  it('keep the domain free of SDKs, of middy and of I/O: those are ports', () => {
    expect(
      breaches(
        DOMAIN,
        (target) =>
          /^(@aws-sdk|@smithy|@middy|aws-|node:|@aws-lambda)/.test(target) ||
          target.startsWith('shared/aws') ||
          target === 'shared/http/node-client.ts',
      ),
    ).toEqual([]);
  });

  it('let only shared/aws and infra touch AWS', () => {
    expect(
      breaches(
        ['shared', 'functions', 'cli'],
        (target, file) => /^@(aws-sdk|smithy)\//.test(target) && !file.startsWith('shared/aws/'),
      ),
    ).toEqual([]);
  });

  it('run one way: observe, diagnose, incident, notify', () => {
    const rank = (path: string) => FLOW.indexOf(/^shared\/([^/]+)\//.exec(path)?.[1] ?? '');
    expect(
      breaches(DOMAIN, (target, file) => target.startsWith('shared/') && rank(target) > rank(file)),
    ).toEqual([]);
  });

  it('let nothing that is deployed know of tests, of the command line or of local tools', () => {
    expect(
      breaches(['shared', 'functions', 'infra'], (target) => /^(test|cli|local|bench)\//.test(target)),
    ).toEqual([]);
    expect(breaches(['shared', 'functions'], (target) => target.startsWith('infra/'))).toEqual([]);
    expect(breaches(['shared'], (target) => target.startsWith('functions/'))).toEqual([]);
  });

  it('let the rest of the local runtime know the simulated Clay only as a program of its own', () => {
    expect(breaches(['cli'], (target) => target.startsWith('local/clay'))).toEqual([]);
  });
});
