import { Option } from 'commander';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import { wholeNumber } from '../number.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, groupHelp, STORE_HELP } from './store-options.ts';

export interface NotifyTestFlags extends StoreFlags {
  readonly channel?: string;
  readonly severity: Severity;
  readonly topic?: string;
  readonly wait: number;
  readonly json?: boolean;
}

const LONGEST_WAIT_S = 600;

const AFTER_HELP = `
The message says that it is a test. It goes every way that an incident of that
severity goes: e-mail and SMS, and every channel; a pager is told at once that
it is over. Status pages hear nothing. Then it waits for proof, and says what
arrived. SNS proves that it took a mail or an SMS, not that it was read.
${STORE_HELP}
Examples:
  $ claywatch notify test
  $ claywatch notify test --severity P3
  $ claywatch notify test --channel slack-ops

Exit codes:
  0 all arrived   1 something did not   64 wrong usage, configuration or
  environment   69 no answer   70 a fault of Claywatch itself
`;

export const registerNotify: Register = (program, terminal, exit) => {
  const group = program
    .command('notify')
    .summary('see whether messages arrive')
    .description('Sends messages to see whether they arrive.')
    .addHelpText(
      'after',
      groupHelp('notify', 'Whether they would arrive, without sending any: `claywatch doctor`.', [
        'test --severity P3',
      ]),
    );
  const command = group
    .command('test')
    .summary('send a test message every way, and say what arrived')
    .description('Sends a message that says that it is a test, and waits for proof that it arrived.')
    .option('--channel <id>', 'this channel only, by its name in the configuration')
    .addOption(
      new Option('--severity <severity>', 'as an incident of this severity would go')
        .choices(SEVERITIES)
        .default('P1'),
    )
    .option('--topic <arn>', 'SNS topic of incidents; default: found by the name of the installation')
    .option('--wait <seconds>', 'how long to wait for proof', wholeNumber(LONGEST_WAIT_S), 60);
  addStoreOptions(command)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (flags: NotifyTestFlags) => {
      const { notifyTest } = await import('../notify-test.ts');
      exit(await notifyTest(flags, terminal));
    });
};
