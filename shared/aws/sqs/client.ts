import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

/**
 * A client with limits: without them a hanging call eats the run's time, and without `throwOnRequestTimeout` the SDK
 * only warns. Endpoint, region and credentials come from the environment (`AWS_ENDPOINT_URL_SQS`, `AWS_REGION`, …);
 * the host of a queue's URL is never asked, since an emulator's need not resolve.
 */
export const createSqsClient = (config: SQSClientConfig = {}): SQSClient =>
  new SQSClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
    useQueueUrlAsEndpoint: false,
    ...config,
  });
