import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../shared/config/parse.ts';
import type { ConfigInput } from '../shared/config/schema.ts';
import { fixedOf } from './cost-fixed.ts';
import { type Measured, startWorld, typical, type World } from './cost-world.ts';
import {
  PRICES,
  PRICES_AS_OF,
  PRICES_REGION,
  type Priced,
  plus,
  times,
  type Usage,
  usdOf,
} from './prices.ts';

/*
 * What Claywatch costs by list price (bench/prices.ts): the real handlers, with what AWS bills counted on the way to the
 * emulators. Measured: read and write units, requests, invocations, bytes of the log, billed time. Taken as given: round
 * trips inside a region and Clay's answer (bench/cost-aws.ts), and that a month has 43,200 minutes.
 *
 * Usage: npm run bench:cost [-- --json]
 */

const MINUTE = 60_000;
const MINUTES_A_MONTH = 43_200;
const IDLE_GOAL_USD = 1;
const ROWS_GOAL_USD = 5;
const MILLION = 1_000_000;
const LONE_WAKES = 12;
/** Callbacks of many rows that are measured. */
const SAMPLED = 12;
/** A million rows evenly over a month are 2.6 s apart; then so many come in 20 s (`relay.wakeEverySeconds`). */
const APART_MS = 2_600;
const ROWS_IN_20_S = 8;
const LIST_ROWS = 100;
const STREAM_ROWS = 120;
const IDLE_RUNS = 8;
/** The first begin cold, settle the rows of before, and tell of the gap in which none ran. */
const IDLE_FIRST = 4;
const IDLE_AFTER_MS = 6 * 60 * MINUTE;
/** A line of the endpoint's access log, with what CloudWatch adds. */
const ACCESS_LOG_GB = 350 / 2 ** 30;
/** A row and its counts are kept for about 35 days, at about this size; so many bytes are in the table and its backup. */
const KEPT_GB_PER_ROW = 200 / 2 ** 30;
const VOLUMES = [10_000, MILLION, 100 * MILLION] as const;
const asJson = process.argv.includes('--json');

const SMALLEST: ConfigInput = { installation: 'cost', notify: { email: [{ address: 'ops@example.com' }] } };
const WITH_ROWS: ConfigInput = {
  ...SMALLEST,
  feeds: {
    leads: {
      webhooks: [{ id: 'leads-1', url: 'secretsmanager:cost/app#webhook', unlimited: true }],
      callbacks: { secret: 'secretsmanager:cost/app#callback' },
      relay: { secret: 'secretsmanager:cost/app#sender' },
    },
  },
};

const onClay = (input: ConfigInput, clay: string) =>
  parseConfig(
    {
      ...input,
      clay: {
        webUrl: clay,
        apiUrl: clay,
        publicApiUrl: clay,
        statusPageUrl: clay,
        statusPageFormat: 'off',
      },
      connectivity: { urls: [clay] },
    },
    'the configuration of the bench',
  );

let serial = 0;
const rowOf = () => {
  serial += 1;
  return {
    email: `person-${serial}@company-${serial % 97}.example`,
    first_name: 'Jane',
    last_name: `Example ${serial}`,
    company: `Company ${serial % 97} GmbH`,
    website: `https://company-${serial % 97}.example/`,
    notes: 'Asked for a call next week; prefers mornings. '.repeat(6),
  };
};
const post = (path: string, secret: string, body: unknown) => ({
  version: '2.0',
  routeKey: `POST ${path}/{feed}`,
  rawPath: `${path}/leads`,
  rawQueryString: '',
  headers: { 'content-type': 'application/json', 'x-claywatch-secret': secret },
  pathParameters: { feed: 'leads' },
  body: JSON.stringify(body),
  isBase64Encoded: false,
});

/** As a relay wakes a forwarder for a row that comes alone (shared/aws/lambda/waker.ts). */
const LONE_WAKE = { wake: true, feed: 'leads' };

const idsOf = ({ result }: Measured): readonly string[] => {
  const { statusCode, body } = result as { statusCode: number; body: string };
  if (statusCode !== 202) throw new Error(`The relay answered ${statusCode}: ${body}`);
  return [...body.matchAll(/"row_id":"([^"]+)"/g)].map(([, id = '']) => id);
};
const sendRows = (world: World, rows: number) =>
  world.invoke(
    'relay',
    post('/v1/rows', 'fake-sender-secret', rows === 1 ? rowOf() : Array.from({ length: rows }, rowOf)),
  );
