import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NO_CREDITS } from '../../credits/state.ts';
import type { CreditStore } from '../../credits/store.ts';
import { createVersionedItem } from './versioned-item.ts';

/** The credit history in DynamoDB. */
export const createDynamoCreditStore = (table: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): CreditStore => createVersionedItem({ ...table, pk: 'credits', sk: 'state', none: NO_CREDITS });
