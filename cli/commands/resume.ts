import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface ResumeFlags extends StoreFlags {
  readonly all?: boolean;
  readonly by?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
Releases what \`claywatch hold\` set. A feed may be held for several reasons at
once, each released on its own: an incident's hold goes when the incident is
resolved, the forwarder's when a row that it tries is accepted. Rows go when
none is left, the first few slowly.

--all releases those too, after asking. Rows then go to Clay though something
may still be broken: an open incident does not hold a feed again that somebody
let go, and only failure upon failure stops it. \`claywatch hold\` does.
${STORE_HELP}
Examples:
  $ claywatch resume leads
  $ claywatch resume leads --all --dry-run
${STORE_EXIT_CODES}`;

export const registerResume: Register = (program, terminal, exit) => {
  const command = program
    .command('resume')
    .summary('send the rows of a feed again')
    .description("Releases an operator's hold, so that the rows of a feed go to Clay again.")
    .argument('<feed>', 'e.g. leads')
    .option('--all', 'release every hold, whoever set it')
    .option('--by <name>', 'who, for the history; default: the user of this machine');
  addStoreOptions(command)
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print one JSON document and nothing else; --all then needs --yes or --dry-run')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (feed: string, flags: ResumeFlags) => {
      const { resume } = await import('../resume.ts');
      exit(await resume(feed, flags, terminal));
    });
};
