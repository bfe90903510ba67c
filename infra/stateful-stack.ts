import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Config } from '../shared/config/schema.ts';
import { AlertTopic } from './constructs/alert-topic.ts';
import { OperatorTopic } from './constructs/operator-topic.ts';
import { Secrets } from './constructs/secrets.ts';
import { StateTable } from './constructs/state-table.ts';
import { deployedSecretsOf } from './secret-references.ts';

/** What must outlive a deployment: state, secrets, and the topics that people have confirmed. */
export class StatefulStack extends Stack {
  readonly table: TableV2;
  readonly alerts: ITopic;
  readonly operators: ITopic;
  readonly undelivered: IQueue;
  /** By the name of the secret. */
  readonly readableSecretArns: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, config: Config, props: StackProps) {
    super(scope, id, props);
    const { installation } = config;
    const { topic: alerts, undelivered } = new AlertTopic(this, 'Alerts', installation);
    this.table = new StateTable(this, 'State').table;
    this.alerts = alerts;
    this.undelivered = undelivered;
    this.operators = new OperatorTopic(this, 'Operators', installation).topic;
    this.readableSecretArns = new Secrets(
      this,
      'Secrets',
      installation,
      deployedSecretsOf(config),
    ).readableArns;
    new CfnOutput(this, 'TableName', { value: this.table.tableName, description: 'State and incidents' });
    new CfnOutput(this, 'AlertTopicArn', { value: alerts.topicArn, description: 'Every notification' });
  }
}
