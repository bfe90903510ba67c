import { Option } from 'commander';
import { POSTMORTEM_FORMATS, type PostmortemFormat } from '../../shared/respond/postmortem-format.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface PostmortemFlags extends StoreFlags {
  readonly format?: PostmortemFormat;
  readonly out?: string;
  readonly json?: boolean;
}

const HELP = `
It is made from what is stored, and nothing is changed: the table of the
runbook, the timeline, times against their deadlines, rows, credits with the
lines that Clay support asks for in a refund, messages with proof, lessons and
actions. What cannot be known says so, and why. While the incident is open it is
a draft.

Without --format it is Markdown, or what the name of --out says.
${STORE_HELP}
Examples:
  $ claywatch postmortem inc-20261103-0a1b2c3d
  $ claywatch postmortem inc-20261103-0a1b2c3d --out review.html
  $ claywatch postmortem inc-20261103-0a1b2c3d --format json | jq .times
${STORE_EXIT_CODES}`;

export const registerPostmortem: Register = (program, terminal, exit) => {
  const command = program
    .command('postmortem')
    .summary('what happened in an incident, in numbers')
    .description('Writes the postmortem of an incident.')
    .argument('<incident>', 'e.g. inc-20261103-0a1b2c3d');
  addStoreOptions(command)
    .addOption(new Option('--format <format>', 'how it is written').choices(POSTMORTEM_FORMATS))
    .option('--out <file>', 'write it to a file, in place of what is there')
    .addOption(
      new Option('--json', 'print one JSON document and nothing else; the same as --format json').conflicts([
        'format',
        'out',
      ]),
    )
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .action(async (id: string, flags: PostmortemFlags) => {
      const { postmortem } = await import('../postmortem.ts');
      exit(await postmortem(id, flags, terminal));
    });
};
