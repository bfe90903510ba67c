import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface UsageFlags extends StoreFlags {
  readonly json?: boolean;
}

const AFTER_HELP = `${STORE_HELP}
Examples:
  $ claywatch usage
  $ claywatch usage leads
  $ claywatch usage --table claywatch-prod --config prod.json
  $ claywatch usage --json | jq '.feeds[].webhooks[] | {webhook, share}'
${STORE_EXIT_CODES}`;

export const registerUsage: Register = (program, terminal, exit) => {
  const command = program
    .command('usage')
    .summary('how much of every limit and of the credits is used')
    .description(
      'Shows every webhook and table on its way to its limit, what came of the rows, and the credits: what is left, how fast it burns, when it runs out.',
    )
    .argument('[feed]', 'one feed only');
  addStoreOptions(command)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (feed: string | undefined, flags: UsageFlags) => {
      const { usage } = await import('../usage.ts');
      exit(await usage(feed, flags, terminal));
    });
};
