import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Grant } from '../../functions/manifest.ts';
import { tableDefinition } from '../../shared/aws/dynamodb/table.ts';
import { allow } from '../iam.ts';

export interface Grantable {
  readonly table: TableV2;
  readonly alerts: ITopic;
  readonly readableSecretArns: readonly string[];
}

/** The actions that the stores use, no others. */
const TABLE_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
];

/** What each grant of the manifest means in IAM. A grant of nothing gives no statement. */
export const statementsOf = (
  grants: readonly Grant[],
  { table, alerts, readableSecretArns }: Grantable,
): readonly PolicyStatement[] => {
  const meaning: Readonly<Record<Grant, readonly PolicyStatement[]>> = {
    table: [
      allow('KeepState', TABLE_ACTIONS, [table.tableArn]),
      allow(
        'FindIncidents',
        ['dynamodb:Query'],
        tableDefinition.globalSecondaryIndexes.map(({ indexName }) => `${table.tableArn}/index/${indexName}`),
      ),
    ],
    alerts: [allow('SendAlerts', ['sns:Publish'], [alerts.topicArn])],
    secrets: [allow('ReadSecrets', ['secretsmanager:GetSecretValue'], [...readableSecretArns])],
  };
  return grants.flatMap((grant) => meaning[grant]).filter((statement) => statement.resources.length > 0);
};
