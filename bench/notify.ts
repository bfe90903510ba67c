/**
 * From a verdict to people: how long until each channel has the message, how many go through, what the function
 * `notify` uses, and what proof costs.
 *
 * Real protocols on one machine: the sweep, SNS, SQS, the function's own handler in a process of its own, and providers
 * that behave as documented. E-mail and SMS end where SNS hands them out. What providers and networks take is not in it.
 *
 * Usage: npm run bench:notify [-- [--json] [--incidents 500] [--messages 2000] [--rounds 30]]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoThrottleStore } from '../shared/aws/dynamodb/notify/throttle-store.ts';
import { createDynamoSilenceStore } from '../shared/aws/dynamodb/silence-store.ts';
import { createSnsPublisher } from '../shared/aws/sns/publisher.ts';
import { systemClock } from '../shared/clock.ts';
import { changeIncident } from '../shared/incident/change.ts';
import { decide } from '../shared/incident/decide.ts';
import type { IncidentFact } from '../shared/incident/fact.ts';
import type { Incident } from '../shared/incident/incident.ts';
import { incidentPolicy } from '../shared/incident/policy.ts';
import { deliverPending } from '../shared/notify/deliver.ts';
import { routedChannels } from '../shared/notify/filter-policy.ts';
import type { Notification } from '../shared/notify/publisher.ts';
import { createRenderer } from '../shared/notify/render.ts';
import { actOnIncident, type Request } from '../shared/respond/act-on-incident.ts';
import type { Recorded } from '../test/support/provider-server.ts';
import type { Used } from './notify-function.ts';
import { measureProof } from './notify-proof.ts';
import {
  CHANNELS,
  type ChannelId,
  type NotifyWorld,
  now,
  POLLERS_PER_QUEUE,
  startNotifyWorld,
  type Way,
} from './notify-world.ts';
import { percentile } from './report.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    incidents: { type: 'string', default: '500' },
    messages: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '30' },
  },
});
const INCIDENTS = Number(options.incidents);
const MESSAGES = Number(options.messages);
const ROUNDS = Number(options.rounds);

const PROMISED_P95_MS = 5_000;
const PROMISED_HEAP_GROWTH_MB = 16;
const PROMISED_PROOF_UNITS = 4;
const CAUSE = 'webhook.gone';
const PAGED: readonly Way[] = ['email', 'sms', 'slack', 'pagerduty', 'webhook'];
const CHAT: readonly ChannelId[] = ['slack', 'pagerduty', 'webhook'];
const GIVEN_UP_AFTER_MS = 300_000;
const MB = 1_048_576;

/** Says on the terminal how far it is; a pipe gets the result only. */
const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};

const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (const begunAt = now(); !(await isSo()); await systemClock.sleep(5))
    if (now() - begunAt > GIVEN_UP_AFTER_MS) throw new Error(`${what} did not happen in five minutes`);
};

/** Whether a request tells somebody something. */
const isTold = ({ method, path }: Recorded): boolean =>
  method !== 'GET' && method !== 'HEAD' && !path.endsWith('/auth.test');

const idIn = (text: string): string => /inc-\d{8}-[0-9a-f]{8}/.exec(text)?.[0] ?? '';

