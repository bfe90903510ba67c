import { credits } from '../number.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, groupHelp, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface CreditsSetFlags extends StoreFlags {
  readonly credits: number;
  readonly actions?: number;
  readonly pushed?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const MAX_CREDITS = 1_000_000_000;

const AFTER_HELP = `
For workspaces whose balance cannot be read with a key. Clay shows it in the
settings of the workspace. Burn and run-out follow from several readings: type
it in now and then, a few times a day, or let a program of yours push it with
--pushed. More than before counts as a refill.
${STORE_HELP}
Examples:
  $ claywatch credits set --credits 12400
  $ claywatch credits set --credits 12400.5 --actions 90000
  $ claywatch credits set --credits "$LEFT" --pushed --json
${STORE_EXIT_CODES}`;

export const registerCredits: Register = (program, terminal, exit) => {
  const group = program
    .command('credits')
    .summary('record a credit balance by hand')
    .description('Records a credit balance, where no API key may read it.')
    .addHelpText(
      'after',
      groupHelp('credits', 'What is left, and how fast it goes: `claywatch usage`.', ['set --credits 12400']),
    );
  const command = group
    .command('set')
    .summary('record how many credits are left')
    .description('Records how many credits are left, as Clay shows it now.')
    .requiredOption('--credits <n>', 'data credits left', credits(MAX_CREDITS))
    .option('--actions <n>', 'actions left; legacy workspaces have none', credits(MAX_CREDITS));
  addStoreOptions(command)
    .option('--pushed', 'a program says so, not a person: usage shows where the figure is from')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (flags: CreditsSetFlags) => {
      const { creditsSet } = await import('../credits-set.ts');
      exit(await creditsSet(flags, terminal));
    });
};
