import { buildConsole, consoleDirectory } from '../console/build.ts';
import { systemClock } from '../shared/clock.ts';
import { loadConfig } from '../shared/config/load.ts';
import { parseConfig } from '../shared/config/parse.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { isOpen } from '../shared/incident/incident.ts';
import { type ClayProcess, freePort, startClayProcess } from './clay-process.ts';
import { lastPort } from './endpoint.ts';
import type { GatewayRoute } from './http-gateway.ts';
import { HELP, type LocalOptions, parseOptions } from './options.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { httpPortFile } from './state-directory.ts';
import { trialRoutes } from './trial/routes.ts';
import { trialConfig, trialFlow, trialSecrets } from './trial-config.ts';
import { createJsonView } from './view/json-view.ts';
import { createLiveView, type View } from './view/live-view.ts';

const EXIT = { stopped: 0, usage: 64, fault: 70 } as const;
const CONCLUSION_EXIT = { healthy: 0, problem: 1, 'cannot-tell': 2 } as const;
const TRIAL_EVERY_SECONDS = 10;

interface Watched {
  readonly config: Config;
  readonly everySeconds: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly httpPort: number;
  readonly clay?: ClayProcess;
  /** Of the trial: what the guided drill asks for. */
  readonly also?: readonly GatewayRoute[];
}

/** Looking more rarely than the configuration says is not missing runs. */
const atCadence = (config: Config, everySeconds: number): Config => {
  const { schedule } = config;
  const everyMinutes = Math.max(schedule.everyMinutes, Math.ceil(everySeconds / 60));
  const missedAfterMinutes = Math.max(schedule.missedAfterMinutes, 3 * everyMinutes);
  return everyMinutes === schedule.everyMinutes
    ? config
    : { ...config, schedule: { ...schedule, everyMinutes, missedAfterMinutes } };
};

const watchTrial = async (options: LocalOptions): Promise<Watched> => {
  // Clay is started first, and must know where its callbacks go and its sender reports.
  const httpPort =
    options.port === 0 ? await freePort(await lastPort(httpPortFile(options.state))) : options.port;
  const clay = await startClayProcess(options.clayPort, trialFlow(httpPort));
  const everySeconds = options.everySeconds ?? TRIAL_EVERY_SECONDS;
  return {
    config: atCadence(parseConfig(trialConfig(clay.url), 'the trial configuration'), everySeconds),
    everySeconds,
    env: { ...process.env, ...trialSecrets(clay.url) },
    httpPort,
    clay,
    also: trialRoutes({ clayUrl: clay.url, lookEverySeconds: everySeconds, clock: systemClock }),
  };
};

const watchOwn = async (path: string, options: LocalOptions): Promise<Watched> => {
  const config = await loadConfig(path);
  const everySeconds = options.everySeconds ?? config.schedule.everyMinutes * 60;
  return { config: atCadence(config, everySeconds), everySeconds, env: process.env, httpPort: options.port };
};

/** Ctrl-C under npm arrives twice, from the terminal and from npm; only one that comes later is a second one. */
const SAME_SIGNAL_MS = 500;

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    let first: number | undefined;
    const stop = () => {
      first ??= Date.now();
      resolve();
      // Meant at once; nothing durable is lost by it.
      if (Date.now() - first > SAME_SIGNAL_MS) process.exit(EXIT.stopped);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });

const carryOver = async (runtime: Runtime, view: View): Promise<void> => {
  const open = (await runtime.incidents.active()).filter(isOpen);
  if (open.length > 0) view.carriedOver(open);
};

const lookOnce = async (runtime: Runtime, view: View): Promise<number> => {
  const report = await runtime.runOnce(Math.floor(Date.now() / 1_000) * 1_000);
  const [relay, people] = await Promise.all([
    runtime.relayStatus().catch(() => null),
    runtime.peopleStatus().catch(() => null),
  ]);
  view.report(report, 0, relay, people);
  return CONCLUSION_EXIT[report.diagnosis?.conclusion ?? 'cannot-tell'];
};

const start = async (options: LocalOptions): Promise<number> => {
  const watched =
    options.config === undefined ? await watchTrial(options) : await watchOwn(options.config, options);
  const view = options.json ? createJsonView(process.stdout) : createLiveView(process.stdout, process.env);
  const consoleFiles = consoleDirectory();
  const page = options.once ? Promise.resolve() : buildConsole(consoleFiles);
  // Told once there is somebody to tell.
  page.catch(() => undefined);
  try {
    const runtime = await startRuntime({
      config: watched.config,
      stateDir: options.state,
      fresh: options.fresh,
      env: watched.env,
      httpPort: watched.httpPort,
      consoleFiles,
      ...(watched.also && { also: watched.also }),
      onRun: view.runStarted,
      onReport: view.report,
      onMessage: view.message,
      onFault: view.fault,
    });
    try {
      const { config, everySeconds, clay } = watched;
      view.started({ config, everySeconds, clay, runtime, source: options.config });
      for (const { channel, messages } of runtime.abandoned)
        view.notice(
          `${messages} message${messages === 1 ? '' : 's'} for ${channel}, which the configuration names no more, stay in its queue until it does, or until --fresh.`,
        );
      page.catch((fault: Error) => view.fault(fault, 'console'));
      await carryOver(runtime, view);
      if (options.once) return await lookOnce(runtime, view);
      const stopped = untilStopped();
      const following = runtime.follow(everySeconds * 1_000);
      await Promise.race([stopped, following]);
      view.notice('\nStopping when the look under way is done; Ctrl-C again stops at once.');
      return EXIT.stopped;
    } finally {
      await runtime.stop();
      view.end();
    }
  } finally {
    await watched.clay?.stop();
  }
};

const explainFault = (error: unknown): number => {
  if (!(error instanceof ClaywatchError)) {
    console.error(error);
    return EXIT.fault;
  }
  console.error(`${error.message}\n${error.remedy}\n(${error.code})`);
  return /^(usage|config)\./.test(error.code) ? EXIT.usage : EXIT.fault;
};

const main = async (): Promise<number> => {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (!options.help) return await start(options);
    process.stdout.write(HELP);
    return EXIT.stopped;
  } catch (error) {
    return explainFault(error);
  }
};

/** Store and queues have no other way to say that their files are broken or that the disk is full. */
const storeFault = (error: Error): ClaywatchError =>
  new ClaywatchError(
    'local.state-unusable',
    `What is kept in the state directory cannot be written any more: ${error.message}.`,
    'See that the disk has room; if it stays so, start with --fresh to forget the store.',
    { cause: error },
  );

process.on('uncaughtException', (error) => {
  const ofStore =
    /node_modules[\\/](dynalite|classic-level|abstract-level)[\\/]/.test(error.stack ?? '') ||
    ('code' in error && error.code === 'ERR_SQLITE_ERROR');
  process.exit(explainFault(ofStore ? storeFault(error) : error));
});
// The reader of a pipe may leave before us: then there is nobody to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.stopped);
  throw error;
});
process.exitCode = await main();