const createScene = (world: NotifyWorld) => {
  const { config, client, tableName, sns, topicArn } = world;
  const table = { client, tableName };
  const store = createDynamoIncidentStore(table);
  const proof = createDynamoProofLedger(table);
  const policy = incidentPolicy(config);
  const render = createRenderer(config);
  const publisher = createSnsPublisher({ client: sns, topicArn });
  let serial = 0;

  const know = async (subject: string, fact: IncidentFact): Promise<Incident> => {
    const key = { cause: CAUSE, subject } as const;
    const { after } = await changeIncident(store, key, (current) =>
      decide(current, key, fact, policy, systemClock.now()),
    );
    if (!after) throw new Error(`no incident of ${subject}`);
    return after;
  };

  const latestOf = async ({ cause, subject }: Incident): Promise<Incident> => {
    const incident = await store.current(cause, subject);
    if (!incident) throw new Error(`no incident of ${subject}`);
    return incident;
  };

  /** The message that it owes last, with proof owed, as the sweep makes it. */
  const messageOf = async (incident: Incident): Promise<Notification> => {
    const pending = incident.pending.at(-1);
    if (!pending) throw new Error(`${incident.id} owes nothing`);
    const notification = render(incident, pending);
    await proof.owe(
      routedChannels(config, notification.attributes).map((channel) => ({
        notificationId: notification.id,
        incidentId: incident.id,
        transition: pending.transition,
        channel,
        owedAt: systemClock.now(),
      })),
    );
    return notification;
  };

  return {
    proof,
    publisher,
    latestOf,
    messageOf,
    /** A verdict that opens an incident: what the watch has when it has looked. */
    fail: () => {
      serial += 1;
      const subject = `leads/webhook-${serial}`;
      return know(subject, {
        kind: 'verdict',
        detectedAt: systemClock.now(),
        verdict: {
          ...{ cause: CAUSE, subject, severity: 'P1', tentative: false },
          ...{ summary: 'Clay answered 404 to the webhook.', ruledOut: [], wouldChange: [] },
          evidence: [
            {
              ...{ probe: `webhook:${subject}`, at: systemClock.now(), summary: 'POST answered 404' },
              ...{ finding: 'gone', kind: 'measured', facts: { status: 404 } },
            },
          ],
        },
      });
    },
    recover: ({ subject }: Incident) => know(subject, { kind: 'cleared', evidence: [] }),
    act: (incident: Incident, command: Request) =>
      actOnIncident({ store, policy, clock: systemClock }, incident.id, command, {
        name: 'Ada',
        via: 'api',
      }),
    sweep: () =>
      deliverPending({
        ...{ store, proof, publisher, render, config, clock: systemClock },
        silences: createDynamoSilenceStore(table),
        throttle: createDynamoThrottleStore(table),
      }),
    isProved: async (incident: Incident, transition: string): Promise<boolean> => {
      const rows = (await proof.ofIncident(incident.id)).filter((row) => row.transition === transition);
      return rows.length > 0 && rows.every(({ status }) => status === 'delivered');
    },
  };
};
type Scene = ReturnType<typeof createScene>;

/** When each way was told something, since it was last asked. */
const createArrivals = ({ providers, inInboxes }: NotifyWorld) => {
  const seen = new Map<string, number>();
  const fresh = <T>(name: string, all: readonly T[]): readonly T[] => {
    const from = seen.get(name) ?? 0;
    seen.set(name, all.length);
    return all.slice(from);
  };
  return (): readonly { readonly way: Way; readonly at: number; readonly incident: string }[] => [
    ...fresh('inboxes', inInboxes).map(({ way, at, body }) => ({ way, at, incident: idIn(body) })),
    ...CHANNELS.flatMap((way) =>
      fresh(way, providers[way].requests)
        .filter(isTold)
        .map(({ at = Number.NaN, body }) => ({ way, at, incident: idIn(body) })),
    ),
  ];
};

