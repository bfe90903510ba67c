import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { functionsOf } from '../functions/manifest.ts';
import { alertTopicName, pagesTopicName } from '../shared/config/alerting.ts';
import { deployedRowsKey, generatedRowsKey, relayedFeeds } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import { parseSecretReference } from '../shared/config/secret-reference.ts';
import { AuditedTopic } from './constructs/audited-topic.ts';
import { type ChannelQueue, ChannelQueues } from './constructs/channel-queues.ts';
import { OperatorTopic } from './constructs/operator-topic.ts';
import { RowQueues, rowQueueUrlPrefix } from './constructs/row-queues.ts';
import { RowsKey } from './constructs/rows-key.ts';
import { Secrets } from './constructs/secrets.ts';
import { StateTable } from './constructs/state-table.ts';
import { deployedSecretsOf } from './secret-references.ts';

/** What rows need on their way through; only where a feed takes any. */
export interface RowState {
  readonly queues: RowQueues;
  readonly keyArn: string;
}

/** What must outlive a deployment: state, rows, secrets, and the topics that people have confirmed. */
export class StatefulStack extends Stack {
  readonly table: TableV2;
  readonly alerts: ITopic;
  readonly undelivered: IQueue;
  readonly pages: AuditedTopic;
  readonly operators: ITopic;
  /** By the id of the channel. */
  readonly channels: ReadonlyMap<string, ChannelQueue>;
  /** By the name of the secret. */
  readonly readableSecretArns: ReadonlyMap<string, string>;
  readonly rows: RowState | undefined;

  constructor(scope: Construct, id: string, config: Config, props: StackProps) {
    super(scope, id, props);
    const { installation } = config;
    const { topic: alerts, undelivered } = new AuditedTopic(this, 'Alerts', {
      topicName: alertTopicName(installation),
      undeliveredName: `${installation}-undelivered`,
      auditName: `${installation}-audit`,
    });
    const pages = pagesTopicName(installation);
    this.pages = new AuditedTopic(this, 'Pages', {
      topicName: pages,
      undeliveredName: `${pages}-undelivered`,
      auditName: `${pages}-audit`,
    });
    this.channels = new ChannelQueues(this, 'Channels', { config, topic: alerts }).byChannel;
    this.table = new StateTable(this, 'State').table;
    this.alerts = alerts;
    this.undelivered = undelivered;
    this.operators = new OperatorTopic(this, 'Operators', installation).topic;
    const feeds = relayedFeeds(config);
    const rowsKey = parseSecretReference(deployedRowsKey(config)).name;
    const makesRowsKey = feeds.length > 0 && rowsKey === generatedRowsKey(installation);
    this.readableSecretArns = new Secrets(
      this,
      'Secrets',
      installation,
      deployedSecretsOf(config).filter((name) => !(makesRowsKey && name === rowsKey)),
    ).readableArns;
    if (feeds.length > 0) {
      this.rows = {
        queues: new RowQueues(this, 'Rows', {
          installation,
          feeds,
          visibility: Duration.seconds(functionsOf(config).forward.timeoutSeconds),
        }),
        keyArn: makesRowsKey
          ? new RowsKey(this, 'RowsKey', rowsKey).arn
          : (this.readableSecretArns.get(rowsKey) ?? ''),
      };
      new CfnOutput(this, 'RowQueuePrefix', {
        value: rowQueueUrlPrefix(this, installation),
        description: 'With the name of a feed: the URL of the queue of its rows',
      });
      new CfnOutput(this, 'DeadLetterQueue', {
        value: this.rows.queues.deadLetters.queueUrl,
        description: 'Messages that nobody could settle',
      });
    }
    new CfnOutput(this, 'TableName', { value: this.table.tableName, description: 'State and incidents' });
    new CfnOutput(this, 'AlertTopicArn', { value: alerts.topicArn, description: 'Every notification' });
    new CfnOutput(this, 'PagesTopicArn', {
      value: this.pages.topic.topicArn,
      description: 'Pages to people by name',
    });
  }
}
