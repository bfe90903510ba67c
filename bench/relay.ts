import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_AWS } from '../local/aws.ts';
import { type Runtime, startRuntime } from '../local/runtime.ts';
import { createDynamoClient } from '../shared/aws/dynamodb/client.ts';
import { createDynamoControlStore } from '../shared/aws/dynamodb/relay/control-store.ts';
import { createSqsClient } from '../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../shared/aws/sqs/row-queue.ts';
import { systemClock } from '../shared/clock.ts';
import { parseConfig } from '../shared/config/parse.ts';
import { rowQueuePrefix } from '../shared/config/relayed.ts';
import { addHold, changeControl } from '../shared/relay/control-change.ts';
import type { QueuedRow, RowQueue } from '../shared/relay/queue.ts';
import { createSeal } from '../shared/seal/node-seal.ts';
import type { LoadPlan, LoadResult } from './callbacks-load.ts';
import { hasMissed, inBatches, line, load, ms, percentile, promise } from './report.ts';

/*
 * Rows per second that the relay takes on the local runtime: its HTTP server, the very handler, and queue and store on
 * disk. The feed is on hold, so that every row stays where it can be looked for. The sender is a process of its own.
 * Afterwards every row that was answered 202 is looked for in the queue, by its id.
 */

const PROMISED_BATCHED_PER_SECOND = 1_000;
const PROMISED_SINGLE_PER_SECOND = 300;
const PROMISED_P99_MS = 100;

const FEED = 'leads';
const SECRET = 'fake-sender-secret';
const STEADY_MS = 10_000;
const FLAT_OUT_MS = 4_000;
/** More rows than the fastest run takes in its time. */
const BATCHED_ROWS = 40_000;
const DRAINED_AT_A_TIME = 8;

const key = randomBytes(32).toString('base64');
const config = parseConfig(
  {
    feeds: {
      [FEED]: {
        webhooks: [{ id: 'leads-1', url: 'env:WEBHOOK' }],
        relay: {
          secret: 'env:SENDER_SECRET',
          required: ['email'],
          filters: { email: 'email', personalDomains: 'refuse' },
        },
      },
    },
    relay: { rowsKey: 'env:ROWS_KEY_OF_THE_BENCH' },
  },
  'the configuration of the bench',
);
const { header } = config.feeds[FEED]?.relay ?? { header: '' };

/** A lead as forms and lists send them, of about 600 bytes. */
const rowOf = (index: number) => ({
  email: `person-${index}@company-${index % 977}.example`,
  first_name: 'Jane',
  last_name: `Example ${index}`,
  company: `Company ${index % 977} GmbH`,
  website: `https://company-${index % 977}.example/`,
  title: 'Head of Operations',
  country: 'DE',
  employees: (index * 37) % 5_000,
  source: 'webinar-2026-11',
  utm: { campaign: 'autumn', medium: 'email', content: `variant-${index % 4}` },
  notes: 'Asked for a call next week; prefers mornings. '.repeat(4),
  created_at: '2026-11-21T17:24:00.000Z',
});

const show = ({ latencies, answers }: LoadResult) => {
  line(
    'answers',
    '',
    Object.entries(answers)
      .map(([name, count]) => `${name} × ${count}`)
      .join(', '),
  );
  for (const share of [0.5, 0.95]) line(`latency p${share * 100}`, ms(percentile(latencies, share)));
};

const holdFeed = async (runtime: Runtime): Promise<void> => {
  const client = createDynamoClient({ ...LOCAL_AWS, endpoint: runtime.endpoints.dynamodb });
  const store = createDynamoControlStore({ client, tableName: runtime.tableName });
  const hold = { kind: 'operator', since: systemClock.now(), why: 'Measured.', by: 'bench' } as const;
  await changeControl(store, FEED, (control) => addHold(control, hold));
  client.destroy();
};

/** Takes every row out; each is there once, unless SQS delivers one twice. */
const drain = async (queue: RowQueue): Promise<readonly QueuedRow[]> => {
  const rows: QueuedRow[] = [];
  const take = async (): Promise<void> => {
    for (let more = true; more; ) {
      const received = await queue.receive(FEED, { waitSeconds: 1, visibilitySeconds: 120 });
      more = received.rows.length > 0;
      rows.push(...received.rows.map(({ row }) => row));
      await queue.remove(
        FEED,
        received.rows.map(({ handle }) => handle),
      );
    }
  };
  await Promise.all(Array.from({ length: DRAINED_AT_A_TIME }, take));
  return rows;
};