interface Latency {
  readonly transition: string;
  readonly way: Way;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** One incident at a time, from its verdict to its end: how long until each way has it. */
const measureLatency = async (world: NotifyWorld, scene: Scene): Promise<readonly Latency[]> => {
  const poller = world.serve(CHANNELS);
  const arrivals = createArrivals(world);
  const waits = new Map<string, number[]>();

  const step = async (
    transition: string,
    ways: readonly Way[],
    happen: () => Promise<Incident>,
    counts: boolean,
  ): Promise<Incident> => {
    arrivals();
    const begunAt = now();
    const incident = await happen();
    await scene.sweep();
    const firsts = new Map<Way, number>();
    await until(`${transition} at ${ways.join(', ')}`, async () => {
      for (const { way, at } of arrivals()) if (!firsts.has(way)) firsts.set(way, at);
      return ways.every((way) => firsts.has(way)) && (await scene.isProved(incident, transition));
    });
    for (const way of counts ? ways : []) {
      const name = `${transition} ${way}`;
      waits.set(name, [...(waits.get(name) ?? []), (firsts.get(way) ?? Number.NaN) - begunAt]);
    }
    return incident;
  };

  // The first one loads the function, and is not counted.
  for (let round = 0; round <= ROUNDS; round += 1) {
    progress(`one incident at a time: ${round} of ${ROUNDS}`);
    const counts = round > 0;
    const incident = await step('triggered', PAGED, scene.fail, counts);
    const say = async () => {
      await scene.act(incident, { kind: 'update', text: 'We are on it.', audience: 'public' });
      return incident;
    };
    await step('updated', ['status-page'], say, counts);
    await step('resolved', [...PAGED, 'status-page'], () => scene.recover(incident), counts);
  }
  await poller.stop();
  return [...waits].map(([name, values]) => {
    const [transition = '', way] = name.split(' ');
    const [p50 = 0, p95 = 0] = [0.5, 0.95].map((share) => percentile(values, share));
    return { transition, way: way as Way, p50, p95, max: Math.max(...values) };
  });
};

interface Storm {
  readonly way: Way;
  readonly incidents: number;
  /** Since the first verdict, ms. */
  readonly first: number;
  readonly half: number;
  readonly last: number;
  readonly perSecond: number;
}

/** Many incidents at once: when each way has all of them. */
const measureStorm = async (world: NotifyWorld, scene: Scene) => {
  const poller = world.serve(CHAT);
  const arrivals = createArrivals(world);
  arrivals();
  const begunAt = now();
  const firsts = new Map<string, number>();
  const collect = () => {
    for (const { way, at, incident } of arrivals())
      if (incident !== '' && !firsts.has(`${way} ${incident}`)) firsts.set(`${way} ${incident}`, at);
    progress(`${INCIDENTS} incidents at once: ${firsts.size} of ${INCIDENTS * PAGED.length} messages`);
    return firsts.size;
  };
  for (let index = 0; index < INCIDENTS; index += 1) await scene.fail();
  const openedAfter = now() - begunAt;
  let isSwept = false;
  const sweeping = scene.sweep().finally(() => {
    isSwept = true;
  });
  await until('every page', () => collect() === INCIDENTS * PAGED.length && isSwept);
  const report = await sweeping;
  await poller.stop();

  const ways = PAGED.map((way): Storm => {
    const times = [...firsts].filter(([key]) => key.startsWith(`${way} `)).map(([, at]) => at - begunAt);
    const [first = 0, half = 0, last = 0] = [0, 0.5, 1].map((share) => percentile(times, share));
    const perSecond = times.length / ((last - first) / 1_000);
    return { way, incidents: times.length, first, half, last, perSecond };
  });
  const all = [...firsts.values()].map((at) => at - begunAt);
  const spanMs = Math.max(...all) - Math.min(...all);
  return {
    ways,
    openedAfter,
    failed: report.failed,
    messages: all.length,
    perSecond: all.length / (spanMs / 1_000),
    lastAfter: Math.max(...all),
  };
};

interface Alone {
  readonly channel: string;
  readonly messages: number;
  readonly perSecond: number;
  /** Of the function's process, per message. */
  readonly processorMs: number;
}

/** `work` takes so many messages through the function. */
const timed = async (
  world: NotifyWorld,
  channel: string,
  messages: number,
  work: () => Promise<unknown>,
): Promise<Alone> => {
  const before = await world.notify.used();
  const begunAt = now();
  await work();
  const wallMs = now() - begunAt;
  const after = await world.notify.used();
  return {
    channel,
    messages,
    perSecond: messages / (wallMs / 1_000),
    processorMs: (after.processorMs - before.processorMs) / messages,
  };
};

/** What is queued for one channel, taken by that channel alone. */
const drain = async (world: NotifyWorld, channel: ChannelId, count: number): Promise<Alone> => {
  const told = new Set<string>();
  const arrivals = createArrivals(world);
  const { requests } = world.providers[channel];
  arrivals();
  const from = requests.length;
  const alone = await timed(world, channel, count, async () => {
    const poller = world.serve([channel]);
    await until(`${count} messages at ${channel}`, () => {
      for (const { way, incident } of arrivals()) if (way === channel && incident !== '') told.add(incident);
      progress(`${channel} alone: ${told.size} of ${count} messages`);
      return told.size >= count;
    });
    await poller.stop();
  });
  if (requests.length === from) throw new Error(`${channel} heard nothing`);
  return alone;
};

/** Each channel by itself, with the queues filled beforehand; and the same number of bare POSTs, in the same process. */
const measureAlone = async (world: NotifyWorld, scene: Scene) => {
  const incidents: Incident[] = [];
  for (let index = 0; index < INCIDENTS; index += 1) {
    progress(`filling the queues: ${index} of ${INCIDENTS}`);
    const incident = await scene.fail();
    incidents.push(incident);
    await scene.publisher.publish(await scene.messageOf(incident));
  }
  const alone: Alone[] = [];
  for (const channel of CHAT) alone.push(await drain(world, channel, INCIDENTS));

  for (const [index, incident] of incidents.entries()) {
    progress(`filling the queue of the status page: ${index} of ${INCIDENTS}`);
    await scene.act(incident, { kind: 'update', text: 'We are on it.', audience: 'public' });
    await scene.publisher.publish(await scene.messageOf(await scene.latestOf(incident)));
  }
  alone.push(await drain(world, 'status-page', INCIDENTS));
  await world.purge(CHAT);

  const sample = world.providers.webhook.requests.findLast(isTold);
  if (!sample) throw new Error('the webhook heard nothing');
  const { host: _, connection: __, 'content-length': ___, ...headers } = sample.headers;
  progress('bare POSTs');
  const bare = await timed(world, 'bare POSTs to the webhook', INCIDENTS, async () => {
    const { took } = await world.notify.post({
      url: `${world.providers.webhook.url}/hook`,
      headers,
      body: sample.body,
      count: INCIDENTS,
      atOnce: POLLERS_PER_QUEUE * 10,
    });
    if (took !== INCIDENTS) throw new Error(`the webhook took ${took} of ${INCIDENTS} bare POSTs`);
  });
  return { alone, bare, incidents };
};

interface Kept {
  readonly messages: number;
  readonly used: Used;
}

/** What the function's process holds while thousands of messages go through it. */
const measureMemory = async (
  world: NotifyWorld,
  scene: Scene,
  incidents: readonly Incident[],
): Promise<readonly Kept[]> => {
  const templates = await Promise.all(
    incidents.slice(0, 100).map(async (one) => scene.messageOf(await scene.latestOf(one))),
  );
  const { requests } = world.providers.webhook;
  const kept: Kept[] = [{ messages: 0, used: await world.notify.used() }];
  const part = Math.max(100, Math.min(1_000, MESSAGES));
  for (let sent = 0; sent < MESSAGES; ) {
    const poller = world.serve(['webhook']);
    const from = requests.length;
    for (let index = 0; index < part; index += 1, sent += 1) {
      const template = templates[sent % templates.length];
      if (!template?.bulletin) throw new Error('nothing to send');
      const id = template.id.replace(/:(\d+):/, (_, version) => `:${Number(version) + 1 + sent}:`);
      await scene.publisher.publish({ ...template, id, bulletin: { ...template.bulletin, id } });
      if (index % 100 === 0) progress(`through one process: ${sent} of ${MESSAGES} messages`);
    }
    await until(`${part} messages at the webhook`, () => requests.length - from >= part);
    await poller.stop();
    await world.purge(['slack', 'pagerduty', 'status-page']);
    kept.push({ messages: sent, used: await world.notify.used() });
  }
  return kept;
};

/** Whom it told twice although nothing failed, and what never came. */
const audit = (world: NotifyWorld) => {
  const roots = world.providers.slack.requests
    .filter(({ path, json }) => path.endsWith('chat.postMessage') && json?.thread_ts === undefined)
    .map(({ body }) => idIn(body));
  const calls = world.providers.pagerduty.requests
    .filter(({ json }) => json?.event_action === 'trigger')
    .map(({ json }) => String(json?.dedup_key));
  return {
    threadsTwice: roots.length - new Set(roots).size,
    callsTwice: calls.length - new Set(calls).size,
  };
};

const measure = async (dir: string) => {
  const world = await startNotifyWorld(dir);
  try {
    const scene = createScene(world);
    const latency = await measureLatency(world, scene);
    const storm = await measureStorm(world, scene);
    const { alone, bare, incidents } = await measureAlone(world, scene);
    const told = audit(world);
    const memory = await measureMemory(world, scene, incidents);
    const proof = await measureProof();
    return { latency, storm, alone, bare, memory, proof, told };
  } finally {
    progress('');
    await world.stop();
  }
};
type Result = Awaited<ReturnType<typeof measure>>;

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const seconds = (value: number): string => `${(value / 1_000).toFixed(1)} s`;
const mb = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`;
const row = (label: string, ...cells: readonly string[]): void =>
  console.log(`  ${label.padEnd(34)}${cells.map((cell) => cell.padStart(12)).join('')}`);

const promisesOf = ({ latency, memory, proof, told, storm }: Result) => {
  const slowest = Math.max(...latency.map(({ p95 }) => p95));
  const heaps = memory.map(({ used }) => used.heapBytes);
  const growth = ((heaps.at(-1) ?? 0) - (heaps[0] ?? 0)) / MB;
  const twice = told.threadsTwice + told.callsTwice;
  const perMessage = proof.owedUnits + proof.deliveredUnits;
  return [
    ['verdict to every channel, p95', ms(slowest), `under ${PROMISED_P95_MS} ms`, slowest < PROMISED_P95_MS],
    ['messages that the sweep could not send', String(storm.failed), '0', storm.failed === 0],
    ['Slack threads and PagerDuty calls made twice', String(twice), '0', twice === 0],
    [
      'growth of the heap while messages go through',
      `${growth.toFixed(1)} MB`,
      `under ${PROMISED_HEAP_GROWTH_MB} MB`,
      growth < PROMISED_HEAP_GROWTH_MB,
    ],
    [
      'write units of proof, per message and channel',
      perMessage.toFixed(1),
      `at most ${PROMISED_PROOF_UNITS}`,
      perMessage <= PROMISED_PROOF_UNITS,
    ],
  ] as const;
};

const show = (result: Result): void => {
  const { latency, storm, alone, bare, memory, proof } = result;
  console.log(`\nFrom verdict to delivery, one incident at a time (${ROUNDS} of them)`);
  row('', 'p50', 'p95', 'max');
  for (const { transition, way, p50, p95, max } of latency)
    row(`${transition}: ${way}`, ms(p50), ms(p95), ms(max));

  console.log(
    `\n${INCIDENTS} incidents at once, one sweep (the incidents are kept after ${seconds(storm.openedAfter)})`,
  );
  row('since the first verdict', 'first', 'half', 'all', 'per second');
  for (const { way, first, half, last, perSecond } of storm.ways)
    row(way, ms(first), seconds(half), seconds(last), perSecond.toFixed(0));
  row(`all ${storm.messages} messages`, '', '', seconds(storm.lastAfter), storm.perSecond.toFixed(0));

  console.log(`\nHanding over from a full queue, each channel alone (${INCIDENTS} messages)`);
  row('', 'per second', 'processor', 'of bare');
  for (const { channel, perSecond, processorMs } of [...alone, bare])
    row(channel, perSecond.toFixed(0), ms(processorMs), `${(perSecond / bare.perSecond).toFixed(2)} ×`);

  console.log("\nThe function's process");
  row('messages', 'RSS', 'heap');
  for (const { messages, used } of memory) row(String(messages), mb(used.rssBytes), mb(used.heapBytes));

  console.log(`\nWrite units of one message on one channel, as ${proof.store} counts them`);
  row('owed', proof.owedUnits.toFixed(1));
  row('delivered', proof.deliveredUnits.toFixed(1));
  row(
    `a page to SNS and ${proof.ways - 1} channels`,
    (proof.ways * (proof.owedUnits + proof.deliveredUnits)).toFixed(1),
  );
  row('what the channel remembers, beside it', proof.memoryUnits.toFixed(1));

  console.log('');
  for (const [label, value, promised, holds] of promisesOf(result))
    console.log(
      `  ${label.padEnd(48)}${value.padStart(10)}  promised: ${promised}; ${holds ? 'kept' : 'MISSED'}`,
    );
};

const dir = await mkdtemp(join(tmpdir(), 'claywatch-bench-'));
try {
  const processors = availableParallelism();
  const [busy = 0] = loadavg();
  const machine = { processors, load: Number(busy.toFixed(1)) };
  if (!options.json) {
    console.log(
      `Store, SNS, SQS and providers in one process, the function in another; ${processors} processors for both.`,
    );
    if (busy > processors / 2)
      console.log(
        `Other programs keep this machine busy (load ${busy.toFixed(1)}): figures are worse than its own.`,
      );
  }
  const result = await measure(dir);
  const promises = promisesOf(result);
  if (options.json) {
    const kept = promises.map(([what, value, promised, holds]) => ({ what, value, promised, holds }));
    console.log(JSON.stringify({ machine, ...result, promises: kept }, null, 2));
  } else show(result);
  if (promises.some(([, , , holds]) => !holds)) process.exitCode = 1;
} finally {
  await rm(dir, { recursive: true, force: true });
}
