import { type FunctionDescription, functionsOf } from '../functions/manifest.ts';
import type { Clock } from '../shared/clock.ts';
import { relayedFeeds } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import type { Endpoint } from './endpoint.ts';
import { type Forwarding, startForwarding } from './forwarding.ts';
import { inheritedEnvironment } from './function-environment.ts';
import { createFunctionHost, type HostedFunction } from './function-host.ts';
import { startLambdaEndpoint } from './lambda-endpoint.ts';
import type { LocalMessaging } from './messaging.ts';
import { type OwnKeys, ROWS_KEY_VARIABLE } from './own-keys.ts';
import { startQueueMapping } from './queue-mapping.ts';
import type { StateDirectory } from './state-directory.ts';
import type { Teardown } from './teardown.ts';

export interface FunctionsOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Where requests arrive. */
  readonly endpoint: Endpoint;
  readonly state: Pick<StateDirectory, 'config'>;
  /** Secrets of this machine's own, for the functions that may know them. */
  readonly keys: OwnKeys;
  readonly dynamodbEndpoint: string;
  readonly tableName: string;
  readonly messaging: LocalMessaging;
  /** Where the console's page stands, or will once it is built. */
  readonly consoleFiles: string;
  readonly onLog: (text: string) => void;
  /** What failed and is tried again: a forwarder, or the hand-over to a chat channel; or a replay, which can be resumed. */
  readonly onFault: (fault: unknown, of: 'forwarder' | 'channels' | 'replay') => void;
}

export interface LocalFunctions {
  watch(event: unknown): Promise<unknown>;
}

const MINUTE = 60_000;
/**
 * What is left to forwarders and to `notify` when the runtime stops: the answer to a row or a message that is on its way
 * is waited for, and no other is sent.
 */
const WIND_DOWN_MS = 3_000;
const STOP_WITHIN_MS = 8_000;

/** What a function is given, and nothing else: as deployed. */
const only = (names: readonly string[], values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));

/**
 * Runs every function of the manifest on what triggers it: requests, a schedule, or another function.
 *
 * They share one worker, each with its own environment: most of a worker is the SDK. All eight loaded take 60 MB there;
 * a second worker, for those that answer requests, would take 45 MB more. Bundled by esbuild it would be half, but then
 * what runs here is no longer the files that are there, and each start takes longer.
 */
export const startFunctions = async (
  options: FunctionsOptions,
  teardown: Teardown,
): Promise<LocalFunctions> => {
  const { config, messaging, clock, endpoint } = options;
  const functions = functionsOf(config);
  const { watch, forward, notify, replay } = functions;
  const keys = Object.values(options.keys).filter((key) => key !== null);

  let forwarding: Forwarding | undefined;
  const lambda = await startLambdaEndpoint({
    [forward.name]: {
      start: (event) => forwarding?.wake(event),
      invoke: (event) => host.invoke(forward.name, event),
    },
    [replay.name]: {
      start: (event) => {
        host.invoke(replay.name, event).catch((fault: unknown) => options.onFault(fault, 'replay'));
      },
      invoke: (event) => host.invoke(replay.name, event),
    },
  });
  teardown.add(lambda.stop);

  const inherited = inheritedEnvironment(config, options.env);
  const values = {
    CLAYWATCH_CONFIG: options.state.config,
    TABLE_NAME: options.tableName,
    ALERT_TOPIC_ARN: messaging.topicArn,
    PAGES_TOPIC_ARN: messaging.pagesTopicArn,
    ROW_QUEUE_PREFIX: messaging.rowQueuePrefix,
    DEAD_LETTER_QUEUE: messaging.deadLetterQueueUrl,
    ROWS_KEY: config.relay.rowsKey ?? `env:${ROWS_KEY_VARIABLE}`,
    FORWARD_FUNCTION: forward.name,
    REPLAY_FUNCTION: replay.name,
    CONSOLE_FILES: options.consoleFiles,
  };
  const hosted = ({
    name,
    entry,
    environment,
    timeoutSeconds,
    grants,
  }: FunctionDescription): HostedFunction => {
    const its = keys.filter(({ grant }) => grants.includes(grant));
    return {
      name,
      functionName: `${config.installation}-${name}`,
      module: new URL(`../${entry}`, import.meta.url),
      env: {
        ...inherited,
        AWS_ENDPOINT_URL_DYNAMODB: options.dynamodbEndpoint,
        AWS_ENDPOINT_URL_SNS: messaging.endpoint,
        AWS_ENDPOINT_URL_SQS: messaging.endpoint,
        AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
        ...only(Object.keys(environment.shape), values),
        ...Object.fromEntries(its.map(({ variable, value }) => [variable, value])),
      },
      timeoutMs: timeoutSeconds * 1_000,
    };
  };
  const host = createFunctionHost({
    functions: Object.values(functions).map(hosted),
    onLog: options.onLog,
  });
  teardown.add(host.stop);

  if (relayedFeeds(config).length > 0)
    forwarding = startForwarding({
      clock,
      everyMs: forward.trigger.everyMinutes * MINUTE,
      invoke: (event) => host.invoke(forward.name, event),
      onFault: (fault) => options.onFault(fault, 'forwarder'),
    });
  const handingOver = startQueueMapping({
    queues: messaging.channelQueues,
    sqs: messaging.queues,
    clock,
    invoke: (event) => host.invoke(notify.name, event),
    onFault: (fault) => options.onFault(fault, 'channels'),
  });
  teardown.add(async () => {
    const stopped = Promise.all([forwarding?.stop(), handingOver.stop()]);
    host.windDown(WIND_DOWN_MS);
    const late = new AbortController();
    await Promise.race([stopped, clock.sleep(STOP_WITHIN_MS, late.signal).catch(() => undefined)]);
    late.abort();
  });
  endpoint.serve(host.invoke);
  teardown.add(endpoint.stop);
  return { watch: (event) => host.invoke(watch.name, event) };
};
