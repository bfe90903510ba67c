import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Grant } from '../../functions/manifest.ts';
import { tableDefinition } from '../../shared/aws/dynamodb/table.ts';
import type { Config } from '../../shared/config/schema.ts';
import { allow } from '../iam.ts';
import { secretNamesAt } from '../secret-references.ts';

export interface Grantable {
  readonly table: TableV2;
  readonly alerts: ITopic;
  /** By the name of the secret. */
  readonly readableSecretArns: ReadonlyMap<string, string>;
}

/** The actions that the stores use, no others. */
const TABLE_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];

/** What counting takes: conditional updates, and reads where one was refused. Folding, which queries, is for `watch`. */
const ROWS_ACTIONS = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'];

/** What each grant of the manifest means in IAM. A grant of nothing gives no statement. */
export const statementsOf = (
  grants: readonly Grant[],
  config: Config,
  { table, alerts, readableSecretArns }: Grantable,
): readonly PolicyStatement[] => {
  const readSecrets = (key: RegExp) =>
    allow(
      'ReadSecrets',
      ['secretsmanager:GetSecretValue'],
      secretNamesAt(config, key)
        .map((name) => readableSecretArns.get(name) ?? '')
        .sort(),
    );
  const meaning: Readonly<Record<Grant, readonly PolicyStatement[]>> = {
    table: [
      allow('KeepState', TABLE_ACTIONS, [table.tableArn]),
      allow(
        'FindIncidents',
        ['dynamodb:Query'],
        tableDefinition.globalSecondaryIndexes.map(({ indexName }) => `${table.tableArn}/index/${indexName}`),
      ),
    ],
    rows: [allow('CountRows', ROWS_ACTIONS, [table.tableArn])],
    alerts: [allow('SendAlerts', ['sns:Publish'], [alerts.topicArn])],
    secrets: [allow('ReadSecrets', ['secretsmanager:GetSecretValue'], [...readableSecretArns.values()])],
    'callback-secrets': [readSecrets(/^feeds\.[^.]+\.callbacks\./)],
    'submission-secrets': [readSecrets(/^feeds\.[^.]+\.submissions\./)],
  };
  return grants.flatMap((grant) => meaning[grant]).filter((statement) => statement.resources.length > 0);
};
