import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_HELP } from './store-options.ts';

export interface RotateFlags extends StoreFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
Without a name: every secret that can be rotated, and how it stands: when it
was rotated, what is pending, which old value is still valid and who was not
seen with the new one, and what failed.

With a name: Secrets Manager is asked to rotate it now, after you were told what
comes of it. What Claywatch makes gets a new value; what a vendor makes gets
the value that was supplied with the label CLAYWATCH_SUPPLIED, and stays as it
is without one. A value that does not work is not put into force. No value is
shown here, and none is taken from the command line.

Only a deployed installation rotates. The local runtime reads its secrets from
its environment: change them there, and start it again.

It takes secretsmanager:DescribeSecret, and to rotate
secretsmanager:RotateSecret and lambda:InvokeFunction. All about it:
docs/rotation.md.
${STORE_HELP}
Examples:
  $ claywatch rotate --table acme
  $ claywatch rotate acme/senders --table acme --dry-run
  $ claywatch rotate acme/senders --table acme --yes

Exit codes:
  0 done, or no secret needs anybody
  1 listed: one failed or waits for people
  2 listed: Secrets Manager could not be asked
  64 wrong usage, configuration or environment, or it cannot be rotated now
  69 no answer from the store   70 a fault of Claywatch itself
`;

export const registerRotate: Register = (program, terminal, exit) => {
  const command = program
    .command('rotate')
    .summary('show how secrets rotate, and rotate one now')
    .description('Shows the secrets that can be rotated, or rotates one of them.')
    .argument('[secret]', 'its name in Secrets Manager, e.g. acme/senders; default: list all');
  addStoreOptions(command)
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print one JSON document and nothing else; to rotate, with --yes or --dry-run')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (secret: string | undefined, flags: RotateFlags) => {
      const { rotate } = await import('../rotate.ts');
      exit(await rotate(secret, flags, terminal));
    });
};