const callBack = async (world: World, row_id: string): Promise<Measured> => {
  const body = {
    ...{ row_id, status: 'SUCCESS', fields: ['work_email'], credits: 6, actions: 3, provider: 'alpha-data' },
  };
  const measured = await world.invoke('callback', post('/v1/callbacks', 'fake-callback-secret', body));
  const { statusCode } = measured.result as { statusCode: number };
  if (statusCode !== 200) throw new Error(`The callback answered ${statusCode}.`);
  return measured;
};
/** A request over the endpoint. */
const overHttp = (usage: Usage): Usage => plus(usage, { httpRequests: 1, logGb: ACCESS_LOG_GB });

const forwarded = ({ result }: Measured): number =>
  Object.values((result as { answers: Record<string, number> }).answers).reduce((sum, one) => sum + one, 0);

/** What rows cost, each: by the part of the way. */
interface Way {
  readonly relay: Usage;
  readonly forward: Usage;
  readonly callback: Usage;
}
const whole = ({ relay, forward, callback }: Way): Usage => plus(relay, forward, callback);

/** Rows that come one by one, so far apart that each wakes a forwarder of its own, or so many of them one together. */
const measureLone = async (world: World, rowsAWake = 1): Promise<Way> => {
  const relay: Measured[] = [];
  const forward: Measured[] = [];
  const callback: Measured[] = [];
  while (forward.length < LONE_WAKES) {
    const taken: Measured[] = [];
    for (let row = 0; row < rowsAWake; row += 1) {
      world.skip(APART_MS);
      taken.push(await sendRows(world, 1));
    }
    const sent = await world.invoke('forward', LONE_WAKE, { isPaced: rowsAWake > 1 });
    if (forwarded(sent) !== rowsAWake) throw new Error(`The forwarder sent ${forwarded(sent)} rows.`);
    relay.push(...taken);
    forward.push(sent);
    for (const id of taken.flatMap(idsOf)) callback.push(await callBack(world, id));
  }
  return {
    relay: overHttp(typical(relay)),
    forward: times(typical(forward), 1 / rowsAWake),
    callback: overHttp(typical(callback)),
  };
};

/** Rows that come in lists, or one by one without a pause; the forwarder sends them as fast as Clay takes them. */
const measureMany = async (world: World, rows: number, inOne: number): Promise<Way> => {
  world.skip(MINUTE);
  const relay: Measured[] = [];
  for (let sent = 0; sent < rows; sent += inOne) relay.push(await sendRows(world, inOne));
  const runs: Measured[] = [];
  for (let left = rows; left > 0; left -= forwarded(runs.at(-1) as Measured))
    runs.push(await world.invoke('forward', { wake: true }, { isPaced: true }));
  const back: Measured[] = [];
  for (const id of relay.flatMap(idsOf).slice(0, SAMPLED)) back.push(await callBack(world, id));
  return {
    relay: times(overHttp(typical(relay)), 1 / inOne),
    forward: times(plus(...runs.map(({ usage }) => usage)), 1 / rows),
    callback: overHttp(typical(back)),
  };
};

/**
 * What reading secrets costs in a month with so many rows, spread evenly: each function that has something to do reads
 * those that it takes once a minute, and the key that seals rows every quarter of an hour. With more than one process of
 * a function it is more.
 */
interface Reads {
  /** Of one relay and one forwarder, in a minute. */
  readonly sending: number;
  readonly callback: number;
  /** Of both, in a quarter of an hour, beside these. */
  readonly seldom: number;
}
const secretsFor = (rows: number, inOne: number, { sending, callback, seldom }: Reads): Usage => ({
  secretReads:
    Math.min(rows / inOne, MINUTES_A_MONTH) * sending +
    Math.min(rows, MINUTES_A_MONTH) * callback +
    Math.min(rows / inOne, MINUTES_A_MONTH / 15) * seldom,
});
const IN_ONE: Readonly<Record<string, number>> = { 'lists of 100': LIST_ROWS };

/** A row all the way: secrets that were read for it while it was sent, and while it came back. */
const readsOfARow = async (
  world: World,
): Promise<{ readonly sending: number; readonly callback: number }> => {
  const taken = await sendRows(world, 1);
  const sent = await world.invoke('forward', LONE_WAKE);
  const back = await callBack(world, idsOf(taken)[0] ?? '');
  const readsOf = ({ counts }: Measured) => counts.secretReads ?? 0;
  return { sending: readsOf(taken) + readsOf(sent), callback: readsOf(back) };
};

