import { type FunctionDescription, functionsOf } from '../functions/manifest.ts';
import type { Clock } from '../shared/clock.ts';
import { relayedFeeds } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import { type Forwarding, startForwarding } from './forwarding.ts';
import { inheritedEnvironment } from './function-environment.ts';
import { createFunctionHost, type HostedFunction } from './function-host.ts';
import { type SenderPatience, startHttpGateway } from './http-gateway.ts';
import { startLambdaEndpoint } from './lambda-endpoint.ts';
import type { LocalMessaging } from './messaging.ts';
import { keepRowsKey } from './rows-key.ts';
import type { StateDirectory } from './state-directory.ts';
import type { Teardown } from './teardown.ts';

export interface FunctionsOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly httpPort: number;
  readonly patience: SenderPatience | undefined;
  readonly state: StateDirectory;
  readonly dynamodbEndpoint: string;
  readonly tableName: string;
  readonly messaging: LocalMessaging;
  readonly onLog: (text: string) => void;
  /** A forwarder that failed; the next one does its work. */
  readonly onFault: (fault: unknown) => void;
}

export interface LocalFunctions {
  /** Where requests to functions arrive. */
  readonly url: string;
  /** The file with the key of rows; absent when the configuration names a key of its own. */
  readonly rowsKeyFile: string | undefined;
  watch(event: unknown): Promise<unknown>;
}

const ROWS_KEY_VARIABLE = 'CLAYWATCH_ROWS_KEY';
const MINUTE = 60_000;
/** What is left to forwarders when the runtime stops: the answer to a row that is on its way is waited for. */
const WIND_DOWN_MS = 3_000;
const STOP_WITHIN_MS = 8_000;

/** What a function is given, and nothing else: as deployed. */
const only = (names: readonly string[], values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));

/**
 * Runs every function of the manifest on what triggers it: requests, a schedule, or another function.
 *
 * They share one worker, each with its own environment: most of a worker is the SDK. All six loaded take 68 MB there,
 * those that answer requests and the others apart 113 MB. Bundled by esbuild it would be 38 MB, but then what runs here
 * is no longer the files that are there, and each start takes longer.
 */
export const startFunctions = async (
  options: FunctionsOptions,
  teardown: Teardown,
): Promise<LocalFunctions> => {
  const { config, state, messaging, clock } = options;
  const { watch, forward, notify, ...answering } = functionsOf(config);
  const rowsKeyFile = config.relay.rowsKey === undefined ? state.rowsKey : undefined;
  const rowsKey = rowsKeyFile === undefined ? undefined : await keepRowsKey(rowsKeyFile);

  let forwarding: Forwarding | undefined;
  const lambda = await startLambdaEndpoint({
    [forward.name]: {
      start: (event) => forwarding?.wake(event),
      invoke: (event) => host.invoke(forward.name, event),
    },
  });
  teardown.add(lambda.stop);

  const inherited = inheritedEnvironment(config, options.env);
  const values = {
    CLAYWATCH_CONFIG: state.config,
    TABLE_NAME: options.tableName,
    ALERT_TOPIC_ARN: messaging.topicArn,
    ROW_QUEUE_PREFIX: messaging.rowQueuePrefix,
    DEAD_LETTER_QUEUE: messaging.deadLetterQueueUrl,
    ROWS_KEY: config.relay.rowsKey ?? `env:${ROWS_KEY_VARIABLE}`,
    FORWARD_FUNCTION: forward.name,
  };
  const hosted = ({ name, entry, environment, timeoutSeconds }: FunctionDescription): HostedFunction => {
    const given = only(Object.keys(environment.shape), values);
    return {
      name,
      module: new URL(`../${entry}`, import.meta.url),
      env: {
        ...inherited,
        AWS_ENDPOINT_URL_DYNAMODB: options.dynamodbEndpoint,
        AWS_ENDPOINT_URL_SNS: messaging.endpoint,
        AWS_ENDPOINT_URL_SQS: messaging.endpoint,
        AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
        ...given,
        ...(rowsKey !== undefined && 'ROWS_KEY' in given ? { [ROWS_KEY_VARIABLE]: rowsKey } : {}),
      },
      timeoutMs: timeoutSeconds * 1_000,
    };
  };
  const routed = Object.values(answering);
  const host = createFunctionHost({
    functions: [watch, forward, notify, ...routed].map(hosted),
    onLog: options.onLog,
  });
  teardown.add(host.stop);

  if (relayedFeeds(config).length > 0) {
    const started = startForwarding({
      clock,
      everyMs: forward.trigger.everyMinutes * MINUTE,
      invoke: (event) => host.invoke(forward.name, event),
      onFault: options.onFault,
    });
    forwarding = started;
    teardown.add(async () => {
      const stopped = started.stop();
      host.windDown(WIND_DOWN_MS);
      const late = new AbortController();
      await Promise.race([stopped, clock.sleep(STOP_WITHIN_MS, late.signal).catch(() => undefined)]);
      late.abort();
    });
  }
  const gateway = await startHttpGateway(
    options.httpPort,
    routed.flatMap(({ name, trigger }) =>
      trigger.routes.map((route) => ({ route, invoke: (event: unknown) => host.invoke(name, event) })),
    ),
    options.patience,
  );
  teardown.add(gateway.stop);
  return { url: gateway.url, rowsKeyFile, watch: (event) => host.invoke(watch.name, event) };
};
