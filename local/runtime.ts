import { writeFile } from 'node:fs/promises';
import { consoleDirectory } from '../console/build.ts';
import { functionsOf } from '../functions/manifest.ts';
import { createDynamoClient } from '../shared/aws/dynamodb/client.ts';
import { ensureTable } from '../shared/aws/dynamodb/create-table.ts';
import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { type Clock, isoInstant, systemClock } from '../shared/clock.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { IncidentStore } from '../shared/incident/store.ts';
import type { RelayStatus } from '../shared/relay/status.ts';
import type { WatchReport } from '../shared/watch/run.ts';
import { LOCAL_AWS } from './aws.ts';
import { startDynamoDb } from './dynamodb.ts';
import { openEndpoint } from './endpoint.ts';
import { createFunctionLog } from './function-log.ts';
import { type LocalFunctions, startFunctions } from './functions.ts';
import type { GatewayRoute, SenderPatience } from './http-gateway.ts';
import { type Inbox, type InboxMessage, openInbox } from './inbox.ts';
import { type LocalMessaging, startMessaging } from './messaging.ts';
import { keepOwnKeys, withOwnEndpoint } from './own-keys.ts';
import { createPeopleStatusReader, type PeopleStatus } from './people-status.ts';
import { createRelayStatusReader } from './relay-status.ts';
import { writeRuntimeFile } from './runtime-file.ts';
import { runSchedule } from './schedule.ts';
import { openStateDirectory } from './state-directory.ts';
import { createTeardown, type Teardown } from './teardown.ts';

/**
 * A run of `watch`, a forwarder, a replay, the hand-over to chat channels, a message that could not be taken into the
 * inbox, or the building of the console's page.
 */
export type FaultOf = 'run' | 'forwarder' | 'channels' | 'replay' | 'inbox' | 'console';

export interface RuntimeOptions {
  readonly config: Config;
  /** Made if need be; must be empty or of an earlier runtime. */
  readonly stateDir: string;
  /** Forget what is kept there. */
  readonly fresh?: boolean;
  /** Where `env:` secrets are read from; default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Where requests to functions arrive; default: where they did the last time, or any free port. */
  readonly httpPort?: number;
  /** How slow senders may be; default: as slow as API Gateway lets them. */
  readonly patience?: SenderPatience;
  /** What is served beside the functions, and never deployed. */
  readonly also?: readonly GatewayRoute[];
  /** Where the console's page stands, or will once it is built; default: what `buildConsole` builds. */
  readonly consoleFiles?: string;
  /** A scheduled run begins. */
  readonly onRun?: (slot: number) => void;
  /** After every scheduled run, when the messages it sent are in the inbox. */
  readonly onReport?: (
    report: WatchReport,
    missed: number,
    relay: RelayStatus | null,
    people: PeopleStatus | null,
  ) => void;
  readonly onMessage?: (message: InboxMessage) => void;
  /** Something that failed and is tried again. */
  readonly onFault?: (error: Error, of: FaultOf) => void;
}

export interface Runtime {
  readonly endpoints: {
    readonly dynamodb: string;
    readonly sns: string;
    readonly sqs: string;
    /** Of the functions that answer requests: `<http>/v1/rows/{feed}`. */
    readonly http: string;
  };
  readonly stateDir: string;
  readonly inboxDir: string;
  readonly logFile: string;
  readonly tableName: string;
  readonly topicArn: string;
  /** The configuration as the functions have it: with links to this machine, unless it says otherwise. */
  readonly config: Config;
  /** The file with the key by which people and programs act; absent when the configuration names a secret of its own. */
  readonly respondKeyFile: string | undefined;
  /** Where the console is; who opens it is signed in by the fragment, where the key is one of this machine's own. */
  readonly consoleUrl: string | undefined;
  /** What waits for chat channels that the configuration names no more. */
  readonly abandoned: LocalMessaging['abandoned'];
  readonly inbox: Inbox;
  readonly incidents: IncidentStore;
  /** How the relay goes; null when no feed has one. */
  relayStatus(): Promise<RelayStatus | null>;
  /** Who has which incident, and whether messages arrive. */
  peopleStatus(): Promise<PeopleStatus>;
  /** Runs `watch` for a slot (epoch ms) and waits for its messages to be in the inbox. Rejects when the run fails. */
  runOnce(slot: number): Promise<WatchReport>;
  /** Runs `watch` at once and then on every slot until `stop`. */
  follow(everyMs: number): Promise<void>;
  /** Lets a run under way finish, then closes everything. */
  stop(): Promise<void>;
}

const TABLE_NAME = 'claywatch';
/** A run that takes longer at the end is cut off; being safe to kill, it is done again. */
const FINISH_WITHIN_MS = 10_000;

const startStore = async (path: string, dir: string, teardown: Teardown) => {
  const dynamodb = await startDynamoDb(path);
  teardown.add(dynamodb.stop);
  const client = createDynamoClient({ ...LOCAL_AWS, endpoint: dynamodb.endpoint });
  teardown.add(() => client.destroy());
  const table = { client, tableName: TABLE_NAME };
  try {
    await ensureTable(client, TABLE_NAME);
  } catch (error) {
    throw new ClaywatchError(
      'local.state-unusable',
      `The store in ${dir} cannot be opened.`,
      'Start with --fresh to forget it, or name another directory with --state DIR.',
      { cause: error },
    );
  }
  return {
    endpoint: dynamodb.endpoint,
    table,
    incidents: createDynamoIncidentStore(table),
  };
};

