import { Option } from 'commander';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import type { Silence } from '../../shared/silence/silence.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, groupHelp, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface SilenceAddFlags extends StoreFlags {
  readonly for?: string;
  readonly from?: string;
  readonly until?: string;
  readonly reason: string;
  readonly kind: Silence['kind'];
  readonly cause?: readonly string[];
  readonly subject?: string;
  readonly feed?: string;
  readonly atMost?: Severity;
  readonly everything?: boolean;
  readonly by?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface SilenceListFlags extends StoreFlags {
  readonly all?: boolean;
  readonly json?: boolean;
}

export interface SilenceEndFlags extends StoreFlags {
  readonly json?: boolean;
}

const ADD_HELP = `
Pages and notices of what it covers are held back. Nothing is lost: what is
still so when it ends is told then. The recovery of what was told before is
announced all the same, and so is what people write. An incident that comes
and goes within it tells nobody; its timeline says so.

Times are lengths from now (90m, 2h, 1d12h) or times with their zone
(2026-11-23T22:00Z, 2026-11-23T22:00+01:00).
${STORE_HELP}
Examples:
  $ claywatch silence add --for 2h --feed leads --reason 'New webhook'
  $ claywatch silence add --for 1d --cause enrichment.slow --reason 'Known'
  $ claywatch silence add --from 2026-11-23T22:00Z --for 4h --everything \\
      --kind maintenance --reason 'CRM moves'
${STORE_EXIT_CODES}`;

const LIST_HELP = `${STORE_HELP}
Examples:
  $ claywatch silence list
  $ claywatch silence list --all --json | jq '.silences[].reason'
${STORE_EXIT_CODES}`;

const END_HELP = `${STORE_HELP}
Examples:
  $ claywatch silence end sil-0a1b2c3d
${STORE_EXIT_CODES}`;

const registerAdd: Register = (group, terminal, exit) => {
  const command = group
    .command('add')
    .summary('hold messages back for a while')
    .description('Holds pages and notices back, for a while and with a reason.')
    .option('--for <time>', 'how long, e.g. 2h')
    .option('--until <time>', 'until when, instead of --for')
    .option('--from <time>', 'from when; default: now')
    .requiredOption('--reason <text>', 'why; it is shown wherever a message was held back')
    .addOption(
      new Option('--kind <kind>', 'silence: known and dealt with; maintenance: planned work')
        .choices(['silence', 'maintenance'])
        .default('silence'),
    )
    .option('--feed <name>', 'what is about this feed')
    .option('--cause <id...>', 'what has one of these causes')
    .option('--subject <text>', 'what is about exactly this, e.g. leads/leads-1')
    .addOption(new Option('--at-most <severity>', 'only what is this urgent or less').choices(SEVERITIES))
    .option('--everything', 'everything there is; must be said')
    .option('--by <name>', 'who you are; default: the name of your account here');
  addStoreOptions(command)
    .option('--dry-run', 'say what it would cover, and change nothing')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', ADD_HELP)
    .allowExcessArguments(false)
    .action(async (flags: SilenceAddFlags) => {
      const { silenceAdd } = await import('../silence.ts');
      exit(await silenceAdd(flags, terminal));
    });
};

const registerList: Register = (group, terminal, exit) => {
  const command = group
    .command('list')
    .summary('silences in force and to come')
    .description('Lists silences that are in force or to come, soonest first.');
  addStoreOptions(command)
    .option('--all', 'also those of the last 90 days that are over')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', LIST_HELP)
    .allowExcessArguments(false)
    .action(async (flags: SilenceListFlags) => {
      const { silenceList } = await import('../silence.ts');
      exit(await silenceList(flags, terminal));
    });
};

const registerEnd: Register = (group, terminal, exit) => {
  const command = group
    .command('end')
    .summary('end one before its time')
    .description('Ends a silence, or calls off one that has not begun. What is still so is told at once.')
    .argument('<id>', 'e.g. sil-0a1b2c3d');
  addStoreOptions(command)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', END_HELP)
    .allowExcessArguments(false)
    .action(async (id: string, flags: SilenceEndFlags) => {
      const { silenceEnd } = await import('../silence.ts');
      exit(await silenceEnd(id, flags, terminal));
    });
};

export const registerSilence: Register = (program, terminal, exit) => {
  const group = program
    .command('silence')
    .summary('hold messages back for a while, with a reason')
    .description(
      'Holds messages back for a while, with a reason. Planned work shows on the status page as such.',
    )
    .addHelpText(
      'after',
      groupHelp('silence', 'Nothing is lost: what is still so when a silence ends is told then.', [
        "add --for 2h --feed leads --reason 'New webhook'",
        'list',
        'end sil-0a1b2c3d',
      ]),
    );
  for (const register of [registerAdd, registerList, registerEnd]) register(group, terminal, exit);
};
