import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startFauxqs } from 'fauxqs';
import { SIMULATED_WEBHOOK_TOKEN, simulatedUuid } from '../local/clay/core/options.ts';
import { webhookPath } from '../local/clay/core/surface.ts';
import { createDynamoControlStore } from '../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoDeadLetters } from '../shared/aws/dynamodb/relay/dead-letters.ts';
import { createDynamoOutbox } from '../shared/aws/dynamodb/relay/outbox.ts';
import { createDynamoPacer } from '../shared/aws/dynamodb/relay/pacer.ts';
import { createDynamoRowsLedger } from '../shared/aws/dynamodb/rows/ledger.ts';
import { createSecretReader } from '../shared/aws/secrets/reader.ts';
import { createSqsClient } from '../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../shared/aws/sqs/row-queue.ts';
import { systemClock } from '../shared/clock.ts';
import { parseConfig } from '../shared/config/parse.ts';
import { createNodeClient } from '../shared/http/node-client.ts';
import { createForwarder } from '../shared/relay/forward/forwarder.ts';
import type { ForwardPorts } from '../shared/relay/forward/ports.ts';
import type { QueuedRow } from '../shared/relay/queue.ts';
import { issueRowIds, secureRandom } from '../shared/rows/row-id.ts';
import { createSeal } from '../shared/seal/node-seal.ts';
import { startDynalite } from '../test/contract/local-table.ts';

/*
 * The pace in real time: forwarders with the adapters that are deployed, over HTTP to the simulated Clay in a process
 * of its own, which takes 10 rows a second and drops what comes faster. What Clay says it took and refused counts.
 */

