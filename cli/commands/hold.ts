import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface HoldFlags extends StoreFlags {
  readonly reason?: string;
  readonly by?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
Rows are taken from senders as before and wait in the queue, as long as it
takes. What is on its way to Clay at this moment still gets there; nothing more
is sent after a few seconds. \`claywatch resume\` lets them go.

A hold is not needed in an outage or for a full webhook: Claywatch holds and
goes on by itself then. It is for what only you know: a table under repair,
credits to save, a mistake upstream.
${STORE_HELP}
Examples:
  $ claywatch hold leads --reason "the table is being rebuilt"
  $ claywatch hold leads --dry-run
${STORE_EXIT_CODES}`;

export const registerHold: Register = (program, terminal, exit) => {
  const command = program
    .command('hold')
    .summary('stop sending the rows of a feed')
    .description('Stops sending the rows of a feed to Clay, until `claywatch resume`. No row is lost.')
    .argument('<feed>', 'e.g. leads')
    .option('--reason <text>', 'why, for whoever sees it; no personal data, no secrets')
    .option('--by <name>', 'who, for the history; default: the user of this machine');
  addStoreOptions(command)
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (feed: string, flags: HoldFlags) => {
      const { hold } = await import('../hold.ts');
      exit(await hold(feed, flags, terminal));
    });
};
