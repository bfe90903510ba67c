import { Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Grant } from '../../functions/manifest.ts';
import { tableDefinition } from '../../shared/aws/dynamodb/table.ts';
import { channelQueueName } from '../../shared/config/alerting.ts';
import { relayedFeeds, rowQueuePrefix } from '../../shared/config/relayed.ts';
import type { Config } from '../../shared/config/schema.ts';
import { rotatableSecrets } from '../../shared/rotate/kinds.ts';
import { allow } from '../iam.ts';
import { MAX_POLICY_CHARACTERS, policyCharacters } from '../policy-size.ts';
import { secretNamesAt } from '../secret-references.ts';
import type { AuditedTopic } from './audited-topic.ts';
import type { ChannelQueue } from './channel-queues.ts';

export interface Grantable {
  readonly table: TableV2;
  /** The customer-managed key of the table, if it has one. */
  readonly tableKey?: IKey | undefined;
  readonly alerts: ITopic;
  readonly pages: AuditedTopic;
  /** By the id of the channel. */
  readonly channels: ReadonlyMap<string, ChannelQueue>;
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
  /** What carries out replays, where there is something to replay. */
  readonly replayArn?: string | undefined;
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

/** What a trigger from a queue takes, and putting messages off, for which their queue's URL is asked. */
const HAND_OVER_ACTIONS = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];

/** What DynamoDB does with a customer-managed key in the name of whoever reads or writes. */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

const READ_ACTIONS = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];

/**
 * Items whose partition key is one of these, and no others. `ForAllValues` also holds where there is no key at all, so
 * this limits nothing but actions that always name one: a scan does not.
 */
const keyedLike = (...patterns: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
});
const itemsOf = (...kinds: readonly string[]) => keyedLike(...kinds.map((kind) => `${kind}#*`));

