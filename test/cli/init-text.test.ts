import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answers, defaultAnswers, feedOf, SHIPPED } from '../../cli/init/answers.ts';
import { checkAnswers } from '../../cli/init/check.ts';
import { configOf, configTextOf } from '../../cli/init/config-text.ts';
import { secretsOf } from '../../cli/init/secrets.ts';
import { deployedSecretsOf } from '../../infra/secret-references.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { parseSecretReference } from '../../shared/config/secret-reference.ts';
import { secretReferencesIn } from '../../shared/config/secret-references.ts';
import { anyAnswers } from './init-answers.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DEFAULTS = defaultAnswers({ timeZone: 'UTC', region: undefined });

/** What a module with this text exports; anything in it but the one literal would show or throw. */
const evaluated = (text: string): unknown => {
  const body = text.slice(text.indexOf('export default')).replace('export default', 'return');
  return new Function('process', `'use strict'; ${body}`)(undefined);
};

describe('the configuration of any answers', { timeout: 60_000 }, () => {
  it('reads back as exactly what was answered, and is valid', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        checkAnswers(answers);
        const read = evaluated(configTextOf(answers, null));
        expect(read).toEqual(configOf(answers));
        parseConfig(read, 'test');
      }),
      { numRuns: 60 },
    );
  });

  it('holds hostile text as text: nothing of it ends a literal, a comment or a line', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const text = configTextOf(answers, './shared/config/define.ts');
        expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
        expect(text.isWellFormed()).toBe(true);
        const typed = answers.feeds.flatMap(({ description = '', webhooks }) => [
          description,
          ...webhooks.map(({ table = '' }) => table),
        ]);
        const comments = text.split('\n').filter((line) => line.trimStart().startsWith('//'));
        for (const one of typed.filter((words) => words.length > 40))
          expect(comments.some((line) => line.includes(one))).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('names every secret once, by a name of its own, and says how to fill it without its ever being an argument', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const named = secretReferencesIn(configOf(answers)).map(
          ({ reference }) => parseSecretReference(reference).name,
        );
        const secrets = secretsOf(answers);
        expect(secrets.map(({ name }) => name)).toEqual(named);
        expect(new Set(named).size).toBe(named.length);
        for (const { command, name, origin } of secrets) {
          expect(command).toContain(name);
          expect(command).toContain(origin === 'made' ? 'openssl rand' : 'read -rs V');
          if (answers.runsOn === 'aws')
            expect(command).toMatch(
              /\| aws secretsmanager put-secret-value .*--secret-string file:\/\/\/dev\/stdin/,
            );
        }
        if (answers.runsOn === 'aws')
          expect(deployedSecretsOf(parseConfig(configOf(answers), 'test'))).toHaveLength(named.length);
      }),
      { numRuns: 40 },
    );
  });

  it('is formatted as the formatter of this repository leaves it', { timeout: 120_000 }, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'claywatch-init-'));
    try {
      const samples = fc.sample(anyAnswers, { numRuns: 40, seed: 7 });
      const long =
        'A description that goes on for longer than a line may be, and then for some more words after that';
      const texts = [
        configTextOf(SHIPPED, './shared/config/define.ts'),
        configTextOf({ ...DEFAULTS, feeds: [{ ...feedOf('leads'), description: long }] }, null),
        ...samples.map((answers) => configTextOf(answers, '../define.ts')),
      ];
      await Promise.all(texts.map((text, index) => writeFile(join(dir, `sample-${index}.ts`), text)));
      const ran = spawnSync(
        join(ROOT, 'node_modules/.bin/biome'),
        ['format', `--config-path=${ROOT}`, '--vcs-enabled=false', dir],
        { encoding: 'utf8', cwd: dir },
      );
      expect(ran.stdout + ran.stderr).toContain(`Checked ${texts.length} files`);
      expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe('what cannot be written', () => {
  const refused = (answers: Partial<Answers>) => () => checkAnswers({ ...DEFAULTS, ...answers });

  it.each([
    ['two feeds of one name', { feeds: [feedOf('leads'), feedOf('leads')] }],
    ['a person twice', { people: [{ name: 'anna' }, { name: 'anna' }] }],
    [
      'a table that no object can hold',
      { feeds: [{ ...feedOf('leads'), webhooks: [{ id: 'a', table: '__proto__' }] }] },
    ],
    ['a region that is none', { region: '$(id)' }],
    ['a name with a quotation mark', { installation: "x'" }],
    ['a webhook twice', { feeds: [{ ...feedOf('leads'), webhooks: [{ id: 'a' }, { id: 'a' }] }] }],
    ['an address that is none', { email: [{ address: 'nobody', severities: ['P1'] as const }] }],
    ['a feed with the name of the queue for dead rows', { feeds: [feedOf('dead')] }],
  ])('%s is refused before anything is written', (_, answers) => {
    expect(refused(answers)).toThrow();
  });
});

describe('the configuration that the repository comes with', () => {
  it('is what init writes for it, so that init knows it as nobody else', async () => {
    expect(await readFile(join(ROOT, 'claywatch.config.ts'), 'utf8')).toBe(
      configTextOf(SHIPPED, './shared/config/define.ts'),
    );
  });
});
