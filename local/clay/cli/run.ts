import { clearLine, createInterface, cursorTo } from 'node:readline';
import pico from 'picocolors';
import { ClaywatchError } from '../../../shared/errors.ts';
import { SIMULATED_API_KEY, SIMULATED_WEBHOOK_TOKEN } from '../core/options.ts';
import { type Exchange, type RunningClay, type ServerSettings, startClay } from '../server/server.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { formatStart, formatSwitchedOn } from './format.ts';
import { obey } from './prompt.ts';
import { DEFAULT_PORT } from './settings.ts';

export interface RunSettings extends Omit<ServerSettings, 'onExchange'> {
  /** Prints a line for every request. */
  readonly log: boolean;
  /** Faults to begin with. */
  readonly faults: readonly string[];
}

const isTerminal = () => Boolean(process.stdin.isTTY && process.stdout.isTTY);

const exchangeLine = ({ method, surface, outcome }: Exchange): string => {
  const colour = /^[23]/.test(outcome) ? pico.green : pico.red;
  return `${pico.dim(new Date().toISOString().slice(11, 19))}  ${method.padEnd(6)} ${surface.padEnd(12)} ${colour(outcome)}`;
};

/** Reads commands from the terminal until the person leaves. */
const readCommands = (running: RunningClay, leave: () => void) => {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: 'clay> ' });
  lines.on('line', (line) => {
    const said = obey(running.clay, line);
    if (said === 'quit') {
      leave();
      return;
    }
    if (said !== '') console.log(said);
    lines.prompt();
  });
  lines.on('SIGINT', leave);
  lines.on('close', leave);
  console.log(pico.dim('Type the name of a fault to switch it on or off, or help. Ctrl-C ends.\n'));
  lines.prompt();
  return lines;
};

/** Runs the simulation until Ctrl-C; resolves with the exit code. */
export const run = async (settings: RunSettings): Promise<ExitCode> => {
  let prompt: ReturnType<typeof createInterface> | undefined;
  const print = (line: string) => {
    if (prompt) {
      clearLine(process.stdout, 0);
      cursorTo(process.stdout, 0);
    }
    console.log(line);
    prompt?.prompt(true);
  };
  let running: RunningClay;
  try {
    running = await startClay({
      ...settings,
      ...(settings.log ? { onExchange: (exchange: Exchange) => print(exchangeLine(exchange)) } : {}),
    });
  } catch (error) {
    if (!(error instanceof ClaywatchError)) throw error;
    console.error(`${error.message} ${error.remedy}`);
    return EXIT.failed;
  }
  for (const name of settings.faults) {
    const outcome = running.clay.faults.set(name);
    if (outcome.kind === 'on') continue;
    await running.close();
    const hint = outcome.kind === 'unknown-fault' ? outcome.nearest.join(', ') : outcome.problems.join('; ');
    console.error(`There is no fault ${JSON.stringify(name)}.${hint ? ` Did you mean ${hint}?` : ''}`);
    return EXIT.usage;
  }

  const { clay, urls } = running;
  const port = Number(new URL(urls.base).port);
  const webhookUrl = `${urls.base}${clay.webhookPath(clay.state().webhooks[0]?.id ?? '')}`;
  const values = { apiKey: SIMULATED_API_KEY, webhookUrl, token: SIMULATED_WEBHOOK_TOKEN };
  console.log(formatStart(urls, values, port === DEFAULT_PORT ? '' : ` --port ${port}`));
  for (const fault of clay.faults.active()) console.log(formatSwitchedOn(fault));

  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    if (isTerminal()) prompt = readCommands(running, resolve);
    else console.log('Ctrl-C ends.');
  });
  prompt?.close();
  prompt = undefined;
  await running.close();
  console.log('\nThe simulated Clay has ended.');
  return EXIT.fine;
};
