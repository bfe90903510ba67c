import { Argument } from 'commander';
import { CAUSE_IDS } from '../../shared/cause.ts';
import type { Register } from './index.ts';

export interface ExplainFlags {
  readonly json?: boolean;
}

const AFTER_HELP = `
The runbook of a cause as Claywatch has it: what it means, who is hit, what
happens by itself, the exact steps, how to see that it works again. It needs no
installation and no network. Without a cause it lists all of them.

Examples:
  $ claywatch explain
  $ claywatch explain webhook.limit-reached
  $ claywatch explain credits.exhausted --json | jq -r '.steps[].do'

Exit codes:
  0 done   64 wrong usage
`;

export const registerExplain: Register = (program, terminal, exit) => {
  program
    .command('explain')
    .summary('what a cause means, and what to do')
    .description('Shows what is known of a cause before it ever happens.')
    .addArgument(new Argument('[cause]', 'e.g. webhook.limit-reached').choices(CAUSE_IDS))
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (cause: string | undefined, flags: ExplainFlags) => {
      const { explain } = await import('../explain.ts');
      exit(explain(cause, flags, terminal));
    });
};
