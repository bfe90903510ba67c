import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from '../../local/clay-process.ts';

/** An AWS of its own on this machine, reached over TLS, with IAM enforced. */
export interface Emulator {
  readonly endpoint: string;
  /** What any AWS client needs to reach it, and nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** Whom to trust when speaking TLS with it: a file. */
  readonly certificate: string;
  /** What it has said so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Not the one that tools fall back to, so that a region that is written down somewhere is found. */
export const REGION = 'eu-central-1';
/** The emulator's own account, and the key of its root user. */
export const ACCOUNT = '000000000000';
const ROOT_KEY = 'test';
const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 5_000;
const ASK_AGAIN_MS = 100;

/** Ends when its standard input does, that is, with whoever started it, however that ends. */
const ENDS_WITH_PARENT = [
  'import os, runpy, signal, sys, threading',
  'end = lambda: (sys.stdin.read(), os.kill(os.getpid(), signal.SIGTERM))',
  'threading.Thread(target=end, daemon=True).start()',
  "runpy.run_module('ministack', run_name='__main__')",
].join('\n');

/** Why the emulator cannot run here although it is installed; undefined: it can. */
export const emulatorLacks = (): string | undefined =>
  spawnSync('openssl', ['version']).status === 0
    ? undefined
    : 'there is no openssl command, which makes its certificate';

const isUp = async (endpoint: string): Promise<boolean> => {
  // The certificate is not trusted yet, because it is not made yet: this only asks whether somebody listens.
  const { request } = await import('node:https');
  return new Promise((resolve) => {
    const asked = request(`${endpoint}/_ministack/health`, { rejectUnauthorized: false, timeout: 1_000 });
    asked.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
};

/** Starts the emulator with everything it keeps in a directory, which is the caller's to remove. */
export const startEmulator = async (python: string, directory: string): Promise<Emulator> => {
  const port = await freePort();
  const endpoint = `https://127.0.0.1:${port}`;
  const certificate = join(directory, 'ministack-tls/server.crt');
  const logFile = join(directory, 'emulator.log');
  const log = openSync(logFile, 'a');
  const child = spawn(python, ['-c', ENDS_WITH_PARENT], {
    cwd: directory,
    stdio: ['pipe', log, log],
    env: {
      // Functions are run by the first `node`: the one that runs this.
      PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
      HOME: directory,
      TMPDIR: directory,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_REGION: REGION,
      // Policies of roles, queues and topics are evaluated, those that refuse plain HTTP among them.
      AUTH: 'true',
      USE_SSL: '1',
      LOG_LEVEL: 'INFO',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  const ended = once(child, 'exit');
  const said = () => readFileSync(logFile, 'utf8');
  const stop = async () => {
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  };
  const until = Date.now() + START_WITHIN_MS;
  while (!(await isUp(endpoint))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`The emulator did not start:\n${said().slice(-2_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
  return {
    endpoint,
    certificate,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: ROOT_KEY,
      AWS_SECRET_ACCESS_KEY: ROOT_KEY,
      AWS_EC2_METADATA_DISABLED: 'true',
      // Nobody's profile: with these two, only the emulator can be meant.
      AWS_CONFIG_FILE: join(directory, 'no-profiles'),
      AWS_SHARED_CREDENTIALS_FILE: join(directory, 'no-credentials'),
      AWS_CA_BUNDLE: certificate,
      NODE_EXTRA_CA_CERTS: certificate,
    },
    log: said,
    stop,
  };
};