/** A fragment is not sent with a request: the page exchanges the key for a session and takes it off its address. */
const consoleUrl = (base: string, key: string | undefined): string =>
  `${base}/console${key === undefined ? '' : `#key=${encodeURIComponent(key)}`}`;

const asError = (fault: unknown): Error => (fault instanceof Error ? fault : new Error(String(fault)));

const createRuns = (
  watch: LocalFunctions['watch'],
  inbox: Inbox,
  { relayStatus, peopleStatus }: Pick<Runtime, 'relayStatus' | 'peopleStatus'>,
  options: RuntimeOptions,
) => {
  const stopping = new AbortController();
  const finished = new AbortController();
  let current: Promise<unknown> = Promise.resolve();
  /** The scheduled run under way, until its report has been told. */
  let following: Promise<void> = Promise.resolve();

  const runOnce = async (slot: number): Promise<WatchReport> => {
    const running = (async () => {
      const report = (await watch({ slot: isoInstant(slot) })) as WatchReport;
      await inbox.settle();
      return report;
    })();
    current = running.catch(() => undefined);
    return running;
  };
  const tell = async (slot: number, missed: number): Promise<void> => {
    options.onRun?.(slot);
    try {
      const report = await runOnce(slot);
      const [relay, people] = await Promise.all([
        relayStatus().catch(() => null),
        peopleStatus().catch(() => null),
      ]);
      options.onReport?.(report, missed, relay, people);
    } catch (fault) {
      options.onFault?.(asError(fault), 'run');
    }
  };
  const follow = (everyMs: number): Promise<void> =>
    runSchedule({
      clock: options.clock ?? systemClock,
      everyMs,
      signal: stopping.signal,
      run: (slot, missed) => {
        following = tell(slot, missed);
        return following;
      },
    });
  return {
    runOnce,
    follow,
    stop: async () => {
      stopping.abort();
      await Promise.race([
        Promise.all([current, following]),
        systemClock.sleep(FINISH_WITHIN_MS, finished.signal).catch(() => undefined),
      ]);
      finished.abort();
    },
  };
};

/**
 * The whole product on this machine: the real functions by their one description (functions/manifest.ts), against a
 * DynamoDB and SQS kept on disk and SNS in memory, every port chosen by the operating system. Throws `local.*`.
 */
export const startRuntime = async (options: RuntimeOptions): Promise<Runtime> => {
  const teardown = createTeardown();
  try {
    const state = await openStateDirectory(options.stateDir, options.fresh ?? false);
    teardown.add(state.release);
    const keys = await keepOwnKeys(options.config, state);
    const endpoint = await openEndpoint(options.config, {
      port: options.httpPort ?? 0,
      portFile: state.httpPort,
      patience: options.patience,
      also: options.also,
    });
    teardown.add(endpoint.stop);
    const config = withOwnEndpoint(options.config, endpoint.url);
    await writeFile(state.config, JSON.stringify(config, null, 2), { mode: 0o600 });
    const store = await startStore(state.dynamodb, state.dir, teardown);
    const { forward, notify } = functionsOf(config);
    const messaging = await startMessaging({
      config,
      path: state.queues,
      visibilitySeconds: forward.timeoutSeconds,
      channels: notify.trigger,
    });
    teardown.add(messaging.stop);
    const inbox = await openInbox({
      messaging,
      dir: state.inbox,
      onMessage: (message) => options.onMessage?.(message),
      onError: (fault) => options.onFault?.(asError(fault), 'inbox'),
      clock: options.clock ?? systemClock,
    });
    teardown.add(inbox.stop);

    const functions = await startFunctions(
      {
        config,
        env: options.env ?? process.env,
        clock: systemClock,
        endpoint,
        state,
        keys,
        dynamodbEndpoint: store.endpoint,
        tableName: TABLE_NAME,
        messaging,
        consoleFiles: options.consoleFiles ?? consoleDirectory(),
        onLog: createFunctionLog(state.log),
        onFault: (fault, of) => options.onFault?.(asError(fault), of),
      },
      teardown,
    );
    const relay = createRelayStatusReader({ config, table: store.table, messaging });
    teardown.add(relay.close);
    const peopleStatus = createPeopleStatusReader({ config, ...store });
    const runs = createRuns(functions.watch, inbox, { relayStatus: relay.read, peopleStatus }, options);
    teardown.add(runs.stop);
    teardown.add(
      await writeRuntimeFile(state.dir, {
        pid: process.pid,
        endpoint: store.endpoint,
        tableName: TABLE_NAME,
        config: state.config,
        sqs: { endpoint: messaging.endpoint, queuePrefix: messaging.rowQueuePrefix },
        alerts: {
          endpoint: messaging.endpoint,
          topicArn: messaging.topicArn,
          pagesTopicArn: messaging.pagesTopicArn,
        },
        ...(keys.rows && { rowsKeyFile: keys.rows.file }),
      }),
    );

    return {
      endpoints: {
        dynamodb: store.endpoint,
        sns: messaging.endpoint,
        sqs: messaging.endpoint,
        http: endpoint.url,
      },
      stateDir: state.dir,
      inboxDir: state.inbox,
      logFile: state.log,
      tableName: TABLE_NAME,
      topicArn: messaging.topicArn,
      config,
      respondKeyFile: keys.respond?.file,
      consoleUrl: config.console.enabled ? consoleUrl(endpoint.url, keys.respond?.value) : undefined,
      abandoned: messaging.abandoned,
      inbox,
      incidents: store.incidents,
      relayStatus: relay.read,
      peopleStatus,
      runOnce: runs.runOnce,
      follow: runs.follow,
      stop: teardown.run,
    };
  } catch (error) {
    await teardown.run();
    throw error;
  }
};
