import { MAX_COUNT } from '../../shared/usage/recount.ts';
import { wholeNumber } from '../number.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, groupHelp, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface RecountFlags extends StoreFlags {
  readonly count: number;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
A webhook takes 50,000 rows in its life, and Clay has no API that says how many
it took. Where the count here is wrong (rows from before Claywatch counted, or
past it), set it to what you know: from Clay itself or its support, from the
logs of your sender. Rows sent after this moment are counted on top.
${STORE_HELP}
Examples:
  $ claywatch webhook recount leads/leads-1 --count 36214 --dry-run
  $ claywatch webhook recount leads/leads-1 --count 36214
${STORE_EXIT_CODES}`;

export const registerWebhook: Register = (program, terminal, exit) => {
  const group = program
    .command('webhook')
    .summary('correct what was counted of a webhook')
    .description('Corrects what was counted of a webhook, where you know better.')
    .addHelpText(
      'after',
      groupHelp('webhook', 'What is counted: `claywatch usage`. Which one takes rows: `claywatch status`.', [
        'recount leads/leads-1 --count 36214 --dry-run',
      ]),
    );
  const command = group
    .command('recount')
    .summary('set how many rows a webhook took in its life')
    .description('Sets how many rows a webhook took in its life, after saying what changes.')
    .argument('<feed/webhook>', 'e.g. leads/leads-1')
    .requiredOption('--count <n>', 'rows that it took in its life', wholeNumber(MAX_COUNT));
  addStoreOptions(command)
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print one JSON document and nothing else; with --yes or --dry-run')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (target: string, flags: RecountFlags) => {
      const { recount } = await import('../recount.ts');
      exit(await recount(target, flags, terminal));
    });
};
