import { Command, CommanderError, Option } from 'commander';
import { EXIT, type Said, usage } from './cli/exit.ts';
import { clearFaults, postRows, showFaults, showState, switchFault } from './cli/remote.ts';
import { type RunSettings, run } from './cli/run.ts';
import { amount, DEFAULT_PORT, perMinute, poolEntry, portNumber, rowCount } from './cli/settings.ts';
import { DEFAULT_OPTIONS, type PoolEntry, poolOf, SIMULATED_CALLBACK_SECRET } from './core/options.ts';
import { nearestFaults } from './faults/switchboard.ts';

interface RunFlags {
  readonly port: number;
  readonly host: string;
  readonly webPort?: number;
  readonly statusPort?: number;
  readonly seed: number;
  readonly webhookLimit?: number;
  readonly tableCeiling?: number;
  readonly credits?: number;
  readonly actions?: number;
  readonly latency?: number;
  readonly callbackUrl?: string;
  readonly rowsPerMinute?: number;
  readonly reportUrl?: string;
  readonly relayUrl?: string;
  readonly webhook: readonly PoolEntry[];
  readonly fault: readonly string[];
  readonly log?: true;
}

/** Only what was given: the rest keeps its default. */
const optionsOf = (flags: RunFlags): RunSettings['options'] => {
  const { webhookLimit: limit, tableCeiling: ceiling } = flags;
  const pool = flags.webhook.length > 0 ? poolOf(flags.webhook) : DEFAULT_OPTIONS;
  const callback = {
    url: flags.callbackUrl ?? '',
    header: 'x-callback-secret',
    secret: process.env.CLAY_CALLBACK_SECRET ?? SIMULATED_CALLBACK_SECRET,
    timeoutMs: 30_000,
    retries: 1,
  };
  return {
    ...(flags.credits === undefined ? {} : { credits: flags.credits }),
    ...(flags.actions === undefined ? {} : { actions: flags.actions }),
    ...(flags.latency === undefined ? {} : { latencyMs: flags.latency }),
    ...(flags.callbackUrl === undefined ? {} : { callback }),
    webhooks: pool.webhooks.map((webhook) => (limit === undefined ? webhook : { ...webhook, limit })),
    tables: pool.tables.map((table) => (ceiling === undefined ? table : { ...table, ceiling })),
  };
};

const settingsOf = (flags: RunFlags): RunSettings => ({
  port: flags.port,
  host: flags.host,
  seed: flags.seed,
  log: flags.log ?? false,
  faults: flags.fault,
  ...(flags.webPort === undefined ? {} : { webPort: flags.webPort }),
  ...(flags.statusPort === undefined ? {} : { statusPort: flags.statusPort }),
  ...(flags.rowsPerMinute === undefined ? {} : { rowsPerMinute: flags.rowsPerMinute }),
  ...(flags.reportUrl === undefined
    ? {}
    : {
        report: {
          url: flags.reportUrl,
          header: 'x-claywatch-secret',
          secret: process.env.SUBMISSIONS_SECRET ?? '',
        },
      }),
  ...(flags.relayUrl === undefined
    ? {}
    : {
        relay: {
          url: flags.relayUrl,
          header: 'x-claywatch-secret',
          secret: process.env.RELAY_SECRET ?? '',
        },
      }),
  options: optionsOf(flags) ?? {},
});

const tell = ({ text, code }: Said) => {
  if (code === EXIT.fine) console.log(text);
  else console.error(text);
  process.exitCode = code;
};

/** Whoever writes the name of a fault where a command belongs most likely wants to switch it on. */
const unknownCommand = (word: string): Said => {
  const [fault] = nearestFaults(word);
  const hint = fault === undefined ? '' : `\nDid you mean:  npm run clay -- fault ${fault} on`;
  return usage(`There is no command ${JSON.stringify(word)}; --help shows what there is.${hint}`);
};

const program = new Command('npm run clay --')
  .description(
    'A simulated Clay: webhooks, tables, credits, public API and status page, with faults to switch on.',
  )
  .helpCommand(false)
  .showHelpAfterError('(--help shows what there is)')
  .enablePositionalOptions()
  .exitOverride();

