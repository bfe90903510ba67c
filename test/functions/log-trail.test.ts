import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ForwardEvent } from '../../functions/forward/event.ts';
import { ROUTES } from '../../functions/incidents/routes.ts';
import type { NotifyEvent } from '../../functions/notify/event.ts';
import type { WatchEvent } from '../../functions/watch/event.ts';
import { SIMULATED_WEBHOOK_TOKEN } from '../../local/clay/core/options.ts';
import { type RunningClay, startClay } from '../../local/clay/server/server.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { METRICS } from '../../shared/metrics/catalogue.ts';
import { type LocalTable, startDynalite } from '../contract/local-table.ts';
import { emfFaults, metricsIn } from '../metrics/emf-schema.ts';
import { httpEvent } from './http-event.ts';
import { eventOf } from './incidents/incidents-world.ts';

// Read when the modules of the handlers are loaded: lines then come where a test can read them.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
  process.env.POWERTOOLS_LOG_LEVEL = 'DEBUG';
});

const SECRETS = {
  ROWS_KEY_TEXT: 'fake-rows-key-4711-fake-rows-key-4711',
  SENDER: 'fake-sender-secret-4711',
  CALLBACKS: 'fake-callback-secret-4711',
  RESPONDER: 'fake-responder-secret-4711',
};
const AWS = { region: 'eu-central-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

type Line = Readonly<Record<string, unknown>>;

let table: LocalTable;
let aws: FauxqsServer;
let clay: RunningClay;
let directory: string;
const texts: string[] = [];
/** What each function wrote when it was invoked, as documents. */
const trail: Line[] = [];
let rowId = '';
let incident = '';

const contextOf = (name: string): Context =>
  ({
    functionName: `acme-${name}`,
    awsRequestId: `request-of-${name}`,
    getRemainingTimeInMillis: () => 60_000,
  }) as Context;

/** Everything that was written within it. */
const writtenIn = async (work: () => Promise<unknown>): Promise<readonly Line[]> => {
  const before = texts.length;
  await work();
  const lines = texts.slice(before).map((text) => JSON.parse(text) as Line);
  trail.push(...lines);
  return lines;
};

beforeAll(async () => {
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((text) => void texts.push(String(text)));
  table = await startDynalite('acme-state');
  aws = await startFauxqs({ port: 0, logger: false, defaultRegion: AWS.region });
  clay = await startClay({ port: 0 });
  const prefix = aws.createQueue('acme-rows-leads').queueUrl.slice(0, -'leads'.length);
  aws.createQueue('acme-rows-dead');
  const alerts = aws.createTopic('acme-alerts').topicArn;
  directory = await mkdtemp(join(tmpdir(), 'claywatch-trail-'));
  const config = parseConfig(
    {
      installation: 'acme',
      clay: {
        webUrl: clay.urls.web,
        apiUrl: clay.urls.base,
        publicApiUrl: clay.urls.publicApi,
        statusPageUrl: clay.urls.status,
      },
      connectivity: { urls: [`${clay.urls.base}/connectivity`] },
      observe: { failureThreshold: 1, confirmAfterMs: [1] },
      feeds: {
        leads: {
          webhooks: [{ id: 'leads-1', url: 'env:LEADS_1', authToken: 'env:TOKEN' }],
          relay: { secret: 'env:SENDER' },
          callbacks: { secret: 'env:CALLBACKS' },
        },
      },
      relay: { rowsPerSecond: 10, breaker: { failures: 1 } },
      respond: { secret: 'env:RESPONDER' },
      notify: { email: [{ address: 'team@example.com' }] },
      metrics: 'all',
    },
    'test',
  );
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
  const { hostname, port, protocol } = (await table.client.config.endpoint?.()) ?? { hostname: '', port: 0 };
  for (const [name, value] of Object.entries({
    ...SECRETS,
    AWS_ENDPOINT_URL_DYNAMODB: `${protocol}//${hostname}:${port}`,
    AWS_ENDPOINT_URL_SQS: aws.address,
    AWS_ENDPOINT_URL_SNS: aws.address,
    // Nobody is there: rows wait for the schedule.
    AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9',
    AWS_REGION: AWS.region,
    AWS_ACCESS_KEY_ID: AWS.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: AWS.credentials.secretAccessKey,
    CLAYWATCH_CONFIG: join(directory, 'config.json'),
    TABLE_NAME: table.tableName,
    ROW_QUEUE_PREFIX: prefix,
    DEAD_LETTER_QUEUE: `${prefix}dead`,
    ROWS_KEY: 'env:ROWS_KEY_TEXT',
    FORWARD_FUNCTION: 'acme-forward',
    ALERT_TOPIC_ARN: alerts,
    PAGES_TOPIC_ARN: alerts.replace(/alerts$/, 'pages'),
    LEADS_1: `${clay.urls.base}${clay.clay.webhookPath('leads-1')}`,
    TOKEN: SIMULATED_WEBHOOK_TOKEN,
  }))
    vi.stubEnv(name, value);
}, 60_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await Promise.all([table.close(), aws.stop(), clay.close()]);
  await rm(directory, { recursive: true });
});