/** A minute in which nothing happens, hours after the last row. */
const measureIdle = async (world: World): Promise<{ readonly watch: Usage; readonly forward: Usage }> => {
  const watch: Measured[] = [];
  const forward: Measured[] = [];
  world.skip(IDLE_AFTER_MS);
  for (let run = 0; run < IDLE_RUNS + IDLE_FIRST; run += 1) {
    world.skip(MINUTE);
    const slot = new Date(Math.floor(Date.now() / MINUTE) * MINUTE).toISOString();
    forward.push(await world.invoke('forward', { slot }));
    watch.push(await world.invoke('watch', { slot }));
  }
  const each = (runs: readonly Measured[]): Usage => {
    const idle = runs.slice(IDLE_FIRST);
    const secretReads = idle.reduce((sum, { counts }) => sum + (counts.secretReads ?? 0), 0) / IDLE_RUNS;
    return plus(typical(idle), { schedules: 1, secretReads });
  };
  return { watch: each(watch), forward: each(forward) };
};

const usd = (amount: number): string => amount.toFixed(amount < 0.1 && amount > 0 ? 3 : 2);
const line = (label: string, values: readonly string[]): void =>
  console.log(`  ${label.padEnd(40)}${values.map((value) => value.padStart(14)).join('')}`);

const KINDS: Readonly<Record<string, readonly Priced[]>> = {
  'API Gateway': ['httpRequests'],
  Lambda: ['lambdaRequests', 'lambdaGbSeconds'],
  DynamoDB: ['writeUnits', 'readUnits', 'tableGbMonths', 'backupGbMonths'],
  SQS: ['sqsRequests'],
  'logs and the rest': ['logGb', 'secretReads', 'snsRequests', 'schedules'],
};
const partOf = (usage: Usage, kinds: readonly Priced[]): Usage =>
  Object.fromEntries(Object.entries(usage).filter(([name]) => kinds.includes(name as Priced)));

const showRows = (ways: Readonly<Record<string, Way>>, secretsOf: (name: string) => number): void => {
  const names = Object.keys(ways);
  const each = Object.values(ways).map(whole);
  const show = (label: string, of: (usage: Usage) => string) => line(label, each.map(of));
  console.log('\nA million rows, through relay, forwarder and callback');
  line('', names);
  show('write units each', ({ writeUnits = 0 }) => writeUnits.toFixed(2));
  show('read units each', ({ readUnits = 0 }) => readUnits.toFixed(2));
  show('requests to SQS each', ({ sqsRequests = 0 }) => sqsRequests.toFixed(2));
  show('invocations each', ({ lambdaRequests = 0 }) => lambdaRequests.toFixed(2));
  show('MB-seconds each', ({ lambdaGbSeconds = 0 }) => (lambdaGbSeconds * 1_024).toFixed(0));
  show('log, bytes each', ({ logGb = 0 }) => (logGb * 2 ** 30).toFixed(0));
  for (const [kind, priced] of Object.entries(KINDS))
    show(`${kind}, USD`, (usage) => usd(MILLION * usdOf(partOf(usage, priced))));
  for (const part of ['relay', 'forward', 'callback'] as const)
    line(
      `of it ${part}, USD`,
      Object.values(ways).map((way) => usd(MILLION * usdOf(way[part]))),
    );
  line(
    'secrets, evenly over a month, USD',
    names.map((name) => usd(secretsOf(name))),
  );
  line(
    'altogether, USD',
    Object.entries(ways).map(([name, way]) => usd(MILLION * usdOf(whole(way)) + secretsOf(name))),
  );
};

const bench = async (directory: string): Promise<void> => {
  const fixed = { smallest: fixedOf(SMALLEST), 'with relay': fixedOf(WITH_ROWS) };
  const world = await startWorld(directory, (clay) => onClay(WITH_ROWS, clay));
  try {
    // Loaded, as nearly every invocation finds them.
    const first = await readsOfARow(world);
    world.skip(MINUTE + 1_000);
    const later = await readsOfARow(world);
    const reads = { ...later, seldom: first.sending - later.sending };
    const stored: Usage = { tableGbMonths: KEPT_GB_PER_ROW, backupGbMonths: KEPT_GB_PER_ROW };
    const withStored = ({ relay, forward, callback }: Way): Way => ({
      relay,
      forward,
      callback: plus(callback, stored),
    });
    const lone = withStored(await measureLone(world));
    const together = withStored(await measureLone(world, ROWS_IN_20_S));
    const lists = withStored(await measureMany(world, 2 * LIST_ROWS, LIST_ROWS));
    const stream = withStored(await measureMany(world, STREAM_ROWS, 1));
    const minute = await measureIdle(world);
    const watch = times(minute.watch, MINUTES_A_MONTH);
    const forward = times(minute.forward, MINUTES_A_MONTH);
    const ways = { 'one by one': lone, 'every 20 s': together, 'a stream': stream, 'lists of 100': lists };
    const idle = { smallest: watch, 'with relay': plus(watch, forward) };
    report({ ways, reads, watch, forward, idle, fixed });
  } finally {
    await world.stop();
  }
};

