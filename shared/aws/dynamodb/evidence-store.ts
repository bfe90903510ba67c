import { type DynamoDBClient, PutItemCommand, paginateQuery, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { EvidenceSnapshot, EvidenceStore } from '../../postmortem/postmortem.ts';
import { conditionally, fromDocument, toPackedDocument } from './document.ts';

const DAY_SECONDS = 86_400;
const text = (value: string) => ({ S: value });
/** Sorts by time as text. */
const timeText = (at: number): string => new Date(Math.min(Math.max(0, at), 8.64e15)).toISOString();
const partitionOf = (incidentId: string) => text(`evidence#${incidentId}`);

/** Evidence in DynamoDB (layout: table.ts): one packed item per incident and time, written once. */
export const createDynamoEvidenceStore = ({
  client,
  tableName,
  retentionDays = 365,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** How long a look is kept. */
  readonly retentionDays?: number;
}): EvidenceStore => ({
  keep: async (snapshot) => {
    // What is there stays: the first look at a moment is the one that counts.
    await conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: {
            pk: partitionOf(snapshot.incidentId),
            sk: text(timeText(snapshot.at)),
            document: toPackedDocument(snapshot),
            expiresAt: { N: String(Math.ceil(snapshot.at / 1_000) + retentionDays * DAY_SECONDS) },
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
  },

  ofIncident: async (incidentId) => {
    const found: EvidenceSnapshot[] = [];
    const pages = paginateQuery(
      { client },
      {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partitionOf(incidentId) },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages)
      found.push(...Items.map((item) => fromDocument<EvidenceSnapshot>(item)));
    return found;
  },

  latest: async (incidentId) => {
    const { Items: [item] = [] } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partitionOf(incidentId) },
        ScanIndexForward: false,
        Limit: 1,
        ConsistentRead: true,
      }),
    );
    return item ? fromDocument<EvidenceSnapshot>(item) : null;
  },
});
