import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NOTHING_SENT, type ThrottleStore } from '../../../notify/throttle.ts';
import { createVersionedItem } from '../versioned-item.ts';

/** How much was sent lately, in DynamoDB. */
export const createDynamoThrottleStore = (table: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): ThrottleStore => createVersionedItem({ ...table, pk: 'notify', sk: 'throttle', none: NOTHING_SENT });
