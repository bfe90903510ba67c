import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'aws-lambda';
import { functionsOf } from '../functions/manifest.ts';
import { createQueueProvisioner } from '../shared/aws/provision/queue.ts';
import { createTopicProvisioner } from '../shared/aws/provision/topic.ts';
import { deadLetterQueueName, rowQueuePrefix } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import { plus, times, type Usage } from './prices.ts';
import { percentile } from './report.ts';

/** An invocation: what AWS bills of it. Secrets are left to `counts`: they are read by the minute, not by the invocation. */
export interface Measured {
  readonly usage: Usage;
  /** From the call to its answer, ms. */
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Everything that passed the meter, by name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly result: unknown;
}

export interface World {
  /** A handler of the manifest, loaded into this process, as Lambda calls it. */
  invoke(
    name: 'watch' | 'relay' | 'forward' | 'callback',
    event: unknown,
    /** It takes as long as the pace says, whatever the machine does. */
    options?: { readonly isPaced?: boolean },
  ): Promise<Measured>;
  /** Lets time pass. */
  skip(ms: number): void;
  stop(): Promise<void>;
}

/** A processor of Lambda for a function of so much memory. */
const FULL_CPU_MB = 1_769;
/** What CloudWatch adds to each line. */
const LINE_BYTES = 26;
const GB = 2 ** 30;

const billed = (name: string): boolean =>
  name === 'readUnits' || name === 'writeUnits' || name === 'sqsRequests';

interface Meter {
  readonly addresses: {
    readonly aws: string;
    readonly clay: string;
    readonly sqs: string;
    readonly table: string;
  };
  take(): Promise<Readonly<Record<string, number>>>;
  stop(): void;
}

const startMeter = async (): Promise<Meter> => {
  const child: ChildProcess = fork(fileURLToPath(new URL('./cost-aws.ts', import.meta.url)), {
    stdio: 'inherit',
  });
  const [addresses] = await once(child, 'message');
  return {
    addresses,
    take: async () => {
      child.send('take');
      const [{ counts }] = await once(child, 'message');
      return counts;
    },
    stop: () => child.disconnect(),
  };
};

/** Counts what is written to the log meanwhile, and shows none of it. */
const withLog = async <T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly bytes: number }> => {
  let bytes = 0;
  const kept = [process.stdout.write, process.stderr.write] as const;
  const count = (text: string | Uint8Array): boolean => {
    bytes += Buffer.byteLength(text) + LINE_BYTES;
    return true;
  };
  process.stdout.write = count as typeof process.stdout.write;
  process.stderr.write = count as typeof process.stderr.write;
  try {
    return { value: await work(), bytes };
  } finally {
    [process.stdout.write, process.stderr.write] = kept;
  }
};

/** Starts what the functions talk to, and gives this process their environment. */
export const startWorld = async (directory: string, configFor: (clay: string) => Config): Promise<World> => {
  const meter = await startMeter();
  const { aws, clay, sqs, table } = meter.addresses;
  const config = configFor(clay);
  const own = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const queues = createQueueProvisioner({ ...own, endpoint: sqs });
  const dead = await queues.ensure(deadLetterQueueName(config.installation), {});
  const rows = await queues.ensure(`${rowQueuePrefix(config.installation)}leads`, {
    VisibilityTimeout: '120',
  });
  const topics = createTopicProvisioner({ ...own, endpoint: sqs });
  const file = join(directory, 'config.json');
  await writeFile(file, JSON.stringify(config));
  Object.assign(process.env, {
    AWS_REGION: own.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: aws,
    CLAYWATCH_CONFIG: file,
    TABLE_NAME: table,
    ROW_QUEUE_PREFIX: rows.url.slice(0, -'leads'.length),
    DEAD_LETTER_QUEUE: dead.url,
    ROWS_KEY: 'secretsmanager:cost/rows-key',
    FORWARD_FUNCTION: `${config.installation}-forward`,
    ALERT_TOPIC_ARN: await topics.createTopic('alerts'),
    PAGES_TOPIC_ARN: await topics.createTopic('pages'),
  });
  const now = Date.now;
  let ahead = 0;
  Date.now = () => now() + ahead;

  const functions = functionsOf(config);
  return {
    skip: (ms) => {
      ahead += ms;
    },
    invoke: async (name, event, { isPaced = false } = {}) => {
      const { entry, memoryMb, timeoutSeconds } = functions[name];
      const { handler } = await import(`../${entry}`);
      await meter.take();
      const ends = now() + timeoutSeconds * 1_000;
      const context = {
        functionName: `${config.installation}-${name}`,
        awsRequestId: 'request-1',
        getRemainingTimeInMillis: () => ends - now(),
      } as Context;
      const start = { at: performance.now(), cpu: process.cpuUsage() };
      const { value, bytes } = await withLog(() => handler(event, context) as Promise<unknown>);
      const wallMs = performance.now() - start.at;
      const { user, system } = process.cpuUsage(start.cpu);
      const cpuMs = (user + system) / 1_000;
      const counts = await meter.take();
      // What was waited for takes as long as is given; what was computed longer, by how little of a processor there is.
      const waitedMs = Math.max(0, wallMs - cpuMs);
      const { underWayMs = 0, givenMs = 0, tookMs = 1 } = counts;
      const givenWaitMs = isPaced ? waitedMs : Math.min(waitedMs, (underWayMs * givenMs) / tookMs);
      const billedMs = givenWaitMs + (cpuMs * FULL_CPU_MB) / memoryMb;
      return {
        wallMs,
        cpuMs,
        counts,
        result: value,
        usage: {
          ...Object.fromEntries(Object.entries(counts).filter(([one]) => billed(one))),
          snsRequests: counts.snsRequests ?? 0,
          lambdaRequests: 1,
          lambdaGbSeconds: (billedMs / 1_000) * (memoryMb / 1_024),
          logGb: bytes / GB,
        },
      };
    },
    stop: async () => {
      Date.now = now;
      meter.stop();
    },
  };
};

/** The mean of several, with the lower quartile of the time, which a busy machine stretches and nothing shortens. */
export const typical = (all: readonly Measured[]): Usage => {
  const mean = times(plus(...all.map(({ usage }) => usage)), 1 / all.length);
  const usual = percentile(
    all.map(({ usage }) => usage.lambdaGbSeconds ?? 0),
    0.25,
  );
  return { ...mean, lambdaGbSeconds: usual };
};
