import { describe } from 'vitest';
import { dynamoContracts } from './dynamodb.ts';
import { startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';

const obstacle = whyNoDynamoDbLocal();
if (obstacle) console.warn(`Contracts are not run on DynamoDB Local: ${obstacle}.`);

describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  dynamoContracts('DynamoDB Local', startDynamoDbLocal);
});
