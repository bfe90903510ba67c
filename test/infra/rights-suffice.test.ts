import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES as CONSOLE } from '../../functions/console/routes.ts';
import { ROUTES } from '../../functions/incidents/routes.ts';
import { functionsOf } from '../../functions/manifest.ts';
import { ROUTES as OPERATE } from '../../functions/operate/routes.ts';
import { ROUTES as REPORT } from '../../functions/report/routes.ts';
import { ROUTES as STATUSPAGE } from '../../functions/statuspage/routes.ts';
import { bundleFunction, CONFIG_FILE, DEPLOYED_PAGE } from '../../infra/bundle.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../local/dynamodb.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { ensureTable } from '../../shared/aws/dynamodb/create-table.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { signLink } from '../../shared/link/token.ts';
import { STAGE } from '../../shared/rotate/versions.ts';
import { httpEvent } from '../functions/http-event.ts';
import { type AwsCall, type AwsRecorder, startAwsRecorder } from './aws-recorder.ts';
import { rightsOf, synthesize } from './installation.ts';
import { createPolicy } from './policy.ts';

/*
 * The packages as they are deployed, each in a process of its own, against an AWS that writes down what it is asked: what
 * a function does on its way is exactly what its role lets it do.
 */

const SENDER = 'not-a-real-secret-of-a-sender';
const RESPONDER = 'not-a-real-secret-of-a-responder';
const LINK_KEY = 'not-a-real-key-of-links-but-a-long-one';
const SESSION_KEY = 'not-a-real-key-of-sessions-but-a-long-one';
const AWS = { region: 'eu-central-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const TABLE_NAME = 'acme';

let clay: Server;
let database: LocalDynamoDb;
let queues: FauxqsServer;
let aws: AwsRecorder;
let directory: string;
let config: ConfigInput;
let installation: ReturnType<typeof synthesize>;
/** By function. */
const done = new Map<string, { readonly calls: readonly AwsCall[]; readonly answers: readonly unknown[] }>();

/**
 * Clay as a row wishes it: `{ "answer": 413 }` is answered so, and 403 by the first webhook only, which is full. Its web
 * site is down. Slack and PagerDuty take everything here, the webhook of a channel nothing for now.
 */
const startClay = async (): Promise<Server> => {
  const server = createServer(async (asked, answer) => {
    let body = '';
    for await (const part of asked) body += part;
    const { answer: wished = 200 } = JSON.parse(body || '{}');
    const isHere = wished !== 403 || asked.url?.endsWith('-one');
    const status = asked.url?.startsWith('/down') ? 500 : isHere ? wished : 200;
    if (asked.url?.startsWith('/slack')) {
      answer.end(JSON.stringify({ ok: true, ts: '1795281840.000100', channel: 'C0123456789' }));
      return;
    }
    if (asked.url === '/me') {
      answer.writeHead(200).end('{"user":{"id":1}}');
      return;
    }
    answer.writeHead(status).end(status === 403 ? '{"message":"Record limit reached for webhook"}' : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

type Name = keyof ReturnType<typeof functionsOf>;

/** Invokes a function's package with one event after the other, as Lambda would. */
const run = async (
  name: Name,
  events: readonly unknown[],
  remainingMs = 60_000,
): Promise<readonly unknown[]> => {
  const description = functionsOf(installation.config)[name];
  const into = join(directory, name);
  bundleFunction(description, installation.config, into);
  const given: Record<string, string> = {
    CLAYWATCH_CONFIG: join(into, CONFIG_FILE),
    TABLE_NAME,
    ALERT_TOPIC_ARN: 'arn:aws:sns:eu-central-1:000000000000:acme-alerts',
    PAGES_TOPIC_ARN: 'arn:aws:sns:eu-central-1:000000000000:acme-pages',
    ROW_QUEUE_PREFIX: `${aws.endpoint}/000000000000/acme-rows-`,
    DEAD_LETTER_QUEUE: `${aws.endpoint}/000000000000/acme-rows-dead`,
    ROWS_KEY: 'secretsmanager:acme/rows-key',
    FORWARD_FUNCTION: 'acme-forward',
    REPLAY_FUNCTION: 'acme-replay',
    CONSOLE_FILES: join(into, DEPLOYED_PAGE),
  };
  const script = `
    const { handler } = await import(${JSON.stringify(pathToFileURL(join(into, 'index.mjs')).href)});
    const answers = [];
    for (const event of ${JSON.stringify(events)}) {
      answers.push(await handler(event, { getRemainingTimeInMillis: () => ${remainingMs} }));
    }
    console.log('answers ' + JSON.stringify(answers));
    process.exit(0);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env: {
      ...Object.fromEntries(Object.keys(description.environment.shape).map((key) => [key, given[key] ?? ''])),
      AWS_REGION: AWS.region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: aws.endpoint,
    },
  });
  const line = stdout.split('\n').find((text) => text.startsWith('answers ')) ?? 'answers []';
  const answers: readonly unknown[] = JSON.parse(line.slice('answers '.length));
  const before = done.get(name) ?? { calls: [], answers: [] };
  done.set(name, {
    calls: [...before.calls, ...aws.calls.splice(0)],
    answers: [...before.answers, ...answers],
  });
  return answers;
};

/** The latest whole minutes, as the schedule names them. */
const slots = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const minute = Math.floor(Date.now() / 60_000) - count + 1 + index;
    return { slot: new Date(minute * 60_000).toISOString() };
  });

const post = (body: unknown, headers: Readonly<Record<string, string>> = {}, path = '/v1/rows') =>
  httpEvent({
    path,
    feed: 'leads',
    headers: { 'x-claywatch-secret': SENDER, ...headers },
    body: JSON.stringify(body),
  });

/** Secrets Manager begins a rotation, and these are the steps that it then asks for. */
const rotationOf = (name: string) => {
  const secret = aws.secrets.get(name);
  const ClientRequestToken = `rotation-of-${name.replace('/', '-')}`.padEnd(36, '0');
  secret?.rotateSecret(ClientRequestToken);
  return ['createSecret', 'setSecret', 'testSecret', 'finishSecret'].map((Step) => ({
    SecretId: secret?.arn,
    ...{ ClientRequestToken, Step },
  }));
};

/** What Lambda hands over of a queue: messages that were received there. */
const received = async (channel: string, bodies: readonly string[]) => {
  const name = `acme-notify-${channel}`;
  queues.createQueue(name);
  const sqs = createSqsClient({ ...AWS, endpoint: queues.address });
  const QueueUrl = `${queues.address}/000000000000/${name}`;
  for (const MessageBody of bodies) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 360 }),
  );
  sqs.destroy();
  return {
    Records: Messages.map(({ MessageId, ReceiptHandle, Body }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: { ApproximateReceiveCount: '1' },
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${AWS.region}:000000000000:${name}`,
    })),
  };
};

/** The body of an answer. */
const answered = <T>(answer: unknown): T => {
  const body = JSON.parse((answer as { readonly body: string }).body);
  expect({ code: body.code, detail: body.detail }).toEqual({});
  return body;
};

/** A request of a person or a program: by a route of theirs, and what stands in its place of a name. */
const asked = (
  routeKey: string,
  pathParameters: Readonly<Record<string, string>> = {},
  { body = '', headers = {} }: { body?: string; headers?: Readonly<Record<string, string>> } = {},
) => ({
  ...httpEvent({
    path: '/v1/incidents',
    body,
    headers: { authorization: `Bearer ${RESPONDER}`, ...headers },
  }),
  routeKey,
  pathParameters,
});

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'claywatch-rights-'));
  clay = await startClay();
  const webhook = (id: string) => `${addressOf(clay)}/v3/sources/webhook/pull-in-data-from-a-webhook-${id}`;
  config = {
    installation: 'acme',
    clay: {
      apiKey: 'secretsmanager:acme/api-key',
      webUrl: `${addressOf(clay)}/down`,
      apiUrl: addressOf(clay),
      publicApiUrl: addressOf(clay),
      statusPageFormat: 'off',
    },
    connectivity: { urls: [addressOf(clay)] },
    observe: { confirmAfterMs: [] },
    feeds: {
      leads: {
        webhooks: [
          { id: 'leads-1', url: 'secretsmanager:acme/clay#one', authToken: 'secretsmanager:team/token' },
          { id: 'leads-2', url: 'secretsmanager:acme/clay#two' },
        ],
        callbacks: { secret: 'secretsmanager:acme/senders' },
        submissions: { secret: 'secretsmanager:acme/senders' },
        relay: {
          secret: 'secretsmanager:acme/senders',
          filters: { duplicatesWithinMinutes: 60 },
        },
      },
      accounts: { relay: { secret: 'secretsmanager:team/senders' } },
    },
    status: { secret: 'secretsmanager:team/status' },
    respond: {
      publicUrl: 'https://claywatch.example.com',
      secret: 'secretsmanager:acme/responders',
      linkSecret: 'secretsmanager:acme/links',
    },
    console: { sessionSecret: 'secretsmanager:acme/sessions' },
    statusPage: { published: true },
    notify: {
      people: { ada: { email: 'ada@example.com' } },
      slack: [
        {
          id: 'slack-ops',
          channel: 'C0123456789',
          apiUrl: `${addressOf(clay)}/slack`,
          botToken: 'secretsmanager:acme/slack-bot',
          signingSecret: 'secretsmanager:acme/slack-app',
        },
      ],
      pagerduty: [{ id: 'pager', routingKey: 'secretsmanager:team/pagerduty', eventsUrl: addressOf(clay) }],
      webhooks: [
        { id: 'bus', url: 'secretsmanager:team/bus', signingSecrets: ['secretsmanager:team/bus-key'] },
      ],
    },
  };
  installation = synthesize(config);
  database = await startDynamoDb(join(directory, 'table'));
  const client = createDynamoClient({ ...AWS, endpoint: database.endpoint });
  await ensureTable(client, TABLE_NAME);
  client.destroy();
  queues = await startFauxqs({ port: 0, logger: false, defaultRegion: AWS.region });
  for (const name of ['leads', 'accounts', 'dead']) queues.createQueue(`acme-rows-${name}`);
  aws = await startAwsRecorder({
    dynamodb: database.endpoint,
    sqs: queues.address,
    secrets: {
      'acme/clay': JSON.stringify({ one: webhook('one'), two: webhook('two') }),
      'team/token': 'not-a-real-token',
      'acme/api-key': 'not-a-real-api-key',
      'acme/senders': SENDER,
      'team/senders': 'not-a-real-secret-of-another',
      'team/status': 'not-a-real-secret-of-an-application',
      'acme/rows-key': 'not-a-real-key-of-at-least-32-characters',
      'acme/responders': RESPONDER,
      'acme/links': LINK_KEY,
      'acme/sessions': SESSION_KEY,
      'acme/slack-bot': 'xoxb-not-a-real-token',
      'acme/slack-app': 'not-a-real-signing-secret',
      'team/pagerduty': '0123456789abcdef0123456789abcdef',
      'team/bus': `${addressOf(clay)}/down`,
      'team/bus-key': 'whsec_bm90LWEtcmVhbC1rZXktb2YtYS1jaGFubmVs',
    },
  });

  await run('relay', [
    post({ email: 'ada@example.com' }, { 'idempotency-key': 'first' }),
    post({ email: 'ada@example.com' }, { 'idempotency-key': 'first' }),
    post([
      { email: 'ada@example.com' },
      { email: 'bob@example.com', answer: 413 },
      { email: 'eve@example.com' },
    ]),
    post({ email: 'zoe@example.com', answer: 403 }),
  ]);
  const sqs = createSqsClient({ ...AWS, endpoint: queues.address });
  for (const name of ['leads', 'dead']) {
    const QueueUrl = `${queues.address}/000000000000/acme-rows-${name}`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'not a row' }));
  }
  sqs.destroy();
  await run('forward', slots(1));
  await run('callback', [
    post({ row_id: 'row-1', status: 'hit' }, {}, '/v1/callbacks'),
    post('?', {}, '/v1/callbacks'),
  ]);
  const operate = (
    route: string,
    body: unknown,
    parameters: Readonly<Record<string, string>> = { feed: 'leads' },
  ) => asked(route, parameters, { body: JSON.stringify(body) });
  const deadLetters = { source: 'dead-letters', fault: 'all' };
  const [, , , planned, silenced] = await run('operate', [
    operate(OPERATE.hold, { reason: 'a test' }),
    operate(OPERATE.resume, {}),
    operate(OPERATE.failover, {}),
    operate(OPERATE.replayPlan, deadLetters),
    operate(OPERATE.silence, {
      ...{ kind: 'maintenance', reason: 'a test', match: { feed: 'leads' } },
      to: new Date(Date.now() + 3_600_000).toISOString(),
    }),
  ]);
  const { rows } = answered<{ plan: { rows: number } }>(planned).plan;
  const { id: silence } = answered<{ silence: { id: string } }>(silenced).silence;
  const [begun] = await run('operate', [
    operate(OPERATE.replay, { ...deadLetters, confirm: rows }),
    operate(OPERATE.silenceEnd, {}, { id: silence }),
  ]);
  const { id: job } = answered<{ replay: { id: string } }>(begun).replay;
  // The first is out of time before it begins, and hands over; the second has all of it.
  const [handed] = await run('replay', [{ job, after: 1 }]);
  const { version } = (handed as { readonly job: { readonly version: number } }).job;
  await run('replay', [{ job, after: version }], 900_000);
  await run('operate', [operate(OPERATE.replayResume, {}, { id: job })]);
  // What was put into the queue again is sent again.
  await run('forward', slots(1));
  await run('submissions', [
    post({ row_id: 'row-2', webhook: 'leads-1' }, {}, '/v1/submissions'),
    post({ webhook: 'leads-1', count: 3, idempotency_key: 'a' }, {}, '/v1/submissions'),
    post(
      { webhook: 'leads-2', refused: { status: 403, body: 'Record limit reached' } },
      {},
      '/v1/submissions',
    ),
  ]);
  await run('watch', slots(2));
  const incident = aws.published[0]?.incidentId ?? '';
  const bodies = aws.published.filter(({ topic }) => topic === 'acme-alerts').map(({ body }) => body);
  await run(
    'notify',
    await Promise.all(['slack-ops', 'pager', 'bus'].map((channel) => received(channel, bodies))),
  );
  await run('operate', [
    operate(OPERATE.drill, { severity: 'P4', minutes: 5, force: true }),
    operate(OPERATE.drillEnd, {}),
  ]);
  const token = await signLink(LINK_KEY, {
    incidentId: incident,
    purpose: 'acknowledge',
    expiresAt: Math.ceil(Date.now() / 1_000) + 3_600,
  });
  await run('incidents', [
    asked(ROUTES.list),
    asked(ROUTES.show, { id: incident }),
    asked(ROUTES.postmortem, { id: incident }),
    asked(ROUTES.act, { id: incident, action: 'note' }, { body: '{"text":"Looking."}' }),
    asked(ROUTES.open, { token }),
    asked(ROUTES.press, { token }, { body: 'by=Ada' }),
    asked(ROUTES.slack, {}, { body: 'payload=%7B%7D' }),
  ]);
  await run('report', [
    ...Object.values(REPORT).map((route) => asked(route, { feed: 'leads' })),
    asked(REPORT.overview, {}, { headers: { authorization: 'Bearer wrong' } }),
  ]);
  await run(
    'statuspage',
    Object.values(STATUSPAGE).map((route) => asked(route)),
  );
  const signIn = (secret: string) =>
    asked(
      CONSOLE.signIn,
      {},
      {
        body: JSON.stringify({ secret, name: 'Ada' }),
        headers: { 'x-claywatch-console': '1', 'sec-fetch-site': 'same-origin' },
      },
    );
  await run('console', [
    asked(CONSOLE.page),
    asked(CONSOLE.file, { file: 'icon.svg' }),
    signIn('wrong'),
    signIn(RESPONDER),
    asked(CONSOLE.session),
    asked(CONSOLE.oidcStart),
  ]);
  await run('respond', [
    { headers: { 'x-claywatch-secret': SENDER } },
    { headers: { 'x-claywatch-secret': 'not-a-real-secret-of-an-application' } },
  ]);
  // Last: whoever sends has another secret then.
  const supplied = aws.secrets.get('acme/api-key');
  supplied?.put('not-a-real-api-key-of-tomorrow', STAGE.supplied);
  await run('rotate', [...rotationOf('acme/senders'), ...rotationOf('acme/api-key'), ...slots(1)]);
}, 400_000);

