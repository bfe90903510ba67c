import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface FailoverFlags extends StoreFlags {
  readonly to?: string;
  readonly by?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
Claywatch does this by itself before a webhook is full. Senders notice nothing:
they post to the same URL. Rows on their way are counted where they arrive.

Without --to it is the next of the pool, in the order of the configuration,
that has room. With --to it is the one that you name, and it stays in use up to
its limit. If Clay said of that one that it is full, gone or refuses the token,
this is forgotten: its next row tells. It is refused while the counts say that
it, or its table, is full; \`claywatch webhook recount\` corrects a count.
${STORE_HELP}
Examples:
  $ claywatch failover leads --dry-run
  $ claywatch failover leads --to leads-2
${STORE_EXIT_CODES}`;

export const registerFailover: Register = (program, terminal, exit) => {
  const command = program
    .command('failover')
    .summary('send the rows of a feed to another webhook')
    .description('Sends the rows of a feed to another webhook of its pool, after saying what changes.')
    .argument('<feed>', 'e.g. leads')
    .option('--to <webhook>', 'its id, e.g. leads-2; default: the next that has room')
    .option('--by <name>', 'who, for the history; default: the user of this machine');
  addStoreOptions(command)
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print one JSON document and nothing else; with --yes or --dry-run')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (feed: string, flags: FailoverFlags) => {
      const { failover } = await import('../failover.ts');
      exit(await failover(feed, flags, terminal));
    });
};
