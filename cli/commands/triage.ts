import { Option } from 'commander';
import { WEBHOOK_CHECKS, type WebhookCheck } from '../../shared/triage/webhook-check.ts';
import type { Register } from './index.ts';

export interface TriageFlags {
  /** A path; false for --no-config; absent for the file of the working directory, if there is one. */
  readonly config?: string | false;
  readonly confirm: boolean;
  readonly webhookCheck: WebhookCheck;
  readonly json: boolean;
  readonly input: boolean;
}

const AFTER_HELP = `
Without a configuration, Clay's public side is checked: own network, web site,
dashboard, API host, status page. These variables of the runbook add to that,
with or without a configuration (which wins where it says the same):
  CLAY_API_KEY        the key and the credits left
  CLAY_CALLBACK_URL   the endpoint that enriched rows come back to
  CLAY_WEBHOOK_URL    the form of the URL; posted to only with --webhook-check

Examples:
  $ claywatch triage
  $ claywatch triage --config staging.json --confirm
  $ CLAY_API_KEY=... claywatch triage --no-config
  $ claywatch triage --json | jq '.primary.cause'

Exit codes:
  0 healthy   1 problem found   2 cannot tell   64 wrong usage or configuration
`;

export const registerTriage: Register = (program, terminal, exit) => {
  program
    .command('triage')
    .summary('check everything now, and say what is wrong')
    .description(
      'Looks at everything at once, walks the decision tree, and names the cause and the next steps.',
    )
    .option(
      '-c, --config <file>',
      'configuration (.ts, .js or .json); default: claywatch.config.* here, if any',
    )
    .option('--no-config', 'use no configuration file')
    .option('--confirm', 'look again at what failed, after 2 and 5 seconds', false)
    .addOption(
      new Option(
        '--webhook-check <how>',
        'none: send nothing; free: a POST that Clay refuses; row: one real row each',
      )
        .choices(WEBHOOK_CHECKS)
        .default('none'),
    )
    .option('--json', 'print one JSON document and nothing else', false)
    .option('--no-input', 'ask no questions')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (flags: TriageFlags) => {
      const { triage } = await import('../triage.ts');
      exit(await triage(flags, terminal));
    });
};
