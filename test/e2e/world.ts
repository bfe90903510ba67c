import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poolOf } from '../../local/clay/core/options.ts';
import { startClay } from '../../local/clay/server/server.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../local/runtime.ts';
import { TRIAL_POOL, trialConfig, trialSecrets } from '../../local/trial-config.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { isOpen } from '../../shared/incident/incident.ts';
import type { WatchReport } from '../../shared/watch/run.ts';

/** Everything together: the local runtime watching a simulated Clay, every port free, state in a directory of its own. */
export interface World {
  readonly runtime: Runtime;
  readonly clayUrl: string;
  /** Runs the next slots, a minute apart; resolves with the last report. */
  look(times?: number): Promise<WatchReport>;
  switchOn(fault: string, params?: Readonly<Record<string, unknown>>): Promise<void>;
  switchOff(fault: string): Promise<void>;
  /** `e-mail P1 triggered clay.outage` and the like, in the order of the recipients, since the last call. */
  received(): readonly string[];
  /** `clay.outage clay P1` and the like. */
  openIncidents(): Promise<readonly string[]>;
  /** Stops the runtime and starts another on the same state. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const MINUTE = 60_000;

const control = async (url: string, init: RequestInit): Promise<void> => {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`the simulated Clay answered ${answer.status}: ${await answer.text()}`);
};

export const createWorld = async (
  adapt: (config: ConfigInput) => ConfigInput = (config) => config,
  secrets: Readonly<Record<string, string>> = {},
  also: (clayUrl: string) => NonNullable<RuntimeOptions['also']> = () => [],
): Promise<World> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'claywatch-e2e-'));
  const clay = await startClay({ port: 0, options: poolOf(TRIAL_POOL) });
  const clayUrl = clay.urls.base;
  const config = parseConfig(
    adapt({ ...trialConfig(clayUrl), observe: { confirmAfterMs: [10, 20] } }),
    'the configuration of the test',
  );
  const start = () =>
    startRuntime({ config, stateDir, env: { ...trialSecrets(clayUrl), ...secrets }, also: also(clayUrl) });
  let runtime = await start();
  let seen = 0;
  // Slots lie in the past, so that a test may run as many as it likes.
  let slot = Math.floor((Date.now() - 120 * MINUTE) / MINUTE) * MINUTE;

  const lookOnce = (): Promise<WatchReport> => {
    slot += MINUTE;
    return runtime.runOnce(slot);
  };
  const received = () => {
    const messages = runtime.inbox.messages().slice(seen);
    seen += messages.length;
    return messages
      .map(
        ({ protocol, attributes }) =>
          `${protocol} ${attributes.severity} ${attributes.transition} ${attributes.cause}`,
      )
      .sort();
  };

  return {
    get runtime() {
      return runtime;
    },
    clayUrl,
    look: async (times = 1) => {
      for (let run = 1; run < times; run += 1) await lookOnce();
      return lookOnce();
    },
    switchOn: (fault, params = {}) =>
      control(`${clayUrl}/_faults/${fault}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(params),
      }),
    switchOff: (fault) => control(`${clayUrl}/_faults/${fault}`, { method: 'DELETE' }),
    received,
    openIncidents: async () =>
      (await runtime.incidents.active())
        .filter(isOpen)
        .map(({ cause, subject, severity }) => `${cause} ${subject} ${severity}`),
    restart: async () => {
      await runtime.stop();
      runtime = await start();
      seen = 0;
    },
    stop: async () => {
      await runtime.stop();
      await clay.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
};
