import { readFile } from 'node:fs/promises';
import { LOCAL_AWS } from '../../local/aws.ts';
import { findRuntime } from '../../local/runtime-file.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoDeadLetters } from '../../shared/aws/dynamodb/relay/dead-letters.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../shared/aws/sqs/row-queue.ts';
import { systemClock } from '../../shared/clock.ts';
import { createSeal } from '../../shared/seal/node-seal.ts';
import { FEED } from './plan.ts';

export interface Places {
  /** Rows in the queue, received or not. */
  waiting(): Promise<number>;
  /** Ids of those that can be received now; they are held from then on. */
  inQueue(): Promise<readonly string[]>;
  inDeadLetters(): Promise<readonly string[]>;
  /** Possible duplicates that the ledger knows of: accepted again, and attempts without a known outcome. */
  resent(): Promise<number>;
  close(): void;
}

/** Where rows of a running local runtime may be, beside Clay. */
export const openPlaces = async (stateDir: string): Promise<Places> => {
  const runtime = await findRuntime(stateDir);
  if (typeof runtime === 'string' || !runtime.sqs || !runtime.rowsKeyFile)
    throw new Error('the runtime does not say where its queues and its key are');
  const dynamodb = createDynamoClient({ ...LOCAL_AWS, endpoint: runtime.endpoint });
  const sqs = createSqsClient({ ...LOCAL_AWS, endpoint: runtime.sqs.endpoint });
  const seal = createSeal(await readFile(runtime.rowsKeyFile, 'utf8'));
  const queue = createSqsRowQueue({ client: sqs, queueUrlPrefix: runtime.sqs.queuePrefix, seal });
  const table = { client: dynamodb, tableName: runtime.tableName };
  const deadLetters = createDynamoDeadLetters({ ...table, seal, clock: systemClock, keepDays: 90 });
  const ledger = createDynamoRowsLedger({ ...table, clock: systemClock, retainDays: 35 });

  return {
    waiting: async () => {
      const { waiting, inFlight, delayed } = await queue.depth(FEED);
      return waiting + inFlight + delayed;
    },
    inQueue: async () => {
      const ids: string[] = [];
      for (;;) {
        const { rows } = await queue.receive(FEED, { waitSeconds: 1, visibilitySeconds: 600 });
        if (rows.length === 0) return ids;
        ids.push(...rows.map(({ row }) => row.id));
      }
    },
    inDeadLetters: async () => {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof deadLetters.list>> = await deadLetters.list(FEED, {
          limit: 100,
          ...(cursor === null ? {} : { cursor }),
        });
        ids.push(...page.letters.flatMap(({ row }) => (row ? [row.id] : [])));
        cursor = page.cursor;
      } while (cursor !== null);
      return ids;
    },
    resent: async () => {
      const { resent } = await ledger.fold(FEED, systemClock.now());
      return (resent?.acceptedAgain ?? 0) + (resent?.uncertain ?? 0);
    },
    close: () => {
      dynamodb.destroy();
      sqs.destroy();
    },
  };
};