afterAll(async () => {
  await aws?.stop();
  await queues?.stop();
  await database?.stop();
  clay?.close();
  rmSync(directory, { recursive: true, force: true });
});

const statusesOf = (name: Name): readonly number[] =>
  (done.get(name)?.answers ?? []).map((answer) => (answer as { readonly statusCode: number }).statusCode);

const NAMES = [
  'watch',
  'callback',
  'submissions',
  'relay',
  'forward',
  'respond',
  'incidents',
  'report',
  'operate',
  'replay',
  'statuspage',
  'console',
  'notify',
  'rotate',
] as const satisfies readonly Name[];

const refusedTo = (name: Name) => {
  const allows = createPolicy(installation, rightsOf(installation.rest, `acme-${name}`));
  return (done.get(name)?.calls ?? []).filter((call) => !allows(call));
};

describe('a deployed function', () => {
  it.each(NAMES)('may do all that it does: %s', (name) => {
    expect(done.get(name)?.calls.length).toBeGreaterThan(3);
    expect(refusedTo(name)).toEqual([]);
  });

  it('would be stopped at anything else', () => {
    const may = (name: Name) => createPolicy(installation, rightsOf(installation.rest, `acme-${name}`));
    const incident = {
      action: 'dynamodb:PutItem',
      resource: 'table',
      leadingKeys: ['incident#clay.outage#clay'],
    };
    expect(NAMES.filter((name) => may(name)(incident))).toEqual(['watch', 'incidents', 'operate']);
    const evidence = { ...incident, leadingKeys: ['evidence#inc-20261103-0a1b2c3d'] };
    expect(NAMES.filter((name) => may(name)(evidence))).toEqual(['watch']);
    const published = { action: 'sns:Publish', resource: 'topic/acme-pages' };
    expect(NAMES.filter((name) => may(name)(published))).toEqual(['watch']);
    const token = { action: 'secretsmanager:GetSecretValue', resource: 'secret/acme/slack-bot' };
    expect(NAMES.filter((name) => may(name)(token))).toEqual(['notify', 'rotate']);
    const written = { ...token, action: 'secretsmanager:PutSecretValue' };
    expect(NAMES.filter((name) => may(name)(written))).toEqual(['rotate']);
    expect(may('rotate')({ ...written, resource: 'secret/acme/rows-key' })).toBe(false);
    const mixed = {
      action: 'dynamodb:BatchGetItem',
      resource: 'table',
      leadingKeys: ['seen#leads#1', 'watch'],
    };
    expect(may('relay')(mixed)).toBe(false);
    expect(may('relay')({ ...mixed, leadingKeys: ['seen#leads#1'] })).toBe(true);
    expect(may('relay')({ action: 'sqs:ReceiveMessage', resource: 'queue/acme-rows-leads' })).toBe(false);
    expect(may('relay')({ action: 'sqs:SendMessage', resource: 'queue/acme-rows-dead' })).toBe(false);
    expect(
      may('respond')({ action: 'secretsmanager:GetSecretValue', resource: 'secret/acme/rows-key' }),
    ).toBe(false);
  });
});

