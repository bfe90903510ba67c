import { readFile } from 'node:fs/promises';
import { LOCAL_AWS } from '../local/aws.ts';
import type { RunningRuntime } from '../local/runtime-file.ts';
import type { createDynamoClient } from '../shared/aws/dynamodb/client.ts';
import { systemClock } from '../shared/clock.ts';
import { deployedRowsKey, relayedFeeds, rowQueuePrefix } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { DeadLetterStore, Outbox } from '../shared/relay/keeping.ts';
import type { RowQueue, Seal } from '../shared/relay/queue.ts';
import { NO_SEAL } from '../shared/relay/status-depths.ts';

/** The table as adapters want it. */
export interface Table {
  readonly client: ReturnType<typeof createDynamoClient>;
  readonly tableName: string;
}

/** Where rows rest on their way. What holds rows needs the key that seals them, which is read at the first need. */
export interface RowsAtRest {
  /** Counts rows and reads none, so it needs no key. */
  countingQueue(): Promise<Pick<RowQueue, 'depth'>>;
  queue(): Promise<RowQueue>;
  outbox(): Promise<Outbox>;
  deadLetters(): Promise<DeadLetterStore>;
}

export interface RowsPlace {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly table: Table;
  /** Null for a deployed installation. */
  readonly runtime: Pick<RunningRuntime, 'sqs' | 'rowsKeyFile'> | null;
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const keyOf = async ({ config, env, runtime }: RowsPlace): Promise<string> => {
  if (runtime?.rowsKeyFile !== undefined) {
    const text = await readFile(runtime.rowsKeyFile, 'utf8').catch(() => '');
    if (text.trim() !== '') return text;
    throw new ClaywatchError(
      'rows-key.invalid',
      `The key that encrypts rows cannot be read from ${runtime.rowsKeyFile}.`,
      'Run this as the person who runs `npm start`; without the file, its rows cannot be read any more.',
    );
  }
  if (runtime && config.relay.rowsKey === undefined)
    throw new ClaywatchError(
      'rows-key.invalid',
      'The local runtime does not say where its key for rows is.',
      'Stop it, and start it again with `npm start`.',
    );
  const { createSecretReader } = await import('../shared/aws/secrets/reader.ts');
  return createSecretReader({ env, clock: systemClock }).read(deployedRowsKey(config));
};

const noQueues = (): ClaywatchError =>
  new ClaywatchError(
    'relay.not-configured',
    'There are no queues of rows here.',
    'Name a secret in `feeds.<feed>.relay.secret` and deploy, or start `npm start` again.',
  );

/** The client of SQS, and the URL of a feed's queue without the name of the feed. */
const queuesOf = async ({ config, env, runtime }: RowsPlace) => {
  const [{ createSqsClient }, { findQueueUrlPrefix }] = await Promise.all([
    import('../shared/aws/sqs/client.ts'),
    import('../shared/aws/sqs/queue-prefix.ts'),
  ]);
  if (runtime) {
    if (!runtime.sqs) throw noQueues();
    const client = createSqsClient({ ...LOCAL_AWS, endpoint: runtime.sqs.endpoint });
    return { client, queueUrlPrefix: runtime.sqs.queuePrefix };
  }
  const [feed] = relayedFeeds(config);
  if (feed === undefined) throw noQueues();
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  const client = createSqsClient(region ? { region } : {});
  const namePrefix = rowQueuePrefix(config.installation);
  return { client, queueUrlPrefix: await findQueueUrlPrefix(client, { namePrefix, feed }) };
};

/** Opens what holds rows, each at its first use. `close` ends what was opened. */
export const openRowsAtRest = (place: RowsPlace): RowsAtRest & { readonly close: () => Promise<void> } => {
  const { config, table } = place;
  let close = async (): Promise<void> => {};
  const queues = once(async () => {
    const opened = await queuesOf(place);
    close = async () => opened.client.destroy();
    return opened;
  });
  const seal = once(async (): Promise<Seal> => {
    const { createSeal } = await import('../shared/seal/node-seal.ts');
    return createSeal(await keyOf(place));
  });
  const queueWith = async (opener: Seal): Promise<RowQueue> => {
    const { createSqsRowQueue } = await import('../shared/aws/sqs/row-queue.ts');
    return createSqsRowQueue({ ...(await queues()), seal: opener });
  };
  return {
    countingQueue: () => queueWith(NO_SEAL),
    queue: once(async () => queueWith(await seal())),
    outbox: once(async () => {
      const { createDynamoOutbox } = await import('../shared/aws/dynamodb/relay/outbox.ts');
      const { keepHours } = config.relay.outbox;
      return createDynamoOutbox({ ...table, seal: await seal(), clock: systemClock, keepHours });
    }),
    deadLetters: once(async () => {
      const { createDynamoDeadLetters } = await import('../shared/aws/dynamodb/relay/dead-letters.ts');
      const { keepDays } = config.relay.deadLetters;
      return createDynamoDeadLetters({ ...table, seal: await seal(), clock: systemClock, keepDays });
    }),
    close: () => close(),
  };
};
