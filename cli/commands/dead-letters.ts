import type { Command } from 'commander';
import { Option } from 'commander';
import { wholeNumber } from '../number.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, groupHelp, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface DeadLettersListFlags extends StoreFlags {
  readonly fault?: 'row' | 'ours';
  readonly limit: number;
  readonly json?: boolean;
}

export interface DeadLettersShowFlags extends StoreFlags {
  readonly reveal?: boolean;
  readonly json?: boolean;
}

export interface DeadLettersRetryFlags extends StoreFlags {
  readonly all?: boolean;
  readonly fault?: 'row' | 'ours' | 'all';
  readonly by?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface DeadLettersDropFlags extends StoreFlags {
  readonly by?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const MAX_LISTED = 10_000;

const help = (text: string, examples: readonly string[]): string =>
  `
${text}
${STORE_HELP}
Examples:
${examples.map((example) => `  $ claywatch dead-letters ${example}`).join('\n')}
${STORE_EXIT_CODES}`;

const described = (command: Command, text: string, examples: readonly string[]): Command =>
  command
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', help(text, examples))
    .allowExcessArguments(false);

const BY = ['--by <name>', 'who, for the history; default: the user of this machine'] as const;

const LIST_HELP = `A row is set aside when it cannot be sent. Where it is the row's own fault, it
is to be put right where it comes from: sent again as it is, it is refused
again. Where it is ours or Clay's, send it again once that is mended.`;

const SHOW_HELP = `What is shown holds no row data, unless --reveal asks for it. The row is then
on your screen and in whatever records it: mind who can see that.`;

const RETRY_HELP = `Named letters are sent again at once. --all plans first and asks, as
\`claywatch replay FEED --source dead-letters\` does: where it was not the row's
own fault, unless --fault says otherwise.`;

const DROP_HELP = `What is dropped is gone for good. Who did it, when, and the ids stay in the
history of the feed.`;

export const registerDeadLetters: Register = (program, terminal, exit) => {
  const group = program
    .command('dead-letters')
    .summary('rows that could not be sent, and why')
    .description('Shows the rows that could not be sent, sends them again, or deletes them.')
    .addHelpText(
      'after',
      groupHelp('dead-letters', LIST_HELP, ['list leads', 'retry leads --all --dry-run']),
    );

  described(
    addStoreOptions(
      group
        .command('list')
        .summary('what was set aside, by whose fault and reason')
        .description('Lists the rows of a feed that were set aside, oldest first, without what is in them.')
        .argument('<feed>', 'e.g. leads')
        .addOption(new Option('--fault <whose>', 'whose fault it was').choices(['row', 'ours']))
        .option('--limit <n>', 'show so many', wholeNumber(MAX_LISTED), 20),
    ),
    LIST_HELP,
    ['list leads', 'list leads --fault ours', "list leads --json | jq '.letters[].reason'"],
  ).action(async (feed: string, flags: DeadLettersListFlags) => {
    const { listDeadLetters } = await import('../dead-letters.ts');
    exit(await listDeadLetters(feed, flags, terminal));
  });

  described(
    addStoreOptions(
      group
        .command('show')
        .summary('one of them')
        .description('Shows what is known of one dead letter.')
        .argument('<feed>', 'e.g. leads')
        .argument('<id>', 'as it is listed')
        .option('--reveal', 'show the row itself too: it is personal data'),
    ),
    SHOW_HELP,
    ['show leads dl-cw1jx4k2q0123456789ab', 'show leads dl-cw1jx4k2q0123456789ab --reveal'],
  ).action(async (feed: string, id: string, flags: DeadLettersShowFlags) => {
    const { showDeadLetter } = await import('../dead-letters.ts');
    exit(await showDeadLetter(feed, id, flags, terminal));
  });

  described(
    addStoreOptions(
      group
        .command('retry')
        .summary('send them again')
        .description('Puts dead letters back into the queue.')
        .argument('<feed>', 'e.g. leads')
        .argument('[id...]', 'as they are listed')
        .option('--all', 'all of them, after a plan')
        .addOption(
          new Option('--fault <whose>', 'with --all: whose fault it was; default: ours').choices([
            'ours',
            'row',
            'all',
          ]),
        )
        .option(...BY),
    )
      .option('-y, --yes', 'with --all: do not ask')
      .option('--dry-run', 'with --all: only the plan'),
    RETRY_HELP,
    ['retry leads dl-cw1jx4k2q0123456789ab', 'retry leads --all --dry-run'],
  ).action(async (feed: string, ids: readonly string[], flags: DeadLettersRetryFlags) => {
    const { retryDeadLetters } = await import('../dead-letters.ts');
    exit(await retryDeadLetters(feed, ids, flags, terminal));
  });

  described(
    addStoreOptions(
      group
        .command('drop')
        .summary('delete them for good')
        .description('Deletes dead letters for good, after asking.')
        .argument('<feed>', 'e.g. leads')
        .argument('<id...>', 'as they are listed')
        .option(...BY),
    ).option('-y, --yes', 'do not ask'),
    DROP_HELP,
    ['drop leads dl-cw1jx4k2q0123456789ab'],
  ).action(async (feed: string, ids: readonly string[], flags: DeadLettersDropFlags) => {
    const { dropDeadLetters } = await import('../dead-letters.ts');
    exit(await dropDeadLetters(feed, ids, flags, terminal));
  });
};