describe('what was looked at', () => {
  it('notify took from queues what is for chat channels, as Lambda does for it', () => {
    const may = createPolicy(installation, rightsOf(installation.rest, 'acme-notify'));
    for (const action of [
      'ReceiveMessage',
      'DeleteMessage',
      'GetQueueAttributes',
      'ChangeMessageVisibility',
    ]) {
      expect(may({ action: `sqs:${action}`, resource: 'queue/acme-notify-bus' })).toBe(true);
      expect(may({ action: `sqs:${action}`, resource: 'queue/acme-undelivered-bus' })).toBe(false);
      expect(may({ action: `sqs:${action}`, resource: 'queue/acme-rows-leads' })).toBe(false);
    }
    const [slack, pager, bus] = done.get('notify')?.answers ?? [];
    expect([slack, pager]).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
    // Its provider is down: it is put off.
    expect((bus as { batchItemFailures: unknown[] }).batchItemFailures.length).toBeGreaterThan(0);
    expect(done.get('notify')?.calls.map(({ action }) => action)).toContain('sqs:ChangeMessageVisibility');
  });

  it('everybody did his work', () => {
    expect(statusesOf('incidents')).toEqual([200, 200, 200, 200, 200, 200, 401]);
    expect(statusesOf('relay')).toEqual([202, 202, 202, 202]);
    expect(done.get('forward')?.answers).toEqual([
      expect.objectContaining({
        answers: { accepted: 3, 'too-large': 1, limit: 1 },
        // The one that is too large, and one that is no row from each queue.
        deadLetters: 3,
        faults: 0,
      }),
      // The one that was replayed is too large again.
      expect.objectContaining({ answers: { 'too-large': 1 }, deadLetters: 1, faults: 0 }),
    ]);
    expect(statusesOf('callback')).toEqual([200, 400]);
    expect(statusesOf('submissions')).toEqual([200, 200, 200]);
    expect(statusesOf('respond')).toEqual([200, 200]);
    for (const name of ['acme/senders', 'acme/api-key'])
      expect(aws.secrets.get(name)?.holder(STAGE.current)).toMatch(/^rotation-of/);
    expect(aws.secrets.get('acme/senders')?.textAt(STAGE.alsoValid)).toBe(SENDER);
    expect(aws.secrets.get('acme/api-key')?.textAt(STAGE.current)).toBe('not-a-real-api-key-of-tomorrow');
    expect(done.get('rotate')?.answers.at(-1)).toMatchObject({ faults: 0 });
    expect(statusesOf('report')).toEqual([...Object.values(REPORT).map(() => 200), 401]);
    // No standby is left to fail over to, and a replay that is done cannot be resumed.
    expect(statusesOf('operate')).toEqual([200, 200, 409, 200, 200, 200, 200, 409, 200, 200]);
    expect(done.get('replay')?.answers).toEqual([
      expect.objectContaining({ kind: 'yielded' }),
      expect.objectContaining({ kind: 'done' }),
    ]);
    expect(statusesOf('statuspage')).toEqual(Object.values(STATUSPAGE).map(() => 200));
    // The session of the fifth is that of a secret in a header, which is none.
    expect(statusesOf('console')).toEqual([200, 200, 401, 204, 401, 404]);

    expect(done.get('watch')?.calls.map(({ action }) => action)).toContain('sns:Publish');
    expect(queues.inspectQueue('acme-rows-leads')?.messages.ready).toEqual([]);
    expect(queues.inspectQueue('acme-rows-dead')?.messages.ready).toEqual([]);
  });
});
