import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { FULL_CONFIG } from '../infra/installation.ts';
import { synthesize, templatesIn } from './cdk.ts';
import { pythonTools } from './python.ts';

/*
 * `npm run check:templates`: synthesizes the configuration of this directory, and one that uses everything, and has
 * cfn-lint, AWS's own linter of CloudFormation, read the templates. Any finding fails.
 */

/** Each with why it is none. */
const IGNORED: Readonly<Record<string, string>> = {
  W3005:
    'CDK writes DependsOn beside the reference that implies it, for the policies of a role; it says the same twice',
};
const REGIONS = ['us-east-1', 'eu-central-1'];

const tools = await pythonTools();
if ('missing' in tools) {
  console.log(`SKIPPED: cfn-lint: ${tools.missing}`);
  console.log('0 passed, 0 failed, 1 skipped');
} else {
  const directory = mkdtempSync(join(tmpdir(), 'claywatch-templates-'));
  try {
    const full = join(directory, 'full.config.json');
    writeFileSync(full, JSON.stringify(FULL_CONFIG));
    const templates: string[] = [];
    for (const [name, config] of [
      ['own', 'claywatch.config.ts'],
      ['full', full],
    ] as const) {
      const assembly = join(directory, name);
      await synthesize(config, assembly);
      templates.push(...templatesIn(assembly));
    }
    const { status, stdout, stderr } = spawnSync(
      join(dirname(tools.python), 'cfn-lint'),
      [
        ...['--non-zero-exit-code', 'informational', '--regions', ...REGIONS],
        ...['--ignore-checks', ...Object.keys(IGNORED), '--', ...templates],
      ],
      { encoding: 'utf8', maxBuffer: 64_000_000 },
    );
    process.stdout.write(`${stdout}${stderr}`);
    for (const template of templates) console.log(`looked at ${basename(template)}`);
    for (const [rule, why] of Object.entries(IGNORED)) console.log(`ignored ${rule}: ${why}`);
    console.log(status === 0 ? `${templates.length} passed, 0 failed` : '0 passed, 1 failed');
    process.exitCode = status === 0 ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
