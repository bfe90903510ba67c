import { SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';

/**
 * A client with limits: without them a hanging call eats the run's time, and without `throwOnRequestTimeout` the SDK
 * only warns. Endpoint, region and credentials come from the environment (`AWS_ENDPOINT_URL_SNS`, `AWS_REGION`, …).
 */
export const createSnsClient = (config: SNSClientConfig = {}): SNSClient =>
  new SNSClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
    ...config,
  });
