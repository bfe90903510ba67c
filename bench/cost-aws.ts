import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { startFauxqs } from 'fauxqs';
import { startDynalite } from '../test/contract/local-table.ts';

/*
 * What the functions are measured against, in a process of its own so that its processor time is not theirs: DynamoDB,
 * SQS and SNS by emulators, Secrets Manager, Lambda and Clay by stand-ins that only answer. Everything passes one server,
 * which counts what AWS bills, and answers no sooner than the real one would.
 */

/** Round trips inside a region as they are commonly seen, ms: assumed, not measured. */
const LATENCY_MS = { dynamodb: 4, sqs: 8, secretsmanager: 12, lambda: 12, sns: 12, clay: 250 };

const TABLE = 'cost-state';
const counts: Record<string, number> = {};
const add = (name: string, amount = 1): void => {
  counts[name] = (counts[name] ?? 0) + amount;
};

const table = await startDynalite(TABLE);
const dynamodb = await table.client.config.endpoint?.();
const dynamodbUrl = `http://${dynamodb?.hostname}:${dynamodb?.port}`;
const messaging = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
const messagingUrl = `http://127.0.0.1:${messaging.port}`;

/*
 * How long anything was under way, how long all of it took, and how long it would have taken for as much as is given:
 * emulators on a busy machine take longer than what they stand for.
 */
let underWay = 0;
let since = 0;
const timed = async <T>(givenMs: number, work: () => Promise<T>): Promise<T> => {
  const start = performance.now();
  if (underWay === 0) since = start;
  underWay += 1;
  try {
    return await work();
  } finally {
    const end = performance.now();
    underWay -= 1;
    if (underWay === 0) add('underWayMs', end - since);
    add('tookMs', end - start);
    add('givenMs', givenMs);
  }
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
};

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

const countUnits = (operation: string, isConsistent: boolean, status: number, text: string): void => {
  const kind = READS.has(operation) ? 'readUnits' : 'writeUnits';
  add(`dynamodb ${operation}`);
  if (status !== 200) {
    // A condition that does not hold costs what the write would have; of a small item, one.
    if (text.includes('ConditionalCheckFailed')) add(kind);
    return;
  }
  const { ConsumedCapacity = [] } = JSON.parse(text) as {
    ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[];
  };
  const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  // DynamoDB charges for a query that finds nothing, and for an item that is not there; emulators do not.
  add(kind, Math.max(READS.has(operation) && !isConsistent ? 0.5 : 1, units));
};

const pass = async (to: string, request: IncomingMessage, body: string) => {
  const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers;
  const answer = await fetch(`${to}${request.url}`, {
    method: request.method ?? 'POST',
    headers: headers as Record<string, string>,
    body,
  });
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
};

const SECRET = JSON.stringify({
  clay: 'fake-clay-key',
  webhook: '',
  sender: 'fake-sender-secret',
  callback: 'fake-callback-secret',
});
let clayUrl = '';

const latencyOf = ({ headers, url = '' }: IncomingMessage): number => {
  const target = String(headers['x-amz-target'] ?? '');
  if (target.startsWith('DynamoDB')) return LATENCY_MS.dynamodb;
  if (target.startsWith('AmazonSQS')) return LATENCY_MS.sqs;
  if (target.startsWith('secretsmanager')) return LATENCY_MS.secretsmanager;
  return url.includes('/invocations') ? LATENCY_MS.lambda : LATENCY_MS.sns;
};

const answer = async (request: IncomingMessage): Promise<{ status: number; type: string; text: string }> => {
  const body = await bodyOf(request);
  const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  const json = 'application/x-amz-json-1.1';
  if (service.startsWith('DynamoDB')) {
    await after(LATENCY_MS.dynamodb);
    const asked = JSON.parse(body) as { ConsistentRead?: boolean };
    const metered = JSON.stringify({ ...asked, ReturnConsumedCapacity: 'TOTAL' });
    const result = await pass(dynamodbUrl, request, metered);
    countUnits(operation, asked.ConsistentRead === true, result.status, result.text);
    return result;
  }
  if (service === 'AmazonSQS') {
    add('sqsRequests');
    add(`sqs ${operation}`);
    await after(LATENCY_MS.sqs);
    return pass(messagingUrl, request, body);
  }
  if (service === 'secretsmanager') {
    add('secretReads');
    await after(LATENCY_MS.secretsmanager);
    const { SecretId } = JSON.parse(body);
    const text = SecretId.includes('rows-key')
      ? Buffer.alloc(32, 7).toString('base64')
      : JSON.stringify({ ...JSON.parse(SECRET), webhook: `${clayUrl}/v3/sources/webhook/fake` });
    return {
      status: 200,
      type: json,
      text: JSON.stringify({ Name: SecretId, SecretString: text, VersionId: 'version-1' }),
    };
  }
  if (request.url?.includes('/invocations')) {
    add('wakes');
    await after(LATENCY_MS.lambda);
    return { status: 202, type: json, text: '' };
  }
  add('snsRequests');
  await after(LATENCY_MS.sns);
  return pass(messagingUrl, request, body);
};

const serve = async (
  handle: (request: IncomingMessage) => Promise<{ status: number; type: string; text: string }>,
): Promise<string> => {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    handle(request).then(
      ({ status, type, text }) => response.writeHead(status, { 'content-type': type }).end(text),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

clayUrl = await serve((request) =>
  timed(LATENCY_MS.clay, async () => {
    await bodyOf(request);
    add('clay');
    await after(LATENCY_MS.clay);
    return { status: 200, type: 'application/json', text: '{}' };
  }),
);
const aws = await serve((request) => timed(latencyOf(request), () => answer(request)));

process.on('message', (message: 'take') => {
  if (message !== 'take') return;
  const taken = { ...counts };
  for (const name of Object.keys(counts)) delete counts[name];
  process.send?.({ counts: taken });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ aws, clay: clayUrl, sqs: messagingUrl, table: TABLE });