const invokeRelay = async (rows: readonly object[]) => {
  const { handler } = await import('../../functions/relay/handler.ts');
  const event = httpEvent({
    path: '/v1/rows',
    feed: 'leads',
    headers: { 'x-claywatch-secret': SECRETS.SENDER },
    body: JSON.stringify(rows),
  });
  return JSON.parse((await handler(event, contextOf('relay'))).body) as {
    readonly row_ids: readonly string[];
  };
};

const invokeForward = async () => {
  const { handler } = await import('../../functions/forward/handler.ts');
  await handler({ wake: true } as ForwardEvent, contextOf('forward'));
};

const invokeCallback = async (row_id: string) => {
  const { handler } = await import('../../functions/callback/handler.ts');
  const event = httpEvent({
    path: '/v1/callbacks',
    feed: 'leads',
    headers: { 'x-claywatch-secret': SECRETS.CALLBACKS },
    body: JSON.stringify({ row_id, status: 'SUCCESS' }),
  });
  return handler(event, contextOf('callback'));
};

const invokeWatch = async (slot: number) => {
  const { handler } = await import('../../functions/watch/handler.ts');
  // The handler's own schema takes it as text.
  await handler({ slot: new Date(slot).toISOString() } as unknown as WatchEvent, contextOf('watch'));
};

const messageNamed = (lines: readonly Line[], message: string): readonly Line[] =>
  lines.filter((line) => line.message === message);

describe('a row in the log', () => {
  it('is in the line of the request that brought it, by its bucket', async () => {
    const lines = await writtenIn(async () => {
      const rows = Array.from({ length: 3 }, (_, index) => ({ email: `private-${index}@acme.example` }));
      [rowId = ''] = (await invokeRelay(rows)).row_ids;
    });
    expect(messageNamed(lines, 'rows taken')).toMatchObject([
      { installation: 'acme', function: 'relay', feed: 'leads', RowsTaken: 3, Feed: 'leads' },
    ]);
    expect(messageNamed(lines, 'rows taken')[0]?.row_buckets).toEqual([rowId.slice(0, 19)]);
  }, 30_000);

  it('is in the line of the webhook that it went to', async () => {
    const lines = await writtenIn(invokeForward);
    expect(messageNamed(lines, 'rows sent')).toMatchObject([
      { feed: 'leads', webhook: 'leads-1', accepted: 3, row_buckets: [rowId.slice(0, 19)] },
    ]);
    expect(messageNamed(lines, 'finished')).toMatchObject([{ RowsForwarded: 3 }]);
  }, 30_000);

  it('is in the line of its callback while somebody debugs', async () => {
    const lines = await writtenIn(() => invokeCallback(rowId));
    expect(lines).toMatchObject([{ level: 'DEBUG', feed: 'leads', rows: 1, row_ids: [rowId] }]);
    const foreign = await writtenIn(() => invokeCallback('jane@acme.example'));
    expect(foreign).toMatchObject([{ rows: 1, row_ids: [] }]);
  }, 30_000);

  it('leads to the incident that its feed has', async () => {
    clay.clay.faults.on('webhook-gone');
    const forward = await writtenIn(async () => {
      [rowId = ''] = (await invokeRelay([{ email: 'private-9@acme.example' }])).row_ids;
      await invokeForward();
    });
    expect(messageNamed(forward, 'rows sent')).toMatchObject([{ webhook: 'leads-1', gone: 1 }]);
    const lines = await writtenIn(async () => {
      const now = Date.now();
      for (const slot of [now - 120_000, now - 60_000, now]) await invokeWatch(slot);
    });
    const changed = messageNamed(lines, 'incident changed');
    expect(changed).toContainEqual(
      expect.objectContaining({
        transition: 'triggered',
        cause: 'webhook.gone',
        subject: 'leads/leads-1',
        severity: 'P1',
        feed: 'leads',
      }),
    );
    incident = String(changed.find(({ cause }) => cause === 'webhook.gone')?.incident);
    expect(messageNamed(lines, 'acted for incident')).toContainEqual(
      expect.objectContaining({ incident, action: 'hold', mode: 'act', feed: 'leads' }),
    );
  }, 60_000);

  it('and from there to what people did, and to the channels that were told', async () => {
    const { handler: incidents } = await import('../../functions/incidents/handler.ts');
    const acted = await writtenIn(() =>
      incidents(
        eventOf({
          route: ROUTES.act,
          params: { id: incident, action: 'acknowledge' },
          headers: { authorization: `Bearer ${SECRETS.RESPONDER}`, 'x-claywatch-actor': 'Ada Private' },
        }),
        contextOf('incidents'),
      ),
    );
    expect(acted).toMatchObject([{ incident, action: 'acknowledge', via: 'api', outcome: 'done' }]);
    const { handler: notify } = await import('../../functions/notify/handler.ts');
    const notification = {
      id: `${incident}:3:triggered`,
      incidentId: incident,
      subject: 'P1',
      emailText: 'a',
      smsText: 'b',
      attributes: {},
    };
    const record = {
      messageId: 'm-1',
      receiptHandle: 'r-1',
      body: JSON.stringify({ Message: JSON.stringify(notification) }),
      eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:acme-notify-chat',
    };
    const told = await writtenIn(() =>
      notify({ Records: [record] } as unknown as NotifyEvent, contextOf('notify')),
    );
    expect(messageNamed(told, 'handed over')).toMatchObject([
      { incident, notification: notification.id, channel: 'chat', outcome: 'refused' },
    ]);
  }, 30_000);
});

