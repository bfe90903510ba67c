import { CfnResource, Duration, ReferenceStrength, RemovalPolicies } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functionsOf } from '../../functions/manifest.ts';
import { alertTopicName, pagesTopicName } from '../../shared/config/alerting.ts';
import { deployedRowsKey, generatedRowsKey, relayedFeeds } from '../../shared/config/relayed.ts';
import type { Config } from '../../shared/config/schema.ts';
import { parseSecretReference } from '../../shared/config/secret-reference.ts';
import type { Outputs } from '../outputs.ts';
import { deployedSecretsOf } from '../secret-references.ts';
import { AuditedTopic } from './audited-topic.ts';
import { type ChannelQueue, ChannelQueues } from './channel-queues.ts';
import { OperatorTopic } from './operator-topic.ts';
import { RowQueues, rowQueueUrlPrefix } from './row-queues.ts';
import { RowsKey } from './rows-key.ts';
import { Secrets } from './secrets.ts';
import { StateTable, type TableKey } from './state-table.ts';

export interface StateProps {
  readonly config: Config;
  readonly tableKey: TableKey;
  readonly removal: 'retain' | 'destroy';
}

/** What rows need on their way through; only where a feed takes any. */
export interface RowState {
  readonly queues: RowQueues;
  readonly keyArn: string;
}

/** What must outlive a deployment: state, rows, secrets, and the topics that people have confirmed. */
export class State extends Construct {
  readonly table: TableV2;
  /** The customer-managed key of the table, if it has one: whoever uses the table needs it as well. */
  readonly tableKey: IKey | undefined;
  readonly alerts: ITopic;
  readonly undelivered: IQueue;
  readonly pages: AuditedTopic;
  readonly operators: Topic;
  /** By the id of the channel. */
  readonly channels: ReadonlyMap<string, ChannelQueue>;
  /** By the name of the secret. */
  readonly readableSecretArns: ReadonlyMap<string, string>;
  readonly rows: RowState | undefined;
  readonly outputs: Outputs;

  constructor(scope: Construct, id: string, { config, tableKey, removal }: StateProps) {
    super(scope, id);
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
    const { table, key } = new StateTable(this, 'State', { key: tableKey, protect: removal === 'retain' });
    this.table = table;
    this.tableKey = key;
    this.alerts = alerts;
    this.undelivered = undelivered;
    this.operators = new OperatorTopic(this, 'Operators', installation).topic;
    const rowsKey = parseSecretReference(deployedRowsKey(config)).name;
    const makesRowsKey = relayedFeeds(config).length > 0 && rowsKey === generatedRowsKey(installation);
    this.readableSecretArns = new Secrets(
      this,
      'Secrets',
      installation,
      deployedSecretsOf(config).filter((name) => !(makesRowsKey && name === rowsKey)),
    ).readableArns;
    this.rows = this.addRows(config, makesRowsKey, rowsKey);
    this.outputs = this.outputsOf(config);
    if (removal === 'destroy') RemovalPolicies.of(this).destroy();
    this.letGo();
  }

  private addRows(config: Config, makesRowsKey: boolean, rowsKey: string): RowState | undefined {
    const feeds = relayedFeeds(config);
    if (feeds.length === 0) return undefined;
    return {
      queues: new RowQueues(this, 'Rows', {
        installation: config.installation,
        feeds,
        visibility: Duration.seconds(functionsOf(config).forward.timeoutSeconds),
      }),
      keyArn: makesRowsKey
        ? new RowsKey(this, 'RowsKey', rowsKey).arn
        : (this.readableSecretArns.get(rowsKey) ?? ''),
    };
  }

  private outputsOf({ installation }: Config): Outputs {
    const { rows } = this;
    return {
      ...(rows && {
        RowQueuePrefix: {
          value: rowQueueUrlPrefix(this, installation),
          description: 'With the name of a feed: the URL of the queue of its rows',
        },
        DeadLetterQueue: {
          value: rows.queues.deadLetters.queueUrl,
          description: 'Messages that nobody could settle',
        },
      }),
      TableName: { value: this.table.tableName, description: 'State and incidents' },
      AlertTopicArn: { value: this.alerts.topicArn, description: 'Every notification' },
      PagesTopicArn: { value: this.pages.topic.topicArn, description: 'Pages to people by name' },
    };
  }

  /**
   * Whoever refers to this from another stack reads an output of ours rather than import an export: CloudFormation
   * refuses to take an export away that is still imported, and a feed or a channel that leaves the configuration takes
   * its queue along. Said here, because an app around it may have set neither this nor any other feature flag.
   */
  private letGo(): void {
    for (const child of this.node.findAll()) {
      if (CfnResource.isCfnResource(child)) child.applyCrossStackReferenceStrength(ReferenceStrength.WEAK);
    }
  }
}
