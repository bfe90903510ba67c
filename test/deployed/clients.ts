import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { REGION } from './emulator.ts';

/** Whose AWS is meant. */
export interface Account {
  readonly endpoint: string;
  readonly certificate: string;
}

let trusted: string | undefined;

/** Makes this process speak TLS with the emulator, in whatever way it does. */
const trust = (certificate: string): void => {
  if (trusted === certificate) return;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate, 'utf8')]);
  trusted = certificate;
};

/** The clients of an operator: AWS's own SDK, with the key of the account's root user or with another. */
export const createClients = ({ endpoint, certificate }: Account, key = 'test') => {
  trust(certificate);
  const options = { endpoint, region: REGION, credentials: { accessKeyId: key, secretAccessKey: key } };
  return {
    logs: new CloudWatchLogsClient(options),
    lambda: new LambdaClient(options),
    scheduler: new SchedulerClient(options),
    secrets: new SecretsManagerClient(options),
    sns: new SNSClient(options),
    sqs: new SQSClient({ ...options, useQueueUrlAsEndpoint: false }),
  };
};
export type Clients = ReturnType<typeof createClients>;
