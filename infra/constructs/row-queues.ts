import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueueName, rowQueuePrefix } from '../../shared/config/relayed.ts';

export interface RowQueuesProps {
  readonly installation: string;
  /** At least one. */
  readonly feeds: readonly string[];
  /** How long whoever receives a row has it to himself, unless he says so himself, as the forwarder does. */
  readonly visibility: Duration;
}

/** As long as SQS can. */
const KEPT = Duration.days(14);
/**
 * A row is received once for each try, and tries end long before this: what is received so often killed whoever
 * handled it each time.
 */
const MAX_RECEIVES = 50;

/** As large as SQS takes one; a row of Clay's is a tenth of it, sealed. */
const MAX_MESSAGE_BYTES = 1_048_576;

/** What the URLs of an installation's queues of rows begin with; the name of the feed follows. */
export const rowQueueUrlPrefix = (scope: Construct, installation: string): string => {
  const { region, account, urlSuffix } = Stack.of(scope);
  return `https://sqs.${region}.${urlSuffix}/${account}/${rowQueuePrefix(installation)}`;
};

/** What lies in them are rows: encrypted, taken and given over TLS only, and kept whatever happens to the stack. */
const ROWS: QueueProps = {
  retentionPeriod: KEPT,
  maxMessageSizeBytes: MAX_MESSAGE_BYTES,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  // Except when they were never made whole: a failed first deployment leaves no name behind that blocks the second.
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
};

/** A queue of rows for each feed, and one for the messages that nobody could settle. */
export class RowQueues extends Construct {
  readonly byFeed: ReadonlyMap<string, Queue>;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { installation, feeds, visibility }: RowQueuesProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...ROWS,
      queueName: deadLetterQueueName(installation),
      visibilityTimeout: visibility,
    });
    this.byFeed = new Map(
      feeds.map((feed) => [
        feed,
        new Queue(this, feed, {
          ...ROWS,
          queueName: `${rowQueuePrefix(installation)}${feed}`,
          visibilityTimeout: visibility,
          deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
        }),
      ]),
    );
  }
}