const verify = async (queue: RowQueue, issued: readonly string[], sent: ReadonlySet<string>) => {
  console.log('\nAfterwards, in the queue');
  const rows = await drain(queue);
  const found = new Set(rows.map(({ id }) => id));
  const answered = new Set(issued);
  const missing = [...answered].filter((id) => !found.has(id)).length;
  const strangers = rows.filter(({ json, id }) => {
    const { _claywatch_row_id, ...row } = JSON.parse(json);
    return _claywatch_row_id !== id || !sent.has(JSON.stringify(row));
  }).length;
  line('rows answered 202', String(issued.length));
  promise('ids issued twice', String(issued.length - answered.size), '0', issued.length === answered.size);
  promise('rows not found', String(missing), '0', missing === 0);
  promise('rows that are not what was sent', String(strangers), '0', strangers === 0);
  // A call to SQS that was not answered in time is made again, and either may have been heard: the ledger drops one.
  line('messages of a row that has another', String(rows.length - found.size));
  line('rows found, never answered for', String(found.size - (answered.size - missing)));
};

const bench = async (stateDir: string): Promise<void> => {
  const env = {
    SENDER_SECRET: SECRET,
    WEBHOOK: 'http://127.0.0.1:9/v3/sources/webhook/fake',
    ROWS_KEY_OF_THE_BENCH: key,
  };
  const runtime = await startRuntime({ config, stateDir, env });
  const client = createSqsClient({ ...LOCAL_AWS, endpoint: runtime.endpoints.sqs });
  try {
    await holdFeed(runtime);
    const queue = createSqsRowQueue({
      client,
      queueUrlPrefix: `${runtime.endpoints.sqs}/000000000000/${rowQueuePrefix(config.installation)}`,
      seal: createSeal(key),
    });
    const common = { url: `${runtime.endpoints.http}/v1/rows/${FEED}`, header, secret: SECRET };
    const issued: string[] = [];
    const sent = new Set<string>();
    let serial = 0;
    /** Of the runtime alone, in the last run: it does not depend on what else the machine does. */
    let cpuMsPerRow = 0;

    const send = async (count: number, batch: number, plan: Pick<LoadPlan, 'pace' | 'forMs'>) => {
      const rows = Array.from({ length: count }, () => rowOf(serial++));
      for (const row of rows) sent.add(JSON.stringify(row));
      const bodies = inBatches(rows, batch).map((part) => JSON.stringify(batch === 1 ? part[0] : part));
      const before = process.cpuUsage();
      const result = await load({ ...common, ...plan, bodies });
      const { user, system } = process.cpuUsage(before);
      cpuMsPerRow = (user + system) / 1_000 / result.rowIds.length;
      issued.push(...result.rowIds);
      return result;
    };

    // Loads the function, as a warm one is measured; counts like any other.
    await send(400, 1, { pace: { connections: 8 }, forMs: 5_000 });

    console.log(`\nOne by one at ${PROMISED_SINGLE_PER_SECOND} a second, whatever the answers`);
    const steady = await send((STEADY_MS / 1_000) * PROMISED_SINGLE_PER_SECOND, 1, {
      pace: { perSecond: PROMISED_SINGLE_PER_SECOND },
      forMs: 2 * STEADY_MS,
    });
    show(steady);
    const p99 = percentile(steady.latencies, 0.99);
    promise('latency p99', ms(p99), `under ${PROMISED_P99_MS} ms`, p99 < PROMISED_P99_MS);
    line('processor time of the runtime, per row', ms(cpuMsPerRow));
    promise('rows taken', String(steady.rowIds.length), 'all', steady.rowIds.length === steady.sent);

    for (const batch of [100, 500]) {
      console.log(`\nIn arrays of ${batch}, flat out over 4 connections`);
      const batched = await send(BATCHED_ROWS, batch, { pace: { connections: 4 }, forMs: FLAT_OUT_MS });
      show(batched);
      line('processor time of the runtime, per row', ms(cpuMsPerRow));
      const rate = batched.rowIds.length / (batched.wallMs / 1_000);
      const promised = PROMISED_BATCHED_PER_SECOND;
      promise('rows per second', rate.toFixed(0), `at least ${promised}`, rate >= promised);
    }

    await verify(queue, issued, sent);
  } finally {
    client.destroy();
    await runtime.stop();
  }
};

const stateDir = await mkdtemp(join(tmpdir(), 'claywatch-bench-'));
try {
  const processors = availableParallelism();
  const [busy = 0] = loadavg();
  console.log(
    `Local runtime, queue and store on disk; ${processors} processors for all of it and the sender together.`,
  );
  if (busy > processors / 2) {
    console.log(
      `Other programs keep this machine busy (load ${busy.toFixed(1)}): figures are worse than its own.`,
    );
  }
  await bench(stateDir);
} finally {
  await rm(stateDir, { recursive: true, force: true });
}
process.exitCode = hasMissed() ? 1 : 0;