/** The keys of the configuration that name what looking takes: not those that prove who sends to us. */
const LOOKED_WITH = /^(?:clay|integration|probes)\.|^feeds\.[^.]+\.(?:webhooks\[|callback\.)/;
const ACTED_WITH = /^respond\.(?:secret|previousSecret|readOnlySecret)$/;
const CHANNELS_REACHED_WITH =
  /^notify\.(?:slack\[\d+\]\.botToken|pagerduty\[\d+\]\.routingKey|webhooks\[\d+\]\.(?:url|signingSecrets\[\d+\])|statusPages\[\d+\]\.token)$/;

/** What people change of the table beside actions on incidents: drills, holds, replays, silences, and what was asked. */
const OPERATED = ['incident#*', 'relay#*', 'replay', 'silence#*', 'operate#*'] as const;

/** How queues are named: each by itself, or all of a kind at once, where there are too many for a policy. */
type Named = 'each' | 'at-once';

/** Left for what every function may do: write its log, and keep its failed events. */
const BESIDE_RIGHTS = 600;

/**
 * What each grant of the manifest means in IAM. Queues are named one by one, as long as a policy has room for them;
 * beyond that by what their names begin with, which no other resource of the account has (see `installation` in the
 * configuration).
 */
export const rightsOf = (
  scope: Construct,
  grants: readonly Grant[],
  config: Config,
  grantable: Grantable,
): readonly PolicyStatement[] => {
  const each = statementsOf(scope, grants, config, grantable, 'each');
  return policyCharacters(scope, each) + BESIDE_RIGHTS <= MAX_POLICY_CHARACTERS
    ? each
    : statementsOf(scope, grants, config, grantable, 'at-once');
};

/** A grant of nothing gives no statement. */
const statementsOf = (
  scope: Construct,
  grants: readonly Grant[],
  config: Config,
  { table, tableKey, alerts, pages, channels, readableSecretArns, rows, forwardArn, replayArn }: Grantable,
  named: Named,
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
  const queues = (arns: readonly string[], prefix: string): string[] =>
    named === 'each' || arns.length === 0
      ? [...arns]
      : [Stack.of(scope).formatArn({ service: 'sqs', resource: `${prefix}*` })];
  const rowQueues = queues(
    [...(rows?.queues.byFeed.values() ?? [])].map(({ queueArn }) => queueArn),
    rowQueuePrefix(config.installation),
  );
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
    'read-public': [
      allow(
        'ReadPublic',
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem'],
        [table.tableArn],
        // Of the watch's state only when it looked.
        keyedLike('incident#*', 'silence#*', 'watch'),
      ),
      allow('ReadIndexes', ['dynamodb:Query'], indexes, keyedLike('incident#*', 'silence')),
    ],
    rows: [allow('CountRows', ROWS_ACTIONS, [table.tableArn], itemsOf('rows'))],
    'relay-state': [
      allow('KeepRows', TABLE_ACTIONS, [table.tableArn], itemsOf('rows', 'relay', 'pace', 'outbox', 'dead')),
    ],
    idempotency: [allow('Remember', IDEMPOTENCY_ACTIONS, [table.tableArn], itemsOf('idempotency', 'seen'))],
    alerts: [allow('SendAlerts', ['sns:Publish'], [alerts.topicArn, pages.topic.topicArn])],
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
    incidents: [
      allow(
        'ReadIncidents',
        READ_ACTIONS,
        [table.tableArn],
        // Beside incidents, all that a postmortem tells of.
        keyedLike('incident#*', 'evidence#*', 'proof#*', 'rows#*', 'credits'),
      ),
      allow('ReadIndexes', ['dynamodb:Query'], indexes, itemsOf('incident')),
      allow('ChangeIncidents', ['dynamodb:PutItem'], [table.tableArn], itemsOf('incident')),
    ],
    deliveries: [
      allow(
        'ReadIncidents',
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem'],
        [table.tableArn],
        itemsOf('incident'),
      ),
      allow('ReadIndexes', ['dynamodb:Query'], indexes, itemsOf('incident')),
      allow('KeepProof', ['dynamodb:UpdateItem'], [table.tableArn], itemsOf('proof')),
      allow(
        'RememberChannels',
        ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        [table.tableArn],
        itemsOf('channel'),
      ),
    ],
    'respond-secrets': readSecrets('ReadRespondSecrets', ACTED_WITH),
    'slack-secrets': readSecrets('ReadSlackSecrets', /^notify\.slack\[\d+\]\.signingSecret$/),
    'session-secret': readSecrets('ReadSessionSecret', /^console\.sessionSecret$/),
    'session-client': readSecrets('ReadSessionClient', /^console\.oidc\.clientSecret$/),
    'sign-ins': [
      allow(
        'CountSignIns',
        ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        [table.tableArn],
        itemsOf('sign-in'),
      ),
    ],
    'read-report': [
      allow(
        'ReadReport',
        READ_ACTIONS,
        [table.tableArn],
        keyedLike(
          ...['incident#*', 'proof#*', 'rows#*', 'relay#*', 'pace#*', 'silence#*'],
          ...['credits', 'watch', 'replay', 'rotation'],
        ),
      ),
      allow('ReadIndexes', ['dynamodb:Query'], indexes, keyedLike('incident#*', 'proof#*', 'silence')),
    ],
    operate: [
      // What a plan is made from, and what is changed.
      allow(
        'ReadForOperations',
        READ_ACTIONS,
        [table.tableArn],
        keyedLike(...OPERATED, 'rows#*', 'pace#*', 'outbox#*', 'dead#*', 'credits'),
      ),
      allow('ReadIndexes', ['dynamodb:Query'], indexes, keyedLike('incident#*', 'dead#*', 'silence')),
      allow(
        'KeepOperations',
        ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
        [table.tableArn],
        keyedLike(...OPERATED),
      ),
    ],
    replay: [
      allow(
        'KeepReplay',
        TABLE_ACTIONS,
        [table.tableArn],
        keyedLike('replay', 'relay#*', 'rows#*', 'outbox#*', 'dead#*'),
      ),
      allow('ReadIndexes', ['dynamodb:Query'], indexes, itemsOf('dead')),
    ],
    'wake-replay': [
      allow('WakeReplay', ['lambda:InvokeFunction'], replayArn === undefined ? [] : [replayArn]),
    ],
    'link-secret': readSecrets('ReadLinkSecret', /^respond\.linkSecret$/),
    'channel-secrets': readSecrets('ReadChannelSecrets', CHANNELS_REACHED_WITH),
    'hand-over': [
      allow(
        'HandOver',
        HAND_OVER_ACTIONS,
        queues(
          [...channels.values()].map(({ queue }) => queue.queueArn),
          channelQueueName(config.installation, ''),
        ),
      ),
    ],
    'note-secret-use': [
      allow(
        'NoteSecretUse',
        ['dynamodb:UpdateItem'],
        rotatableSecrets(config).length > 0 ? [table.tableArn] : [],
        itemsOf('secret-use'),
      ),
    ],
    rotations: [
      allow(
        'KeepRotations',
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
        [table.tableArn],
        keyedLike('rotation', 'secret-use#*'),
      ),
    ],
    'rotate-secrets': [
      allow(
        'RotateSecrets',
        [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        rotatableSecrets(config)
          .map((name) => readableSecretArns.get(name) ?? '')
          .sort(),
      ),
    ],
  };
  const statements = grants
    .flatMap((grant) => meaning[grant])
    .filter((statement) => statement.resources.length > 0);
  const usesTable = statements.some(({ resources }) =>
    resources.some((resource) => resource.startsWith(table.tableArn)),
  );
  if (!(tableKey && usesTable)) return statements;
  const throughDynamoDb = {
    StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(table).region}.amazonaws.com` },
  };
  return [...statements, allow('UseTableKey', KEY_ACTIONS, [tableKey.keyArn], throughDynamoDb)];
};
