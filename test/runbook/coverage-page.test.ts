import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { DRILLS } from '../drills/catalogue.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/runbook-coverage.md'), 'utf8');
const named = [...page.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
const causes: ReadonlySet<string> = new Set(CAUSE_IDS);
const drills: ReadonlySet<string> = new Set(DRILLS.map(({ name }) => name));
/** Words of the contract and of the configuration, which have tests of their own. */
const WORDS = new Set([
  ...['metrics', 'backupUrl', 'crm_status', 'declaredFields', '_claywatch_row_id'],
  ...['GET /v1/status', 'GET /me'],
]);

const commands = named.filter((text) => text.startsWith('npx claywatch '));
const files = named.filter((text) => /^(?:shared|functions|test|cli|local)\//.test(text));
const others = named.filter((text) => !commands.includes(text) && !files.includes(text) && !WORDS.has(text));

/** The rows of the tables, without headings and rules. */
const rows = page.split('\n').filter((line) => /^\| (?!step |-)/.test(line));

describe('the page that says what became of the runbooks', () => {
  it('names something of every kind', () => {
    expect(files.length).toBeGreaterThan(60);
    expect(commands.length).toBeGreaterThan(10);
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each([...new Set(files)])('names a file that is there: %s', (file) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
  });

  it.each([...new Set(commands)])('names a command that is there: %s', (command) => {
    const [, , name = '', ...rest] = command.split(' ');
    const source = readFileSync(join(ROOT, `cli/commands/${name}.ts`), 'utf8');
    expect(source).toMatch(new RegExp(`\\.command\\('${name}[ ']`));
    for (const word of rest)
      expect(source).toMatch(
        word.startsWith('--') ? new RegExp(`'${word}[ ']`) : new RegExp(`command\\('${word}[ ']`),
      );
  });

  it.each([...new Set(others)])('names a cause or a drill that is there: %s', (word) => {
    expect(causes.has(word) || drills.has(word)).toBe(true);
  });

  it.each(rows)('says of each step how, where, and what proves it: %s', (row) => {
    const [, , how = '', where = '', proof = ''] = row.split('|').map((cell) => cell.trim());
    expect(how).toMatch(/^(?:by itself|command|shown|asked)(?:, (?:command|shown|asked))?$/);
    expect(where).not.toBe('');
    expect(proof).toContain('`');
  });
});
