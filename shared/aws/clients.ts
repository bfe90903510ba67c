import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';

/**
 * What every AWS client of a function has in common. A hanging call must not eat the run's time: the SDK waits without
 * limit by default, and without `throwOnRequestTimeout` it only warns. Endpoints, region and credentials come from the
 * environment (`AWS_ENDPOINT_URL_DYNAMODB`, `AWS_REGION`, …), so the same code speaks to an emulator.
 */
export const clientOptions = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
} as const;

export const createDynamoClient = (): DynamoDBClient => new DynamoDBClient(clientOptions);
export const createSnsClient = (): SNSClient => new SNSClient(clientOptions);
