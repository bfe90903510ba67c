import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';

/**
 * A client for calls that nobody waits long for and that the next one makes up for: one attempt, a second. Endpoint,
 * region and credentials come from the environment (`AWS_ENDPOINT_URL_LAMBDA`, `AWS_REGION`, …).
 */
export const createLambdaClient = (config: LambdaClientConfig = {}): LambdaClient =>
  new LambdaClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
    ...config,
  });
