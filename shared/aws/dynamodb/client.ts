import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * A client with limits: without them a hanging call eats the run's time, and without `throwOnRequestTimeout` the SDK
 * only warns. At worst a call takes three times two seconds and the SDK's short back-off. Endpoint, region and
 * credentials come from the environment (`AWS_ENDPOINT_URL_DYNAMODB`, `AWS_REGION`, …). Opens no connection yet, so it
 * may be created at module top.
 */
export const createDynamoClient = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
    ...config,
  });
