import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Incident } from '../../incident/incident.ts';
import { isActive } from '../../incident/store.ts';
import type { SnapshotSource } from '../../statuspage/snapshot.ts';
import { fromDocument } from './document.ts';
import { createDynamoIncidentStore } from './incident-store.ts';
import { readEntries } from './read-entries.ts';
import { createDynamoSilenceStore } from './silence-store.ts';
import { readWatched } from './watch-store.ts';

/** What the public status page is made of, in DynamoDB (layout: table.ts); it reads, and nothing else. */
export const createDynamoStatusPageSource = (table: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): SnapshotSource => {
  const incidents = createDynamoIncidentStore(table);
  const silences = createDynamoSilenceStore(table);
  return {
    active: async (limit) => {
      const items = await readEntries(
        table,
        {
          IndexName: 'gsi1',
          KeyConditionExpression: 'gsi1pk = :active',
          ExpressionAttributeValues: { ':active': { S: 'incident#active' } },
          ScanIndexForward: false,
        },
        limit,
      );
      return items.map((item) => fromDocument<Incident>(item)).filter(isActive);
    },
    list: (query) => incidents.list(query),
    silences: (query) => silences.list(query),
    watched: () => readWatched(table),
  };
};