/** `--port` is understood before the command as well as after it. */
const portOf = (command: Command): number =>
  command.getOptionValueSource('port') === 'cli' ? command.opts().port : program.opts().port;

const withPort = (command: Command) =>
  command
    .option('-p, --port <N>', 'the port of the running simulation', portNumber, DEFAULT_PORT)
    .exitOverride();

program
  .option('-p, --port <N>', 'where to listen; 0: any free port', portNumber, DEFAULT_PORT)
  .option('--host <ADDRESS>', 'where to listen', '127.0.0.1')
  .option('--web-port <N>', 'an own port for the web application', portNumber)
  .option('--status-port <N>', 'an own port for the status page', portNumber)
  .addOption(
    new Option('--fault <NAME>', 'a fault to begin with; may be repeated')
      .argParser((name: string, all: string[]) => [...all, name])
      .default([], 'none'),
  )
  .addOption(
    new Option('--webhook <ID:TABLE[:TAKEN]>', 'a webhook, in the place of the usual ones; may be repeated')
      .argParser((text: string, all: PoolEntry[]) => [...all, poolEntry(text, all)])
      .default([], 'leads-1, leads-2, accounts-1, stream-1'),
  )
  .option('--rows-per-minute <N>', 'send made-up rows to the first webhook', perMinute)
  .option('--relay-url <URL>', 'send made-up rows to a relay, not to a webhook (secret header: RELAY_SECRET)')
  .option(
    '--report-url <URL>',
    'where the sender of made-up rows reports them (secret header: SUBMISSIONS_SECRET)',
  )
  .option('--callback-url <URL>', 'where enriched rows go (secret header: CLAY_CALLBACK_SECRET)')
  .option('--credits <N>', 'data credits to begin with', amount)
  .option('--actions <N>', 'actions to begin with', amount)
  .option('--webhook-limit <N>', 'lifetime submissions of each webhook', amount)
  .option('--table-ceiling <N>', 'rows that each table holds', amount)
  .option('--latency <MS>', 'what a healthy answer takes, about', amount)
  .option('--seed <N>', 'what chance begins with; the same seed gives the same run', amount, 1)
  .option('--log', 'print a line for every request')
  .addHelpText(
    'after',
    `
Examples:
  npm run clay                                       run on port ${DEFAULT_PORT}
  npm run clay -- --port 7800 --fault status-minor   run on another port, with a fault
  npm run clay -- faults                             what can go wrong, and what does now
  npm run clay -- faults api-slow                    one fault and its parameters
  npm run clay -- fault outage on                    switch it on
  npm run clay -- fault api-slow on delayMs=8000 surface=me forSeconds=60
  npm run clay -- fault outage off                   switch it off

Exit codes: 0 fine, 1 could not (port taken, nobody there), 64 called wrongly.`,
  )
  .allowExcessArguments()
  .action(async (flags: RunFlags, command: Command) => {
    const [word] = command.args;
    if (word === undefined) process.exitCode = await run(settingsOf(flags));
    else tell(unknownCommand(word));
  });

withPort(program.command('faults').description('list the faults, or show one with its parameters'))
  .argument('[name]')
  .action(async (name: string | undefined, _flags: object, command: Command) =>
    tell(await showFaults(portOf(command), name)),
  );

withPort(program.command('fault').description('switch a fault on or off'))
  .argument('<name>')
  .argument('[words...]', 'on or off, and parameters as name=value')
  .action(async (name: string, words: string[], _flags: object, command: Command) =>
    tell(await switchFault(portOf(command), name, words)),
  );

withPort(program.command('clear').description('switch all faults off')).action(
  async (_flags: object, command: Command) => tell(await clearFaults(portOf(command))),
);

withPort(program.command('state').description('show the counts of webhooks, tables, credits and callbacks'))
  .option('--json', 'as JSON')
  .action(async (flags: { json?: true }, command: Command) =>
    tell(await showState(portOf(command), flags.json ?? false)),
  );

withPort(program.command('rows').description('send made-up rows'))
  .argument('[count]', 'how many', rowCount, 10)
  .argument('[webhook]', 'to which webhook; the first one by default')
  .action(async (count: number, webhook: string | undefined, _flags: object, command: Command) =>
    tell(await postRows(portOf(command), count, webhook)),
  );

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed help or its complaint already.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.usage;
}
