import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_HELP } from './store-options.ts';

export interface DoctorFlags extends StoreFlags {
  readonly topic?: string;
  readonly pagesTopic?: string;
  readonly endpoint?: string;
  readonly json?: boolean;
}

const AFTER_HELP = `
Looks, and tells nobody anything. Does it run: the table, the last run of the
watch, the functions, whether every secret has a value, how rotations ended,
whether the endpoint answers. Would messages arrive: what the configuration
leaves open, whether every subscription is confirmed, whether SNS may send SMS
and how much, whether every channel takes its key, and how long the oldest
message is owed. Says for each what to do.

Secrets are read here to see whether they have a value, and channels are asked
with theirs; nothing of what they hold is shown.
${STORE_HELP}
Examples:
  $ claywatch doctor
  $ claywatch doctor --table claywatch-prod --config prod.json
  $ claywatch doctor --json | jq '.checks[] | select(.result != "ready")'

Exit codes:
  0 everything is ready   1 something is not   2 something cannot be told
  64 wrong usage, configuration or environment   69 no answer from the store
  70 a fault of Claywatch itself
`;

export const registerDoctor: Register = (program, terminal, exit) => {
  const command = program
    .command('doctor')
    .summary('see whether it runs and messages would arrive, and what to do if not')
    .description('Looks at everything that has to be right for an incident to be seen and told.')
    .option('--topic <arn>', 'SNS topic of incidents; default: found by the name of the installation')
    .option('--pages-topic <arn>', 'SNS topic of pages; default: found likewise')
    .option('--endpoint <url>', 'the output PublicUrl; default: respond.publicUrl of the configuration');
  addStoreOptions(command)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (flags: DoctorFlags) => {
      const { doctor } = await import('../doctor.ts');
      exit(await doctor(flags, terminal));
    });
};