const FORWARDERS = [1, 2, 10];
const FEED = 'leads';
const PER_SECOND = 10;
const PROMISED_SHARE = 0.95;
const ANSWERS_AFTER_MS = 500;
/** The burst of the beginning is not measured. */
const WARM_UP_MS = 4_000;
const MEASURED_MS = Number(process.argv[2] ?? 60) * 1_000;
const ROWS = Math.ceil((WARM_UP_MS + MEASURED_MS) / 1_000) * PER_SECOND + 200;
const KEY = 'opens-nothing-but-what-this-bench-has-sealed';
const AWS = { region: 'eu-central-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

interface Measured {
  readonly forwarders: number;
  readonly taken: number;
  readonly tooFast: number;
  readonly other: number;
  readonly seconds: number;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
};

interface RemoteClay {
  readonly base: string;
  answers(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

const startClayProcess = async (): Promise<RemoteClay> => {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const main = fileURLToPath(new URL('../local/clay/main.ts', import.meta.url));
  const child: ChildProcess = spawn(
    process.execPath,
    [main, '--port', String(port), '--latency', String(ANSWERS_AFTER_MS)],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const state = async () => {
    const answer = await fetch(`${base}/_state`);
    return (await answer.json()) as { requests: Record<string, Record<string, number>> };
  };
  for (let tries = 0; ; tries += 1) {
    try {
      await state();
      break;
    } catch (error) {
      if (tries > 100) throw error;
      await systemClock.sleep(100);
    }
  }
  return {
    base,
    answers: async () => (await state()).requests.webhook ?? {},
    close: async () => {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
};

const config = parseConfig(
  {
    feeds: {
      [FEED]: {
        relay: { secret: 'env:SENDER' },
        webhooks: [{ id: 'leads-1', url: 'env:LEADS_1', authToken: 'env:TOKEN' }],
      },
    },
    relay: { rowsPerSecond: PER_SECOND },
  },
  'the configuration of the bench',
);

const measure = async (forwarders: number): Promise<Measured> => {
  const [clay, table, sqs] = await Promise.all([
    startClayProcess(),
    startDynalite('claywatch-bench'),
    startFauxqs({ port: 0, logger: false, defaultRegion: AWS.region }),
  ]);
  const stop = new AbortController();
  try {
    const queueUrlPrefix = sqs.createQueue(`bench-rows-${FEED}`).queueUrl.slice(0, -FEED.length);
    sqs.createQueue('bench-rows-dead');
    const clock = systemClock;
    const seal = createSeal(KEY);
    const { relay, rows } = config;
    const env = {
      LEADS_1: `${clay.base}${webhookPath(simulatedUuid(1))}`,
      TOKEN: SIMULATED_WEBHOOK_TOKEN,
    };
    const queueOf = () =>
      createSqsRowQueue({
        client: createSqsClient({ ...AWS, endpoint: sqs.address }),
        queueUrlPrefix,
        seal,
      });
    /** Each has its own adapters, as processes of their own would. */
    const portsOf = (): ForwardPorts => {
      const ledger = createDynamoRowsLedger({ ...table, clock, retainDays: rows.retainDays });
      const queue = queueOf();
      return {
        config,
        clock,
        queue,
        sends: ledger,
        rows: ledger,
        pacer: createDynamoPacer({ ...table, clock, rules: relay }),
        control: createDynamoControlStore(table),
        outbox: createDynamoOutbox({ ...table, seal, clock, keepHours: relay.outbox.keepHours }),
        deadLetters: createDynamoDeadLetters({ ...table, seal, clock, keepDays: relay.deadLetters.keepDays }),
        http: createNodeClient({ version: 'bench' }),
        secrets: createSecretReader({ env, clock }),
        undeliverable: { queue, read: async () => null },
        random: secureRandom,
        onFault: (error, doing) => console.error(`  ${doing}: ${String(error)}`),
      };
    };

    await queueOf().send(
      FEED,
      issueRowIds(ROWS, clock).map(
        (id, index): QueuedRow => ({
          ...{ feed: FEED, id, takenAt: clock.now(), after: 0, tries: 0, origin: 'sender' },
          json: JSON.stringify({ email: `person-${index}@example.com`, _claywatch_row_id: id }),
        }),
      ),
    );
    const running = Promise.all(
      Array.from({ length: forwarders }, () =>
        createForwarder(portsOf())({
          workMs: WARM_UP_MS + MEASURED_MS + 60_000,
          graceMs: 20_000,
          signal: stop.signal,
        }),
      ),
    );
    await clock.sleep(WARM_UP_MS);
    const [from, before] = [performance.now(), await clay.answers()];
    await clock.sleep(MEASURED_MS);
    const [to, after] = [performance.now(), await clay.answers()];
    stop.abort();
    await running;
    const since = (status: string) => (after[status] ?? 0) - (before[status] ?? 0);
    const all = Object.keys(after).reduce((sum, status) => sum + since(status), 0);
    return {
      forwarders,
      taken: since('200'),
      // From the very beginning, the burst included.
      tooFast: after['429'] ?? 0,
      other: all - since('200') - since('429'),
      seconds: (to - from) / 1_000,
    };
  } finally {
    stop.abort();
    await Promise.all([clay.close(), table.close(), sqs.stop()]);
  }
};

console.log(
  `\nRows to the simulated Clay over HTTP: ${PER_SECOND} a second allowed, answers after about ${ANSWERS_AFTER_MS} ms, ` +
    `${MEASURED_MS / 1_000} s each`,
);
console.log(`${availableParallelism()} CPUs, load ${loadavg()[0]?.toFixed(1)}\n`);
console.log('  forwarders     rows     rows/s   of allowed      429    other');
let missed = false;
for (const forwarders of FORWARDERS) {
  const { taken, tooFast, other, seconds } = await measure(forwarders);
  const share = taken / (seconds * PER_SECOND);
  const holds = share >= PROMISED_SHARE && tooFast === 0 && other === 0;
  missed ||= !holds;
  console.log(
    [
      `  ${String(forwarders).padStart(10)}`,
      String(taken).padStart(9),
      (taken / seconds).toFixed(2).padStart(11),
      `${(share * 100).toFixed(1)} %`.padStart(13),
      String(tooFast).padStart(9),
      String(other).padStart(9),
      holds ? '   kept' : '   MISSED',
    ].join(''),
  );
}
console.log(`\n  promised: ${PROMISED_SHARE * 100} % of the allowed rate and not one 429\n`);
process.exitCode = missed ? 1 : 0;
