import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_HELP } from './store-options.ts';

export interface StatusFlags extends StoreFlags {
  readonly json?: boolean;
}

const AFTER_HELP = `
normal    rows go to Clay as they come
degraded  they go later than that: slowly, behind others, or after failures
holding   they wait: somebody or something holds the feed, or no webhook takes
          a row. Rows are taken and kept all the same.

Applications ask the same of GET /v1/status.
${STORE_HELP}
Examples:
  $ claywatch status
  $ claywatch status leads
  $ claywatch status --json | jq '.feeds[] | {feed, mode, waiting}'

Exit codes:
  0 normal   1 degraded or holding   64 wrong usage, configuration or
  environment   69 no answer from the store   70 a fault of Claywatch itself
`;

export const registerStatus: Register = (program, terminal, exit) => {
  const command = program
    .command('status')
    .summary('whether rows reach Clay, and why not')
    .description(
      'Shows of every feed whether its rows reach Clay, how many wait and since when, which webhook takes them and how many standbys are left.',
    )
    .argument('[feed]', 'one feed only');
  addStoreOptions(command)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (feed: string | undefined, flags: StatusFlags) => {
      const { status } = await import('../status.ts');
      exit(await status(feed, flags, terminal));
    });
};
