import type { Command } from 'commander';

/** The options by which a command finds what was counted. */
export const addStoreOptions = (command: Command): Command =>
  command
    .option('-c, --config <file>', 'configuration; default: see below')
    .option('--state <dir>', 'state directory of a running `npm start`; default: .claywatch')
    .option('--table <name>', 'DynamoDB table of a deployed installation');

/** What stands below the commands of a group. */
export const groupHelp = (group: string, text: string, examples: readonly string[]): string => `
${text}

Examples:
${examples.map((example) => `  $ claywatch ${group} ${example}`).join('\n')}
  $ claywatch ${group} help ${examples[0]?.split(' ')[0] ?? ''}
`;

export const STORE_HELP = `
Where the counts are:
  in the table of --table or TABLE_NAME, with the AWS credentials and region of
  the environment and the configuration of this directory; otherwise with the
  running \`npm start\` of this directory or of --state, and its configuration.
`;

export const STORE_EXIT_CODES = `
Exit codes:
  0 done   64 wrong usage, configuration or environment   69 no answer from the
  store   70 a fault of Claywatch itself
`;
