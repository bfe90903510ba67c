import { Option } from 'commander';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import { wholeNumber } from '../number.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_HELP } from './store-options.ts';

export interface DrillFlags extends StoreFlags {
  readonly live?: boolean;
  readonly severity: Severity;
  readonly minutes: number;
  readonly end?: boolean;
  readonly force?: boolean;
  readonly wait: boolean;
  readonly by?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** A longer drill is forgotten. */
const LONGEST_MINUTES = 240;

const AFTER_HELP = `
Opens an incident that says in every message that it is a DRILL, and shows how
long it takes until people are told, until somebody acknowledges, and until
everybody hears that it is over. It goes the way of a real one: the watch tells
people with its next run, pages the next step of the escalation when nobody
acknowledges in time, and ends it.

Nothing is sent to Clay, no feed is held, and status pages hear nothing of it.
It ends after --minutes, with --end, or by itself when a real P1 or P2 opens.
While one is open it is refused. Ctrl-C ends the looking, not the drill.

Scripted faults with known right answers, which tell nobody: npm run drill.
${STORE_HELP}
Examples:
  $ claywatch drill --live
  $ claywatch drill --live --severity P3 --minutes 30
  $ claywatch drill --live --end

Exit codes:
  0 everybody was told, of the end as well   1 something did not arrive, or is
  still on its way   64 wrong usage, configuration or environment   69 no answer
  from the store   70 a fault of Claywatch itself
`;

export const registerDrill: Register = (program, terminal, exit) => {
  const command = program
    .command('drill')
    .summary('practise on the live installation, marked as a drill everywhere')
    .description('Opens an incident that is a drill, and measures how it reaches people.')
    .option('--live', 'on the installation that runs; people are really told')
    .addOption(
      new Option('--severity <severity>', 'as an incident of this severity would go')
        .choices(SEVERITIES)
        .default('P1'),
    )
    .option('--minutes <minutes>', 'when it ends by itself', wholeNumber(LONGEST_MINUTES), 10)
    .option('--end', 'end the drill that runs')
    .option('--force', 'although a real incident is open')
    .option('--no-wait', 'start it, and do not look on')
    .option('--by <name>', 'who, for the messages; default: the user of this machine');
  addStoreOptions(command)
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'say who would be told, and tell nobody')
    .option('--json', 'print one JSON document and nothing else; with --yes or --dry-run')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (flags: DrillFlags) => {
      const { drill } = await import('../drill.ts');
      exit(await drill(flags, terminal));
    });
};
