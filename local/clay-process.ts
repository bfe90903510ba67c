import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ClaywatchError } from '../shared/errors.ts';
import type { PoolEntry } from './clay/core/options.ts';
import { COMPILE_CACHE_DIR } from './compile-cache.ts';

/** An endpoint of ours, and how whoever sends to it proves who it is. */
export interface OwnEndpoint {
  readonly url: string;
  readonly secret: string;
}

/** What flows through a simulated Clay. */
export interface ClayFlow {
  /** Where its HTTP API columns send enriched rows. */
  readonly callback: OwnEndpoint;
  readonly webhooks: readonly PoolEntry[];
  /** Made-up rows, and where their sender posts them; nothing is sent when it is left out. */
  readonly rowsPerMinute: number;
  readonly relay?: OwnEndpoint;
  /** Data credits and actions to begin with. */
  readonly credits: number;
}

export interface ClayProcess {
  readonly url: string;
  readonly port: number;
  /** False when one was running there already; then it stays running after `stop`. */
  readonly started: boolean;
  /** The operating system's number of the process that was started here. */
  readonly pid?: number;
  stop(): Promise<void>;
}

const START_WITHIN_MS = 10_000;
const ASK_AGAIN_MS = 50;
const STOP_WITHIN_MS = 2_000;

const local = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A simulated Clay tells what it would have watched; nothing else does. */
const isSimulatedClay = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(`${url}/_config`, { signal: AbortSignal.timeout(1_000) });
    const config = (await answer.json()) as { readonly installation?: unknown } | null;
    return config?.installation === 'simulated';
  } catch {
    return false;
  }
};

/** A port that nobody listens at now: this one, if it is free. */
export const freePort = async (preferred = 0): Promise<number> => {
  const server = createServer().listen(preferred, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if (preferred === 0) throw error;
    return freePort();
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
};

const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
};

const notStarted = (port: number, said: string): ClaywatchError =>
  /is taken/.test(said)
    ? new ClaywatchError(
        'local.port-in-use',
        `Port ${port}, where the simulated Clay was to listen, is taken by another program.`,
        'Stop that program, or choose another port: --clay-port N.',
      )
    : new ClaywatchError(
        'local.clay-not-started',
        `The simulated Clay did not start${said ? `: ${said.trim()}` : '.'}`,
        'Run npm run clay by itself to see why.',
      );

/**
 * Starts the simulated Clay as a program of its own, or finds the one that runs at this port already. It ends with
 * this process. `port` 0 is any free one. Throws `local.port-in-use` or `local.clay-not-started`.
 * One that ran already goes on sending its callbacks where it was told to.
 */
export const startClayProcess = async (wanted: number, flow: ClayFlow): Promise<ClayProcess> => {
  const { callback, webhooks, relay, rowsPerMinute, credits } = flow;
  const port = wanted === 0 ? await freePort() : wanted;
  const url = `http://127.0.0.1:${port}`;
  if (await isSimulatedClay(url)) return { url, port, started: false, stop: async () => undefined };

  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=2',
      '--import',
      local('./exit-with-parent.ts'),
      local('./clay/main.ts'),
      '--port',
      String(port),
      '--callback-url',
      callback.url,
      ...webhooks.flatMap(({ id, table, startCount }) => ['--webhook', `${id}:${table}:${startCount}`]),
      ...(relay ? ['--relay-url', relay.url, '--rows-per-minute', String(rowsPerMinute)] : []),
      '--credits',
      String(credits),
      '--actions',
      String(credits),
    ],
    // A group of its own: Ctrl-C is for the runtime, which ends this once its last run is done.
    {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        ...process.env,
        RELAY_SECRET: relay?.secret ?? '',
        NODE_COMPILE_CACHE: COMPILE_CACHE_DIR,
        CLAY_CALLBACK_SECRET: callback.secret,
      },
    },
  );
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2_000);
  });
  let exited = false;
  child.once('exit', () => {
    exited = true;
  });
  const until = Date.now() + START_WITHIN_MS;
  while (!(await isSimulatedClay(url))) {
    if (exited || Date.now() > until) {
      await stopChild(child);
      throw notStarted(port, said);
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
  return {
    url,
    port,
    started: true,
    ...(child.pid === undefined ? {} : { pid: child.pid }),
    stop: () => stopChild(child),
  };
};