describe('a run of the watch', () => {
  it('writes one document with every number, and metrics that CloudWatch takes', () => {
    const finished = messageNamed(
      trail.filter((line) => line.function === 'watch'),
      'finished',
    );
    expect(finished).toHaveLength(3);
    const last = finished.at(-1);
    expect(emfFaults(last)).toEqual([]);
    expect(metricsIn(last)).toEqual(expect.arrayContaining(['WatchDelay', 'OpenIncidents', 'OpenP1']));
    expect(last).toMatchObject({ Installation: 'acme', UrgentIncidents: 1, RowsWaiting: 1 });
    expect(last).toMatchObject({ feeds: { leads: { QueuedRows: 1, RowsUncertain: 0 } } });
    for (const name of metricsIn(last)) expect(Object.keys(METRICS)).toContain(name);
  });

  it('writes metrics of feeds in lines of their own, where all are wanted', () => {
    const ofFeeds = messageNamed(trail, 'feed');
    expect(ofFeeds).toHaveLength(3);
    for (const line of ofFeeds) expect(emfFaults(line)).toEqual([]);
    expect(metricsIn(ofFeeds.at(-1))).toContain('QueuedRows');
  });
});

describe('every line', () => {
  it('says which installation, function and invocation it is of', () => {
    expect(new Set(trail.map((line) => line.function))).toEqual(
      new Set(['relay', 'forward', 'callback', 'watch', 'incidents', 'notify']),
    );
    for (const line of trail)
      expect(line).toMatchObject({
        installation: 'acme',
        cold_start: expect.any(Boolean),
        function_request_id: `request-of-${line.function}`,
      });
  });

  it('holds nothing of a row, of a person, of a secret or of a webhook', () => {
    expect(texts.join('\n')).not.toMatch(/acme\.example|private|Private|4711|pull-in-data|team@/);
    expect(texts.join('\n')).not.toContain(SIMULATED_WEBHOOK_TOKEN);
  });
});

/** What Logs Insights itself gives, and its own words. */
const GIVEN = /^(@timestamp|@message|bin|1h)$/;
const WORDS = new Set(
  'fields filter sort stats by and in like as desc count sum max min latest ispresent bin'.split(' '),
);

/** The fields that a query reads, without those that it makes itself. */
const fieldsOf = (query: string): readonly string[] => {
  const bare = query.replace(/"[^"]*"/g, '');
  const made = new Set([...bare.matchAll(/\bas (\w+)/g)].map(([, name]) => name));
  return [...bare.matchAll(/@?[A-Za-z_][\w.]*/g)]
    .map(([name]) => name)
    .filter((name) => !WORDS.has(name) && !GIVEN.test(name) && !made.has(name));
};

describe('the queries of docs/observability.md', () => {
  it('read only fields that are really logged', async () => {
    const text = await readFile(new URL('../../docs/observability.md', import.meta.url), 'utf8');
    const queries = [...text.matchAll(/```insights\n([\s\S]*?)```/g)].map(([, query = '']) => query);
    expect(queries.length).toBeGreaterThan(8);
    // A failure, so that its fields are among those that are logged.
    await writtenIn(() => invokeWatch(Date.now() + 3_600_000).catch(() => undefined));
    const paths = (value: unknown, at = ''): readonly string[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([name, inner]) => paths(inner, at === '' ? name : `${at}.${name}`))
        : [at];
    const logged = new Set([...trail.flatMap((line) => paths(line)), 'reason']);
    for (const query of queries)
      for (const field of fieldsOf(query)) expect([...logged], `${field} in:\n${query}`).toContain(field);
  });

  it('name messages that are really logged', async () => {
    const text = await readFile(new URL('../../docs/observability.md', import.meta.url), 'utf8');
    const named = [...text.matchAll(/message = "([^"]+)"/g)].map(([, message]) => message);
    const logged = new Set(trail.map(({ message }) => message));
    expect(named.filter((message) => !logged.has(message))).toEqual([]);
  });

  it('lists every metric with its unit', async () => {
    const text = await readFile(new URL('../../docs/observability.md', import.meta.url), 'utf8');
    for (const [name, { unit, set, means }] of Object.entries(METRICS)) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\``));
      for (const part of [unit, set, means]) expect(row, name).toContain(part);
    }
  });
});
