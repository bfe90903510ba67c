import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_AWS } from '../local/aws.ts';
import { startRuntime } from '../local/runtime.ts';
import { createDynamoClient } from '../shared/aws/dynamodb/client.ts';
import { createDynamoRowsLedger } from '../shared/aws/dynamodb/rows/ledger.ts';
import { systemClock } from '../shared/clock.ts';
import { parseConfig } from '../shared/config/parse.ts';
import type { RowsLedger } from '../shared/rows/ledger.ts';
import { createPlaces, rowIdAt } from '../shared/rows/row-id.ts';
import type { LoadPlan, LoadResult } from './callbacks-load.ts';
import { hasMissed, inBatches, line, load, ms, percentile, promise } from './report.ts';

/*
 * Callbacks per second on the local runtime: its HTTP server, the very handler, and the store on disk. The sender is a
 * process of its own. Afterwards every row that was answered 200 is looked for in the ledger.
 */

/** Clay's own ceiling of outbound calls per workspace [C, clay-facts]. */
const CLAY_PER_SECOND = 100;
const PROMISED_PER_SECOND = 10 * CLAY_PER_SECOND;
const PROMISED_P99_MS = 50;

const FEED = 'leads';
const SECRET = 'fake-callback-secret';
const WEBHOOK = 'leads-1';
const STEADY_MS = 7_000;
const FLAT_OUT_MS = 2_500;
const BATCH = 100;
/** More rows than the fastest run takes in its time. */
const FLAT_OUT_ROWS = 15_000;
const BATCHED_ROWS = 40_000;
const SUBMITTED_AT_ONCE = 500;

const config = parseConfig(
  {
    feeds: {
      [FEED]: {
        webhooks: [{ id: WEBHOOK, url: 'env:WEBHOOK' }],
        callbacks: { secret: 'env:CALLBACK_SECRET' },
      },
    },
  },
  'the configuration of the bench',
);
const { header } = config.feeds[FEED]?.callbacks ?? { header: '' };

/** What Clay's column sends for a row, in the shares and sizes of a real table. */
const bodyOf = (row_id: string, index: number) => ({
  row_id,
  status: index % 10 < 7 ? 'SUCCESS' : index % 10 < 9 ? 'SUCCESS_NO_DATA' : 'ERROR',
  error: index % 10 === 9 ? 'Some inputs missing' : null,
  fields: index % 10 < 7 ? ['work_email', 'job_title'] : [],
  credits: index % 10 < 7 ? 6 : 0,
  actions: 3,
  provider: index % 3 === 0 ? 'alpha-data' : 'beta-data',
  crm_status: 'SUCCESS',
});

const showLatency = ({ latencies }: LoadResult) => {
  line('latency p50', ms(percentile(latencies, 0.5)));
  line('latency p95', ms(percentile(latencies, 0.95)));
};
const showAnswers = ({ answers, outcomes }: LoadResult) => {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} × ${count}`)
      .join(', ');
  line('answers', '', list(answers));
  line('outcomes', '', list(outcomes));
};

/** Every row once more: what is there is a duplicate, what was lost would be news. */
const countMissing = async (ledger: RowsLedger, rowIds: readonly string[]): Promise<number> => {
  let missing = 0;
  for (const part of inBatches(rowIds, SUBMITTED_AT_ONCE)) {
    const outcomes = await ledger.recordCallbacks(
      FEED,
      part.map((rowId) => ({ rowId, at: systemClock.now(), result: 'hit', status: 'SUCCESS' })),
    );
    missing += outcomes.filter((outcome) => outcome !== 'duplicate').length;
  }
  return missing;
};

const bench = async (stateDir: string): Promise<void> => {
  const env = { CALLBACK_SECRET: SECRET, WEBHOOK: 'https://example.com/fake' };
  const runtime = await startRuntime({ config, stateDir, env });
  const client = createDynamoClient({ ...LOCAL_AWS, endpoint: runtime.endpoints.dynamodb });
  try {
    const ledger = createDynamoRowsLedger({
      client,
      tableName: runtime.tableName,
      clock: systemClock,
      retainDays: config.rows.retainDays,
    });
    const url = `${runtime.endpoints.http}/v1/callbacks/${FEED}`;
    const common = { url, header, secret: SECRET };
    const takePlaces = createPlaces({ clock: systemClock });
    const arrived: string[] = [];

    const sendRows = async (rowIds: readonly string[], plan: Pick<LoadPlan, 'pace' | 'forMs'>, batch = 1) => {
      const bodies = inBatches(rowIds.map(bodyOf), batch).map((rows) =>
        JSON.stringify(batch === 1 ? rows[0] : rows),
      );
      const result = await load({ ...common, ...plan, bodies });
      arrived.push(...rowIds.slice(0, result.sent * batch));
      return result;
    };
    const issue = (count: number) => takePlaces(count).map(rowIdAt);

    // Loads the function, as a warm one is measured; counts like any other.
    await sendRows(issue(200), { pace: { connections: 8 }, forMs: 5_000 });

    console.log(`\nOne by one at ${CLAY_PER_SECOND} a second, Clay's own ceiling`);
    const steadyRows = issue((STEADY_MS / 1_000) * CLAY_PER_SECOND);
    for (const part of inBatches(steadyRows, SUBMITTED_AT_ONCE)) {
      await ledger.recordSubmissions(
        FEED,
        part.map((rowId) => ({ rowId, webhook: WEBHOOK, at: systemClock.now(), outcome: 'accepted' })),
      );
    }
    const steady = await sendRows(steadyRows, {
      pace: { perSecond: CLAY_PER_SECOND },
      forMs: 2 * STEADY_MS,
    });
    showAnswers(steady);
    showLatency(steady);
    const p99 = percentile(steady.latencies, 0.99);
    promise('latency p99', ms(p99), `under ${PROMISED_P99_MS} ms`, p99 < PROMISED_P99_MS);

    for (const connections of [64, 256]) {
      console.log(`\nOne by one, flat out over ${connections} connections`);
      const flatOut = await sendRows(issue(FLAT_OUT_ROWS), { pace: { connections }, forMs: FLAT_OUT_MS });
      showAnswers(flatOut);
      showLatency(flatOut);
      line('latency p99', ms(percentile(flatOut.latencies, 0.99)));
      const rate = flatOut.sent / (flatOut.wallMs / 1_000);
      promise(
        'callbacks per second',
        rate.toFixed(0),
        `at least ${PROMISED_PER_SECOND}`,
        rate >= PROMISED_PER_SECOND,
      );
    }

    console.log(`\nIn arrays of ${BATCH}, flat out over 4 connections`);
    const batched = await sendRows(
      issue(BATCHED_ROWS),
      { pace: { connections: 4 }, forMs: FLAT_OUT_MS },
      BATCH,
    );
    showAnswers(batched);
    showLatency(batched);
    line('rows per second', ((batched.sent * BATCH) / (batched.wallMs / 1_000)).toFixed(0));

    console.log('\nAfterwards, in the ledger');
    const before = await ledger.fold(FEED, systemClock.now());
    const missing = await countMissing(ledger, arrived);
    const after = await ledger.fold(FEED, systemClock.now());
    line('rows sent and answered', String(arrived.length));
    promise(
      'counted as called back',
      String(before.totals.calledBack),
      'the same',
      before.totals.calledBack === arrived.length,
    );
    promise('rows not found', String(missing), '0', missing === 0);
    promise(
      'counted after every row was sent again',
      String(after.totals.calledBack),
      'the same',
      after.totals.calledBack === arrived.length,
    );
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
    `Local runtime, store on disk; ${processors} processors for the runtime, the store and the sender together.`,
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
