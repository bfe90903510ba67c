import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/**
 * Where Claywatch's own alarms are told. Without a key of its own: CloudWatch cannot publish to a topic with SNS's key,
 * a key made for it would cost more than the rest of an idle installation, and an alarm holds no data of rows or Clay.
 */
export class OperatorTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, installation: string) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      topicName: `${installation}-operators`,
      displayName: 'Claywatch',
      enforceSSL: true,
    });
    const { account } = Stack.of(this);
    // Enforcing TLS replaces the topic's default policy, and with it CloudWatch's right to publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'CloudWatchAlarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'cloudwatch',
              resource: 'alarm',
              resourceName: `${installation}-*`,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
  }
}
