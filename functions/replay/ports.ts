import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoDeadLetters } from '../../shared/aws/dynamodb/relay/dead-letters.ts';
import { createDynamoOutbox } from '../../shared/aws/dynamodb/relay/outbox.ts';
import { createDynamoPacer } from '../../shared/aws/dynamodb/relay/pacer.ts';
import { createDynamoReplayJobs } from '../../shared/aws/dynamodb/relay/replay-jobs.ts';
import type { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createLambdaClient } from '../../shared/aws/lambda/client.ts';
import { createLambdaReplayStarter } from '../../shared/aws/lambda/replay-starter.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../shared/aws/sqs/row-queue.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader, SecretReference } from '../../shared/config/secret-reference.ts';
import type { ControlStore } from '../../shared/relay/control.ts';
import type { ReplayStarter } from '../../shared/replay/carry-on.ts';
import type { PlanPorts, RunPorts } from '../../shared/replay/ports.ts';
import { secureRandom } from '../../shared/rows/row-id.ts';
import { createSecretSeal } from '../../shared/seal/secret-seal.ts';

export interface OpenReplays {
  readonly config: Config;
  readonly table: Pick<Parameters<typeof createDynamoReplayJobs>[0], 'client' | 'tableName'>;
  readonly clock: Clock;
  readonly secrets: SecretReader;
  readonly controls: ControlStore;
  readonly ledger: ReturnType<typeof createDynamoRowsLedger>;
  readonly queueUrlPrefix: string;
  readonly rowsKey: string;
  readonly replayFunction: string;
}

/** Nobody else goes on when it is not taken, so it is tried for a while. */
const CALL = { maxAttempts: 3 } as const;

/** What replays are planned from and work on, and what hands them on. Opens no connection. */
export const openReplays = ({
  config,
  table,
  clock,
  secrets,
  controls,
  ledger,
  queueUrlPrefix,
  rowsKey,
  replayFunction: functionName,
}: OpenReplays): PlanPorts & RunPorts & { readonly starter: ReplayStarter } => {
  const seal = createSecretSeal({ secrets, reference: rowsKey as SecretReference, clock });
  const { outbox, deadLetters } = config.relay;
  return {
    clock,
    controls,
    rows: ledger,
    sends: ledger,
    outbox: createDynamoOutbox({ ...table, seal, clock, keepHours: outbox.keepHours }),
    deadLetters: createDynamoDeadLetters({ ...table, seal, clock, keepDays: deadLetters.keepDays }),
    queue: createSqsRowQueue({ client: createSqsClient(), queueUrlPrefix, seal }),
    credits: createDynamoCreditStore(table),
    pacer: createDynamoPacer({ ...table, clock, rules: config.relay }),
    jobs: createDynamoReplayJobs(table),
    random: secureRandom,
    starter: createLambdaReplayStarter({ client: createLambdaClient(CALL), functionName }),
  };
};
