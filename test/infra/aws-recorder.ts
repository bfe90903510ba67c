import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tableDefinition } from '../../shared/aws/dynamodb/table.ts';
import { nameOf } from '../../shared/rotate/rotate.ts';
import { createMemorySecrets, type MemorySecrets } from '../rotate/memory-secrets.ts';
import { createSecretOperations } from '../rotate/secrets-server.ts';

/** What a call asks for, as a policy judges it. */
export interface AwsCall {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** `table`, `index/<name>`, `queue/<name>`, `secret/<name>`, `topic/<name>` or `function/<name>`. */
  readonly resource: string;
  /** Of a call to the table or an index: the partition keys that it names. */
  readonly leadingKeys?: readonly string[];
}

export interface AwsRecorder {
  readonly endpoint: string;
  readonly calls: AwsCall[];
  /** By their names, as Secrets Manager has them. */
  readonly secrets: ReadonlyMap<string, MemorySecrets>;
  /** What was published, as SNS would put it into a queue: its envelope around the text for queues. */
  readonly published: { readonly topic: string; readonly incidentId: string; readonly body: string }[];
  stop(): Promise<void>;
}

export interface AwsRecorderOptions {
  /** Where the emulators are. */
  readonly dynamodb: string;
  readonly sqs: string;
  /** By their names: what they hold. */
  readonly secrets: Readonly<Record<string, string>>;
}

type Attributes = Readonly<Record<string, { readonly S?: string } | undefined>>;
interface DynamoRequest {
  readonly IndexName?: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Attributes[] }>>;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
}

const PARTITION_KEYS: ReadonlySet<string> = new Set([
  tableDefinition.partitionKey.name,
  ...tableDefinition.globalSecondaryIndexes.map(({ partitionKey }) => partitionKey.name),
]);

const leadingKeysOf = (asked: DynamoRequest): readonly string[] => {
  const { Key, Item, RequestItems, KeyConditionExpression = '', ExpressionAttributeNames: names } = asked;
  const items = [Key, Item, ...Object.values(RequestItems ?? {}).flatMap(({ Keys }) => Keys)];
  const conditions = [...KeyConditionExpression.matchAll(/(#?\w+)\s*=\s*(:\w+)/g)].flatMap(
    ([, name = '', value = '']) =>
      PARTITION_KEYS.has(names?.[name] ?? name) ? [asked.ExpressionAttributeValues?.[value]?.S ?? ''] : [],
  );
  return [
    ...items.flatMap((item) => (item ? [item[tableDefinition.partitionKey.name]?.S ?? ''] : [])),
    ...conditions,
  ];
};

const callOf = (service: string, operation: string, body: string): AwsCall => {
  const asked = JSON.parse(body);
  if (service.startsWith('DynamoDB')) {
    return {
      action: `dynamodb:${operation}`,
      resource: asked.IndexName === undefined ? 'table' : `index/${asked.IndexName}`,
      leadingKeys: leadingKeysOf(asked),
    };
  }
  // IAM knows no batches.
  if (service === 'AmazonSQS') {
    return {
      action: `sqs:${operation.replace(/Batch$/, '')}`,
      resource: `queue/${String(asked.QueueUrl ?? asked.QueueName)
        .split('/')
        .at(-1)}`,
    };
  }
  return { action: `${service}:${operation}`, resource: `secret/${nameOf(asked.SecretId)}` };
};

const readAll = async (stream: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

const pass = (asked: IncomingMessage, body: string, to: string, answer: ServerResponse): void => {
  const onward = request(
    new URL(asked.url ?? '/', to),
    { method: asked.method ?? 'POST', headers: asked.headers },
    (got) => {
      answer.writeHead(got.statusCode ?? 500, got.headers);
      got.pipe(answer);
    },
  );
  onward.on('error', () => answer.destroy());
  onward.end(body);
};

const publicationOf = (topic: string, message: string): AwsRecorder['published'][number] => {
  const { sqs } = JSON.parse(message);
  return {
    topic,
    incidentId: JSON.parse(sqs).incidentId,
    body: JSON.stringify({ Type: 'Notification', MessageId: '0', Message: sqs }),
  };
};

const PUBLISHED =
  '<PublishResponse><PublishResult><MessageId>0</MessageId></PublishResult></PublishResponse>';

/**
 * AWS as a function sees it, at one address: DynamoDB and SQS are emulators behind it, secrets are at hand, SNS tells
 * nobody and Lambda starts nothing. Every call is written down.
 */
export const startAwsRecorder = async ({
  dynamodb,
  sqs,
  secrets,
}: AwsRecorderOptions): Promise<AwsRecorder> => {
  const calls: AwsCall[] = [];
  const published: AwsRecorder['published'] = [];
  const kept = new Map(
    Object.entries(secrets).map(([name, text]) => {
      const secret = createMemorySecrets(name);
      secret.put(text);
      return [name, secret] as const;
    }),
  );
  const server = createServer(async (asked, answer) => {
    const body = await readAll(asked);
    const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(asked.url ?? '');
    if (invoked) {
      calls.push({ action: 'lambda:InvokeFunction', resource: `function/${invoked[1]}` });
      answer.writeHead(202).end();
      return;
    }
    if (asked.headers['x-amz-target'] === undefined) {
      const form = new URLSearchParams(body);
      const topic = form.get('TopicArn')?.split(':').at(-1);
      calls.push({ action: `sns:${form.get('Action')}`, resource: `topic/${topic}` });
      published.push(publicationOf(topic ?? '', form.get('Message') ?? ''));
      answer.writeHead(200, { 'content-type': 'text/xml' }).end(PUBLISHED);
      return;
    }
    const [service = '', operation = ''] = String(asked.headers['x-amz-target']).split('.');
    const call = callOf(service, operation, body);
    calls.push(call);
    if (service.startsWith('DynamoDB')) return pass(asked, body, dynamodb, answer);
    if (service === 'AmazonSQS') return pass(asked, body, sqs, answer);
    const secret = kept.get(call.resource.replace('secret/', ''));
    const said = secret
      ? await createSecretOperations(secret).answer(operation, JSON.parse(body))
      : 'ResourceNotFoundException';
    answer
      .writeHead(typeof said === 'string' ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify(typeof said === 'string' ? { __type: said } : said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    secrets: kept,
    published,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