interface Found {
  readonly reads: Reads;
  readonly ways: Readonly<Record<string, Way>>;
  readonly watch: Usage;
  readonly forward: Usage;
  readonly idle: Readonly<Record<'smallest' | 'with relay', Usage>>;
  readonly fixed: Readonly<Record<'smallest' | 'with relay', Usage>>;
}

const report = ({ ways, reads, watch, forward, idle, fixed }: Found): void => {
  const secretsOf = (rows: number, name: string) => usdOf(secretsFor(rows, IN_ONE[name] ?? 1, reads));
  const perMillion = Object.entries(ways).map(([name, way]) => ({
    name,
    usd: MILLION * usdOf(whole(way)) + secretsOf(MILLION, name),
  }));
  const months = VOLUMES.map((rows) => ({
    rows,
    usd: Object.fromEntries(
      Object.entries(ways).map(([name, way]) => [
        name,
        rows * usdOf(whole(way)) + secretsOf(rows, name) + usdOf(idle['with relay']),
      ]),
    ),
  }));
  const overIdle = Object.entries(idle).filter(([, usage]) => usdOf(usage) >= IDLE_GOAL_USD);
  const overRows = perMillion.filter((one) => one.usd >= ROWS_GOAL_USD);
  const atTheEndpoint = Object.values(ways).map(
    ({ relay, callback }) => MILLION * usdOf(plus(relay, callback)),
  );
  if (asJson) {
    const prices = { asOf: PRICES_AS_OF, region: PRICES_REGION, list: PRICES };
    console.log(JSON.stringify({ prices, perMillion, months, ways, idle, fixed }, null, 2));
    return;
  }
  console.log(
    `List prices of ${PRICES_REGION}, ${PRICES_AS_OF}, without free tiers. Load of this machine ${(loadavg()[0] ?? 0).toFixed(1)}: a busy one makes billed time too long.`,
  );
  showRows(ways, (name) => secretsOf(MILLION, name));
  console.log('\nA month, idle, USD');
  line('', ['smallest', 'with relay']);
  line('watch, 43,200 times', [usd(usdOf(watch)), usd(usdOf(watch))]);
  line('forwarder, 43,200 times', ['', usd(usdOf(forward))]);
  for (const [kind, priced] of Object.entries(KINDS))
    line(
      `of it ${kind}`,
      Object.values(idle).map((usage) => usd(usdOf(partOf(usage, priced)))),
    );
  line(
    'used while idle',
    Object.values(idle).map((usage) => usd(usdOf(usage))),
  );
  for (const [name, { usd: each, unit }] of Object.entries(PRICES)) {
    const amounts = Object.values(fixed).map((usage) => usage[name as Priced]);
    if (amounts.some((amount) => amount))
      line(
        `${unit}, ${usd(each)} each`,
        amounts.map((amount) => String(amount ?? 0)),
      );
  }
  line(
    'fixed per installation',
    Object.values(fixed).map((usage) => usd(usdOf(usage))),
  );
  line(
    'altogether',
    (['smallest', 'with relay'] as const).map((kind) => usd(usdOf(idle[kind]) + usdOf(fixed[kind]))),
  );
  console.log('\nA month with so many rows, idle included, fixed not, USD');
  line('', Object.keys(ways));
  for (const { rows, usd: amounts } of months)
    line(
      rows.toLocaleString('en-GB'),
      Object.values(amounts).map((amount) => usd(amount)),
    );
  console.log(`
Goal: idle under ${IDLE_GOAL_USD} USD without what is fixed: ${overIdle.length === 0 ? 'kept' : `MISSED ${overIdle.map(([name, usage]) => `${name} (${usd(usdOf(usage))})`).join(', ')}`}.
Goal: a million rows under ${ROWS_GOAL_USD} USD, relay and callback alone: ${atTheEndpoint.every((one) => one < ROWS_GOAL_USD) ? 'kept' : 'MISSED'} (${atTheEndpoint.map(usd).join(', ')}).
The same with the forwarder and secrets: ${overRows.length === 0 ? 'kept' : `MISSED ${overRows.map((one) => `${one.name} (${usd(one.usd)})`).join(', ')}`}.`);
};

const directory = await mkdtemp(join(tmpdir(), 'claywatch-cost-'));
try {
  await bench(directory);
} finally {
  await rm(directory, { recursive: true, force: true });
}
process.exit();
