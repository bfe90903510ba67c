import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoPacer } from '../../shared/aws/dynamodb/relay/pacer.ts';
import { createDynamoReplayJobs } from '../../shared/aws/dynamodb/relay/replay-jobs.ts';
import { createDynamoRotationStore } from '../../shared/aws/dynamodb/rotation-store.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createDynamoSilenceStore } from '../../shared/aws/dynamodb/silence-store.ts';
import { createDynamoWatchStore } from '../../shared/aws/dynamodb/watch-store.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../shared/aws/sqs/row-queue.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import { NO_SEAL } from '../../shared/relay/status-depths.ts';
import { createReports, type ReportPorts, type Reports } from '../../shared/report/read.ts';
import { recentOf } from '../http/recent.ts';
import type { ReportEnvironment } from './environment.ts';

/** What anybody's deeds change: pages that ask every few seconds, however many there are, share one answer. */
const LIVE_MS = 1_000;
/** What only a run of the watch changes, once a minute; counts are the dearest thing that is read. */
const COUNTED_MS = 10_000;
/** What is read of many items, and grows slowly. */
const TRAIL_MS = 5_000;

/** Reads each source no more often than it changes. */
const seldom = (ports: ReportPorts, clock: Pick<Clock, 'now'>): ReportPorts => {
  const live = { clock, ms: LIVE_MS };
  const counted = { clock, ms: COUNTED_MS };
  const trail = { clock, ms: TRAIL_MS };
  const silencesNow = recentOf(() => ports.silences.current(clock.now()), live);
  return {
    ...ports,
    incidents: {
      active: recentOf(() => ports.incidents.active(), live),
      list: recentOf((query) => ports.incidents.list(query), trail),
    },
    controls: {
      load: recentOf((feed) => ports.controls.load(feed), live),
      tally: recentOf((feed) => ports.controls.tally(feed), live),
    },
    queue: { depth: recentOf((feed) => ports.queue.depth(feed), live) },
    pacer: { state: recentOf(() => ports.pacer.state(), live) },
    rows: { snapshot: recentOf((feed) => ports.rows.snapshot(feed), counted) },
    credits: { load: recentOf(() => ports.credits.load(), counted) },
    watch: { load: recentOf(() => ports.watch.load(), counted) },
    silences: { ...ports.silences, current: () => silencesNow() },
    replays: { list: recentOf((limit) => ports.replays.list(limit), live) },
    rotations: { all: recentOf(() => ports.rotations.all(), trail) },
  };
};

/** The dearest answers to compute are shared as well. */
const shared = (reports: Reports, clock: Pick<Clock, 'now'>): Reports => {
  const live = { clock, ms: LIVE_MS };
  return {
    overview: recentOf(reports.overview, live),
    usage: recentOf(reports.usage, live),
    feedSeries: recentOf(reports.feedSeries, live),
    creditSeries: recentOf(reports.creditSeries, live),
    relay: recentOf(reports.relay, live),
    audit: recentOf(reports.audit, live),
    silences: recentOf(reports.silences, live),
    replays: recentOf(reports.replays, live),
    preflight: recentOf(reports.preflight, live),
  };
};

export interface OwnReportsOptions {
  readonly config: Config;
  readonly environment: ReportEnvironment;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/** What is read once it is known who asks, and what is made of it. A part of its own: see `dependencies.ts`. */
export const createOwnReports = ({ config, environment, clock, onFault }: OwnReportsOptions) => {
  const table = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  const ports: ReportPorts = {
    incidents: createDynamoIncidentStore(table),
    controls: createDynamoControlStore(table),
    queue: createSqsRowQueue({
      client: createSqsClient(),
      queueUrlPrefix: environment.ROW_QUEUE_PREFIX,
      seal: NO_SEAL,
    }),
    pacer: createDynamoPacer({ ...table, clock, rules: config.relay }),
    rows: createDynamoRowsLedger({
      ...table,
      clock,
      retainDays: config.rows.retainDays,
      matureAfterMinutes: config.rows.lost.afterMinutes,
    }),
    credits: createDynamoCreditStore(table),
    watch: createDynamoWatchStore(table),
    silences: createDynamoSilenceStore(table),
    replays: createDynamoReplayJobs(table),
    rotations: createDynamoRotationStore(table),
    proof: createDynamoProofLedger(table),
    onFault,
  };
  return {
    reports: shared(createReports(config, seldom(ports, clock), clock), clock),
    uses: createDynamoSecretUseLog(table),
  };
};
