import type { Register } from './index.ts';
import { groupHelp } from './store-options.ts';

export interface ConfigFlags {
  readonly config?: string;
  readonly json?: boolean;
}

const EXIT_CODES = `
Exit codes:
  0 it is in order   64 it is not, or is not there
`;

const CHECK_HELP = `
Reads it as the deployment does: types, ranges, names that belong together,
expressions, the price of canaries. Secrets are only named in it, and none is
read. A wrong key is named with what is allowed there.

Examples:
  $ claywatch config check
  $ claywatch config check --config staging.config.ts --json
${EXIT_CODES}`;

const SHOW_HELP = `
What Claywatch goes by: every key, with its default where you wrote nothing.
Secrets are only named in it. docs/configuration.md says what each key means.

Examples:
  $ claywatch config show | less
  $ claywatch config show --json | jq .config.statusPage
${EXIT_CODES}`;

const CONFIG = ['-c, --config <file>', 'configuration; default: claywatch.config.* here'] as const;
const JSON_FLAG = ['--json', 'print one JSON document and nothing else'] as const;

export const registerConfig: Register = (program, terminal, exit) => {
  const group = program
    .command('config')
    .summary('see whether the configuration is in order')
    .description('Checks the configuration, or shows it with every default.')
    .addHelpText(
      'after',
      groupHelp(
        'config',
        'To make one: `claywatch init`.\nWhether what it names is there: `claywatch doctor`.',
        ['check', 'show --json | jq .config.feeds'],
      ),
    );
  group
    .command('check')
    .summary('whether it is in order')
    .description('Checks a configuration, and says every fault with its key.')
    .option(...CONFIG)
    .option(...JSON_FLAG)
    .addHelpText('after', CHECK_HELP)
    .allowExcessArguments(false)
    .action(async (flags: ConfigFlags) => {
      const { configCheck } = await import('../config.ts');
      exit(await configCheck(flags, terminal));
    });
  group
    .command('show')
    .summary('all of it, defaults too')
    .description('Shows a configuration with every default filled in, as JSON.')
    .option(...CONFIG)
    .option(...JSON_FLAG)
    .addHelpText('after', SHOW_HELP)
    .allowExcessArguments(false)
    .action(async (flags: ConfigFlags) => {
      const { configShow } = await import('../config.ts');
      exit(await configShow(flags, terminal));
    });
};
