import { Option } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import { REPLAY_SOURCES, type ReplaySource } from '../../shared/replay/job.ts';
import { moment } from '../moment.ts';
import { wholeNumber } from '../number.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_HELP } from './store-options.ts';

export interface ReplayFlags extends StoreFlags {
  readonly source?: ReplaySource;
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  readonly fault?: 'row' | 'ours' | 'all';
  readonly list?: boolean;
  readonly resume?: string;
  readonly by?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const MAX_ROWS = 10_000_000;

const AFTER_HELP = `
Sources:
  uncalled      rows that Clay accepted and that never came back, as after an
                outage there. Each is a new row at Clay, and costs again. Rows
                accepted within \`rows.lost.afterMinutes\` are left alone, unless
                --until says otherwise.
  dead-letters  rows that were set aside: where it was not the row's own fault,
                unless --fault says otherwise
  held          rows that wait behind a hold of an operator or of the forwarder

Nothing is sent faster than Clay takes rows, nor beyond the limit of a webhook
or table; a replay that the credits do not pay for is refused. Without a feed,
--dry-run shows what there is of every feed; without a source, of every source.
A replay waits while the queue is long. Ctrl-C stops it, and --resume goes on.
${STORE_HELP}
Examples:
  $ claywatch replay --dry-run
  $ claywatch replay leads --source uncalled --since 6h
  $ claywatch replay leads --source dead-letters --fault all --dry-run
  $ claywatch replay --list
  $ claywatch replay --resume rpl-20261103-0a1b2c3d

Exit codes:
  0 done, or possible   1 refused, stopped or not finished   64 wrong usage,
  configuration or environment   69 no answer from the store or the queue
  70 a fault of Claywatch itself
`;

export const registerReplay: Register = (program, terminal, exit) => {
  const time = moment(systemClock.now);
  const command = program
    .command('replay')
    .summary('send rows to Clay again: plans first')
    .description('Sends rows of a feed to Clay again, after a plan of what it needs and what it would break.')
    .argument('[feed]', 'e.g. leads')
    .addOption(new Option('--source <what>', 'which rows; see below').choices(REPLAY_SOURCES))
    .option('--since <time>', 'rows taken or set aside since then: 6h, 3d, or an instant', time)
    .option('--until <time>', 'and before then', time)
    .option('--limit <n>', 'no more than so many, oldest first', wholeNumber(MAX_ROWS))
    .addOption(
      new Option('--fault <whose>', 'of dead letters: whose fault it was; default: ours').choices([
        'ours',
        'row',
        'all',
      ]),
    )
    .option('--list', 'replays under way, stopped and done')
    .option('--resume <id>', 'go on with a replay that was stopped or killed')
    .option('--by <name>', 'who, for the history; default: the user of this machine');
  addStoreOptions(command)
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'only the plan')
    .option('--json', 'print one JSON document and nothing else; with --yes or --dry-run')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (feed: string | undefined, flags: ReplayFlags) => {
      const { replay } = await import('../replay.ts');
      exit(await replay(feed, flags, terminal));
    });
};
