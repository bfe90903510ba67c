import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions } from './store-options.ts';

export interface OpenFlags extends StoreFlags {
  readonly status?: boolean;
  readonly print?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
The address is \`respond.publicUrl\` of the configuration, or that of the running
\`npm start\`. On a terminal the browser is opened; otherwise, with --print or
with --json, the address is printed and nothing else happens.

Examples:
  $ claywatch open
  $ claywatch open inc-20261103-0a1b2c3d
  $ claywatch open --status --print

Exit codes:
  0 done   64 wrong usage or configuration, or no address is known
`;

export const registerOpen: Register = (program, terminal, exit) => {
  const command = program
    .command('open')
    .summary('open the console, an incident in it, or the status page')
    .description('Opens the console in the browser, or says where it is.')
    .argument('[incident]', 'e.g. inc-20261103-0a1b2c3d')
    .option('--status', 'the public status page instead')
    .option('--print', 'only say where it is');
  addStoreOptions(command)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (incident: string | undefined, flags: OpenFlags) => {
      const { open } = await import('../open.ts');
      exit(await open(incident, flags, terminal));
    });
};
