import type { Command } from 'commander';
import type { Register } from './index.ts';

export interface InitFlags {
  readonly file?: string;
  readonly runsOn?: string;
  readonly installation?: string;
  readonly region?: string;
  readonly feed?: readonly string[];
  readonly webhook?: readonly string[];
  readonly report?: readonly string[];
  readonly callbacks: boolean;
  readonly apiKey: boolean;
  readonly email?: readonly string[];
  readonly sms?: readonly string[];
  readonly person?: readonly string[];
  readonly slack?: string;
  readonly pagerduty?: boolean;
  readonly links: boolean;
  readonly timeZone?: string;
  readonly workdays?: string;
  readonly endsAt?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
Asks what there is to watch and who is told, writes claywatch.config.ts, and
says what comes next: a command for every secret that it names. A secret is
never asked for and never written; the commands read each from a prompt.

With --yes nothing is asked: what no option says is taken as it is by default.
A file that is there already is kept: without a person to ask, the new one is
written beside it as claywatch.config.new.ts, unless --force is given.

Examples:
  $ claywatch init
  $ claywatch init --yes --email ops@example.com --webhook leads/leads-1=Leads
  $ claywatch init --yes --runs-on environment --file trial.config.ts
  $ claywatch init --yes --json --dry-run | jq -r '.secrets[].command'

Exit codes:
  0 done   1 cancelled; nothing was written   64 wrong usage   70 a fault of
  Claywatch itself
`;

const collect = (one: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  one,
];

const options = (command: Command): Command =>
  command
    .option('--file <file>', 'where it is written; default: claywatch.config.ts here')
    .option('--runs-on <where>', 'aws, or environment for a trial on this machine; default: aws')
    .option('--installation <name>', 'default: claywatch')
    .option('--region <region>', 'of AWS; default: AWS_REGION')
    .option('--feed <name>', 'a flow of rows into Clay; several times for several', collect)
    .option('--webhook <feed/id[=table]>', 'a webhook of a feed, and its Clay table; several times', collect)
    .option('--report <feed>', 'its senders post to Clay themselves, and report it; several times', collect)
    .option('--no-callbacks', 'no HTTP API column posts enriched rows to Claywatch')
    .option('--no-api-key', 'there is no Clay API key')
    .option('--email <address[=P1,P2]>', 'who gets e-mail, of these severities; several times', collect)
    .option('--sms <number[=P1]>', 'who gets SMS; several times', collect)
    .option('--person <name=email,number>', 'who takes turns on call, in this order; several times', collect)
    .option('--slack <channel>', 'the id of a Slack channel')
    .option('--pagerduty', 'PagerDuty hears of P1 and P2')
    .option('--no-links', 'no links in messages')
    .option('--time-zone <zone>', 'default: that of this machine')
    .option('--workdays <days>', 'e.g. monday,tuesday; default: monday to friday')
    .option('--ends-at <time>', 'end of the business day; default: 17:00');

export const registerInit: Register = (program, terminal, exit) => {
  options(
    program
      .command('init')
      .summary('ask what there is to watch, and write the configuration')
      .description('Asks what there is to watch and who is told, and writes claywatch.config.ts.'),
  )
    .option('--force', 'replace a file that is there')
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print one JSON document and nothing else; with --yes')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (flags: InitFlags) => {
      const { init } = await import('../init.ts');
      exit(await init(flags, terminal));
    });
};
