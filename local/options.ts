import { parseArgs } from 'node:util';
import { ClaywatchError } from '../shared/errors.ts';

export interface LocalOptions {
  /** A configuration of the user's own; without it the built-in trial on the simulated Clay. */
  readonly config?: string;
  readonly state: string;
  readonly fresh: boolean;
  readonly once: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** Cadence, seconds; absent: 10 on the trial, the configuration's own otherwise. */
  readonly everySeconds?: number;
  readonly clayPort: number;
  /** Where requests arrive; 0: the port of the last time, or any free one. */
  readonly port: number;
}

export const HELP = `Claywatch on this machine: the real functions, with DynamoDB, SNS and SQS emulated and kept local.

Usage
  npm start                          watch a simulated Clay, which is started too
  npm start -- --config FILE         watch what FILE points at (TypeScript or JSON); nothing is simulated
  npm start -- --once                look once and exit: 0 healthy, 1 problem found, 2 cannot tell

Options
  --config FILE     the configuration; "claywatch.config.ts" shows one
  --every SECONDS   how often to look, 1 to 3600 (10 on the trial; otherwise as in the configuration.
                    On AWS one minute is the finest rate)
  --state DIR       where incidents and messages are kept (.claywatch); they outlive a restart
  --fresh           forget what is kept there first
  --once            one look, then exit
  --json            one JSON object per line: {"type":"started"|"run"|"message"|"fault"|"stopped"}
  --port N          port where rows and callbacks arrive and links in messages lead (4401);
                    0: the one of the last time, or any free one
  --clay-port N     port of the simulated Clay (7700)
  --help            this text

Try it: start it, then in another terminal
  npm run clay -- fault outage on    an incident opens within seconds; e-mail and SMS land in the inbox
  npx claywatch incidents            who has it; take it with the command or the link in the e-mail
  npm run clay -- fault outage off   it is resolved once Clay was seen working again

Exit codes: 0 stopped by you, 64 wrong usage or configuration, 70 a fault of its own; with --once as above.
`;

const usage = (message: string): ClaywatchError =>
  new ClaywatchError('usage.invalid', message, 'See npm start -- --help.');

const wholeNumber = (flag: string, text: string, min: number, max: number): number => {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw usage(`--${flag} takes a whole number from ${min} to ${max}, not "${text}".`);
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        every: { type: 'string' },
        state: { type: 'string', default: '.claywatch' },
        fresh: { type: 'boolean', default: false },
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        port: { type: 'string', default: '4401' },
        'clay-port': { type: 'string', default: '7700' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw usage((error as Error).message.split('. ')[0] ?? 'The options cannot be read.');
  }
};

/** Reads the command line; throws `usage.invalid`. */
export const parseOptions = (args: readonly string[]): LocalOptions => {
  const values = parse(args);
  return {
    ...(values.config === undefined ? {} : { config: values.config }),
    ...(values.every === undefined ? {} : { everySeconds: wholeNumber('every', values.every, 1, 3_600) }),
    state: values.state,
    fresh: values.fresh,
    once: values.once,
    json: values.json,
    help: values.help,
    port: wholeNumber('port', values.port, 0, 65_535),
    clayPort: wholeNumber('clay-port', values['clay-port'], 0, 65_535),
  };
};
