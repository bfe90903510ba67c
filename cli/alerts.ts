import { LOCAL_AWS } from '../local/aws.ts';
import { createSnsClient } from '../shared/aws/sns/client.ts';
import { findTopic } from '../shared/aws/sns/preflight.ts';
import { createSqsClient } from '../shared/aws/sqs/client.ts';
import { alertTopicName, pagesTopicName } from '../shared/config/alerting.ts';
import type { OpenStore } from './store.ts';
import type { Terminal } from './terminal.ts';

/** How messages leave an installation. */
export interface Alerts {
  readonly sns: ReturnType<typeof createSnsClient>;
  readonly sqs: ReturnType<typeof createSqsClient>;
  /** E-mail and SMS do not exist there. */
  readonly isLocal: boolean;
  /** The topics, as given or as found by name; null: there is none, or nobody may ask. */
  readonly topic: (given?: string) => Promise<string | null>;
  readonly pagesTopic: (given?: string) => Promise<string | null>;
}

/** Finds SNS and SQS of the installation whose store is open, lets `use` work with them and closes them. */
export const withAlerts = async <T>(
  { config, runtime }: Pick<OpenStore, 'config' | 'runtime'>,
  { env }: Terminal,
  use: (alerts: Alerts) => Promise<T>,
): Promise<T> => {
  const local = runtime?.alerts;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  const options = runtime
    ? { ...LOCAL_AWS, ...(local && { endpoint: local.endpoint }) }
    : region
      ? { region }
      : {};
  const sns = createSnsClient(options);
  const sqs = createSqsClient(options);
  const find = async (given: string | undefined, known: string | undefined, name: string) => {
    if (given !== undefined) return given;
    if (runtime) return known ?? null;
    return findTopic(sns, name);
  };
  try {
    return await use({
      sns,
      sqs,
      isLocal: runtime !== null,
      topic: (given) =>
        find(
          given ?? (env.ALERT_TOPIC_ARN || undefined),
          local?.topicArn,
          alertTopicName(config.installation),
        ),
      pagesTopic: (given) => find(given, local?.pagesTopicArn, pagesTopicName(config.installation)),
    });
  } finally {
    sns.destroy();
    sqs.destroy();
  }
};
