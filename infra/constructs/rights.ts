import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Grant } from '../../functions/manifest.ts';
import { tableDefinition } from '../../shared/aws/dynamodb/table.ts';
import { relayedFeeds } from '../../shared/config/relayed.ts';
import type { Config } from '../../shared/config/schema.ts';
import { allow } from '../iam.ts';
import { secretNamesAt } from '../secret-references.ts';

export interface Grantable {
  readonly table: TableV2;
  readonly alerts: ITopic;
  /** By the name of the secret. */
  readonly readableSecretArns: ReadonlyMap<string, string>;
  /** Where a feed takes rows. */
  readonly rows?:
    | {
        readonly queues: { readonly byFeed: ReadonlyMap<string, IQueue>; readonly deadLetters: IQueue };
        readonly keyArn: string;
      }
    | undefined;
  /** The forwarder, where there is one. */
  readonly forwardArn?: string | undefined;
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

/** What remembering requests and entities takes. */
const IDEMPOTENCY_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
];

/** Beside taking rows out: putting one in again, later or with its time in the queue begun anew. */
const SEND_ACTIONS = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
];

const READ_ACTIONS = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];

/**
 * Items whose partition key begins with one of these, and no others. `ForAllValues` also holds where there is no key at
 * all, so this limits nothing but actions that always name one: a scan does not.
 */
const itemsOf = (...kinds: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': kinds.map((kind) => `${kind}#*`) },
});

/** The keys of the configuration that name what looking takes: not those that prove who sends to us. */
const LOOKED_WITH = /^(?:clay|integration|probes)\.|^feeds\.[^.]+\.(?:webhooks\[|callback\.)/;

/** What each grant of the manifest means in IAM. A grant of nothing gives no statement. */
export const statementsOf = (
  grants: readonly Grant[],
  config: Config,
  { table, alerts, readableSecretArns, rows, forwardArn }: Grantable,
): readonly PolicyStatement[] => {
  const readSecrets = (sid: string, key: RegExp) => [
    allow(
      sid,
      ['secretsmanager:GetSecretValue'],
      secretNamesAt(config, key)
        .map((name) => readableSecretArns.get(name) ?? '')
        .sort(),
    ),
  ];
  const feeds = relayedFeeds(config);
  const rowQueues = [...(rows?.queues.byFeed.values() ?? [])].map(({ queueArn }) => queueArn);
  const deadLetters = rows ? [rows.queues.deadLetters.queueArn] : [];
  const indexes = tableDefinition.globalSecondaryIndexes.map(
    ({ indexName }) => `${table.tableArn}/index/${indexName}`,
  );
  const meaning: Readonly<Record<Grant, readonly PolicyStatement[]>> = {
    table: [
      allow('KeepState', TABLE_ACTIONS, [table.tableArn]),
      allow('ReadIndexes', ['dynamodb:Query'], indexes),
    ],
    'read-status': [
      allow('ReadState', READ_ACTIONS, [table.tableArn], itemsOf('incident', 'pace', 'relay', 'rows')),
      allow('ReadIndexes', ['dynamodb:Query'], indexes, itemsOf('incident')),
    ],
    rows: [allow('CountRows', ROWS_ACTIONS, [table.tableArn], itemsOf('rows'))],
    'relay-state': [
      allow('KeepRows', TABLE_ACTIONS, [table.tableArn], itemsOf('rows', 'relay', 'pace', 'outbox', 'dead')),
    ],
    idempotency: [allow('Remember', IDEMPOTENCY_ACTIONS, [table.tableArn], itemsOf('idempotency', 'seen'))],
    alerts: [allow('SendAlerts', ['sns:Publish'], [alerts.topicArn])],
    secrets: readSecrets('ReadSecrets', LOOKED_WITH),
    'callback-secrets': readSecrets('ReadCallbackSecrets', /^feeds\.[^.]+\.callbacks\./),
    'submission-secrets': readSecrets('ReadSubmissionSecrets', /^feeds\.[^.]+\.submissions\./),
    'relay-secrets': readSecrets('ReadRelaySecrets', /^feeds\.[^.]+\.relay\./),
    'status-secrets': readSecrets('ReadStatusSecrets', /^status\./),
    'webhook-secrets': readSecrets(
      'ReadWebhookSecrets',
      new RegExp(`^feeds\\.(?:${feeds.join('|')})\\.webhooks\\[`),
    ),
    'rows-key': [allow('ReadRowsKey', ['secretsmanager:GetSecretValue'], rows ? [rows.keyArn] : [])],
    'take-rows': [allow('TakeRows', ['sqs:SendMessage'], rowQueues)],
    'send-rows': [
      allow('SendRows', SEND_ACTIONS, rowQueues),
      allow('SetRowsAside', ['sqs:DeleteMessage', 'sqs:ReceiveMessage'], deadLetters),
    ],
    'count-queues': [allow('CountQueues', ['sqs:GetQueueAttributes'], rowQueues)],
    'wake-forward': [
      allow('WakeForward', ['lambda:InvokeFunction'], forwardArn === undefined ? [] : [forwardArn]),
    ],
  };
  return grants.flatMap((grant) => meaning[grant]).filter((statement) => statement.resources.length > 0);
};
