import { pressLink } from '../../functions/incidents/link.ts';
import type { NotifyEvent } from '../../functions/notify/event.ts';
import { type NotifyDependencies, notify } from '../../functions/notify/handler.ts';
import { fitMessage } from '../../shared/aws/sns/message.ts';
import { channelQueueName } from '../../shared/config/alerting.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { Diagnosis, Evidence, Verdict } from '../../shared/diagnose/verdict.ts';
import type { HttpOutcome } from '../../shared/http/port.ts';
import type { Actor, Incident } from '../../shared/incident/incident.ts';
import { isOpen } from '../../shared/incident/incident.ts';
import { passTime } from '../../shared/incident/pass-time.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { recordDiagnosis } from '../../shared/incident/record.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { createLinkedRenderer } from '../../shared/link/linked-renderer.ts';
import { createChannels } from '../../shared/notify/channels/create-channels.ts';
import { parseSlackInteraction } from '../../shared/notify/channels/slack-actions.ts';
import { deliverPending } from '../../shared/notify/deliver.ts';
import {
  channelSubscriptionsOf,
  matchesFilter,
  pageSubscriptionsOf,
  subscriptionsOf,
} from '../../shared/notify/filter-policy.ts';
import type { Notification, RenderNotification } from '../../shared/notify/publisher.ts';
import { actOnIncident, type Request } from '../../shared/respond/act-on-incident.ts';
import type { Silence } from '../../shared/silence/silence.ts';
import { createMemoryChannelMemory } from '../support/memory-channel-memory.ts';
import { createMemoryProofLedger } from '../support/memory-proof.ts';
import { createMemorySilenceStore } from '../support/memory-silence-store.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';
import { createMemoryThrottleStore } from '../support/memory-throttle-store.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { createProcesses, type FaultPlan, type Process, through } from './calls.ts';
import { createNetwork, noAnswer, type Trouble } from './network.ts';
import { HOSTS, nightConfig, SECRETS, startStandIns } from './providers.ts';
import { createVirtualQueue, type Received } from './queue.ts';
import type { NightScript, Step, Truth } from './script.ts';

export const MINUTE = 60_000;
const NOTIFY_MS = 60_000;
const MOST_IN_A_BATCH = 10;
/** How often somebody presses a button again that did not work. */
const PRESSES = 5;

/** A message as SNS handed it to an endpoint. */
export interface Heard {
  readonly at: number;
  readonly seq: number;
  readonly endpoint: string;
  readonly protocol: 'email' | 'sms';
  /** Named in an escalation; null: subscribed. */
  readonly person: string | null;
  readonly receipt: string;
  readonly notification: Notification;
}

/** A version of an incident, as it was stored. */
export interface Stored {
  readonly at: number;
  readonly seq: number;
  readonly before: Incident | null;
  readonly incident: Incident;
}

/** A page that somebody got although nobody needed to be woken any more, and it was known. */
export interface LatePage {
  readonly at: number;
  readonly to: string;
  readonly incidentId: string;
}

/** Small and fast; the same numbers for the same seed. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const evidenceOf = (probe: string, at: number, summary: string): Evidence => ({
  ...{ probe, at, summary, finding: 'x', kind: 'measured', facts: {} },
});

const verdictOf = ({ cause, subject, severity, summary }: Truth, at: number): Verdict => ({
  ...{ cause, subject, severity, tentative: false, ruledOut: [], wouldChange: [] },
  summary: summary ?? 'It does not work.',
  evidence: [evidenceOf(`probe:${subject}`, at, summary ?? 'It does not work.')],
});

const NOTHING_WRONG: Diagnosis = {
  ...{ conclusion: 'healthy', primary: null, verdicts: [], hidden: [], cleared: [], path: [], questions: [] },
};

const keyOf = ({ cause, subject }: Pick<Truth, 'cause' | 'subject'>): string => `${cause} ${subject}`;

/** What the diagnosis of this minute says: what holds, what is explained by it, and what was seen working again. */
const diagnosisOf = (
  truths: ReadonlyMap<string, Truth>,
  active: readonly Incident[],
  now: number,
): Diagnosis => {
  const all = [...truths.values()];
  return {
    ...NOTHING_WRONG,
    verdicts: all.filter(({ hiddenBy }) => !hiddenBy).map((truth) => verdictOf(truth, now)),
    hidden: all.flatMap((truth) => {
      const { hiddenBy } = truth;
      return hiddenBy ? [{ ...verdictOf(truth, now), hiddenBy }] : [];
    }),
    cleared: active
      .filter((incident) => !truths.has(keyOf(incident)))
      .map(({ cause, subject }) => ({ cause, subject, evidence: [evidenceOf('probe', now, 'It works.')] })),
  };
};

export interface NightOptions {
  readonly faults?: FaultPlan;
  /** What is wrong with hosts from the beginning, until the script says otherwise. */
  readonly troubles?: Readonly<Partial<Record<keyof typeof HOSTS, Trouble>>>;
  readonly seed?: number;
  /** What was written before, of a script that is played again and again. */
  readonly written?: Map<string, Notification>;
}

/** Writes the same message for the same incident once: most of a night's work is writing. */
const writingOnce =
  (render: RenderNotification, written: Map<string, Notification>, now: number): RenderNotification =>
  (incident, pending, more) => {
    const key = JSON.stringify([now, incident, pending, more]);
    const notification = written.get(key) ?? render(incident, pending, more);
    written.set(key, notification);
    return notification;
  };

/**
 * One night of the whole way from a diagnosis to people, with the real code and nothing of the world: time, the store,
 * SNS, SQS and the network are in memory, and every call to them may go wrong.
 */
export const createNight = async (script: NightScript, options: NightOptions = {}) => {
  const config: Config = parseConfig(nightConfig(script.config), 'night');
  const clock = createVirtualClock(script.startsAt);
  const random = randomFrom(options.seed ?? 1);
  const written = options.written ?? new Map<string, Notification>();
  const network = createNetwork(clock, (ms) => clock.jump(ms));
  const standIns = await startStandIns(network, clock);
  const policy = incidentPolicy(config);
  let seq = 0;
  const next = (): number => {
    seq += 1;
    return seq;
  };

  const stored: Stored[] = [];
  const heard: Heard[] = [];
  /** Receipts of SNS; there need not be anybody who hears of a message. */
  const published = new Set<string>();
  /** When SNS first took a message, by its id. */
  const sentAt = new Map<string, number>();
  const latePages: LatePage[] = [];
  const faultsBeside: unknown[] = [];
  const truths = new Map<string, Truth>();
  const memoryStore = createMemoryIncidentStore();
  const store: IncidentStore = {
    ...memoryStore,
    write: async (incident, before) => {
      const result = await memoryStore.write(incident, before);
      if (result === 'written') stored.push({ at: clock.now(), seq: next(), before, incident });
      return result;
    },
  };
  const proof = createMemoryProofLedger();
  const silences = createMemorySilenceStore();
  const throttle = createMemoryThrottleStore();
  const memories = new Map(
    [...createChannels(config, { http: network.http, secrets: SECRETS, clock }).keys()].map((id) => [
      id,
      createMemoryChannelMemory({ clock }),
    ]),
  );
  const queues = new Map(
    channelSubscriptionsOf(config).map(({ channel }) => [
      channel,
      createVirtualQueue({ clock, visibilityMs: 6 * NOTIFY_MS, maxReceives: 1_000, random }),
    ]),
  );

  /** Since when somebody has an incident; null: nobody has, or it came and went by itself. */
  const takenSince = (incidentId: string): number | null => {
    const versions = stored.filter(({ incident }) => incident.id === incidentId);
    const first = versions[versions.findLastIndex(({ incident }) => incident.status === 'triggered') + 1];
    return first?.incident.acknowledgement ? first.seq : null;
  };

  /** Notes a page that went out although the process knew, or could have known, that somebody has it. */
  const watchPage = (
    process: Process,
    to: string,
    { kind, ids }: { kind: string; ids: readonly string[] },
  ) => {
    if (kind !== 'page') return;
    const late = ids.every((id) => {
      const taken = takenSince(id);
      const unread = process.isBlind ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      return taken !== null && taken < (process.reads.get(id) ?? unread);
    });
    if (late) latePages.push({ at: clock.now(), to, incidentId: ids[0] ?? '' });
  };
  const incidentsOf = ({ incidentId, covers = [] }: Notification): readonly string[] => [
    incidentId,
    ...covers.map((id) => id.split(':')[0] ?? ''),
  ];

  const takeIn = (notification: Notification, protocol: Heard['protocol'], more: Partial<Heard>): void => {
    heard.push({
      ...{ at: clock.now(), seq: next(), endpoint: '', protocol, person: null, receipt: '', notification },
      ...more,
    });
  };

  /** SNS: to everybody whose filter policy it fits, in the very form in which it would arrive. */
  const topic = async (notification: Notification): Promise<{ receipt: string }> => {
    const receipt = `sns-${next()}`;
    published.add(receipt);
    if (!sentAt.has(notification.id)) sentAt.set(notification.id, clock.now());
    const message = fitMessage(notification);
    for (const { endpoint, protocol, filterPolicy } of subscriptionsOf(config))
      if (matchesFilter(filterPolicy, notification.attributes))
        takeIn(notification, protocol, { endpoint, receipt });
    for (const { channel, filterPolicy } of channelSubscriptionsOf(config))
      if (matchesFilter(filterPolicy, notification.attributes)) {
        const { sqs: Message } = JSON.parse(message) as { sqs: string };
        queues.get(channel)?.send(JSON.stringify({ Type: 'Notification', MessageId: receipt, Message }));
      }
    return { receipt };
  };
  const pagesTopic = async (person: string, notification: Notification): Promise<{ receipt: string }> => {
    const receipt = `page-${next()}`;
    for (const { endpoint, protocol, filterPolicy } of pageSubscriptionsOf(config))
      if (matchesFilter(filterPolicy, { person }))
        takeIn(notification, protocol, { endpoint, receipt, person });
    return { receipt };
  };

  const storeOf = (process: Process): IncidentStore => {
    const noted = (incident: Incident | null) => {
      if (incident) process.reads.set(incident.id, next());
      return incident;
    };
    const port = through<IncidentStore>(process, 'store', {
      ...store,
      current: async (...key) => noted(await store.current(...key)),
      byId: async (id) => noted(await store.byId(id)),
    });
    const blinded = (error: unknown): never => {
      process.isBlind = true;
      process.reads.clear();
      throw error;
    };
    return {
      ...port,
      current: (...key) => port.current(...key).catch(blinded),
      byId: (id) => port.byId(id).catch(blinded),
    };
  };

  /** Somebody acts in the middle of what a process does: takes the first incident that nobody has. */
  const meanwhile = async (): Promise<void> => {
    const open = (await memoryStore.active()).find(({ status }) => status === 'triggered');
    if (open) await actOnIncident({ store, policy, clock }, open.id, { kind: 'acknowledge' }, BYSTANDER);
  };
  const processes = createProcesses(options.faults ?? (() => null), meanwhile);

  const renderer = createLinkedRenderer(config, { secrets: SECRETS, clock });

  /** A run of the watch, from its diagnosis on; whatever fails in one part, the others are done. */
  const watch = () =>
    processes.run(async (process) => {
      const port = storeOf(process);
      const dependencies = { store: port, policy, clock };
      await Promise.allSettled([
        (async () => {
          const open = (await port.active()).filter((incident) => isOpen(incident) || incident.closedBy);
          const diagnosis = diagnosisOf(truths, open, clock.now());
          await recordDiagnosis(diagnosis, { detectedAt: () => clock.now() }, dependencies);
        })(),
      ]);
      await Promise.allSettled([passTime(dependencies)]);
      const now = clock.now();
      const owing = (await memoryStore.active()).filter(({ pending }) =>
        pending.some(({ dueAt }) => dueAt <= now),
      );
      const render = await renderer(owing);
      return deliverPending({
        ...{ store: port, clock, config, render: writingOnce(render, written, now) },
        proof: through(process, 'proof', proof),
        silences: through(process, 'silences', silences),
        throttle: through(process, 'throttle', throttle),
        publisher: {
          publish: (notification) =>
            process.call('sns.publish', () => {
              const { kind = '' } = notification.attributes;
              watchPage(process, 'sns', { kind, ids: incidentsOf(notification) });
              return topic(notification);
            }),
        },
        pages: {
          publish: (person, notification) =>
            process.call('sns.page', () => {
              watchPage(process, person, { kind: 'page', ids: [notification.incidentId] });
              return pagesTopic(person, notification);
            }),
        },
      });
    });

  const arnOf = (channel: string): string =>
    `arn:aws:sqs:eu-central-1:000000000000:${channelQueueName(config.installation, channel)}`;

  const eventOf = (channel: string, messages: readonly Received[]): NotifyEvent => ({
    Records: messages.map(({ messageId, handle: receiptHandle, body, receives }) => ({
      ...{ messageId, receiptHandle, body, eventSourceARN: arnOf(channel) },
      attributes: { ApproximateReceiveCount: receives },
    })),
  });

  const notifyDependencies = (process: Process): NotifyDependencies => ({
    installation: config.installation,
    channels: createChannels(config, {
      http: (request) =>
        process.call(
          `http ${request.method} ${new URL(request.url).pathname.split('/').slice(-2).join('/')}`,
          () => {
            const page = standIns.pageIn(request);
            if (page) watchPage(process, page.to, { kind: 'page', ids: [page.incidentId] });
            return network.http(request);
          },
          (): HttpOutcome => noAnswer('connection-reset'),
        ),
      secrets: SECRETS,
      clock,
    }),
    memoryOf: (channel) => {
      const memory = memories.get(channel);
      if (!memory) throw new Error(`no channel ${channel}`);
      return through(process, `memory ${channel}`, memory);
    },
    incidents: storeOf(process),
    proof: through(process, 'proof', proof),
    postpone: (arn, handle, seconds) =>
      process.call('sqs.postpone', async () => {
        const channel = arn.split('-notify-')[1] ?? '';
        queues.get(channel)?.postpone(handle, seconds * 1_000);
      }),
    clock,
    onFault: (error) => {
      faultsBeside.push(error);
    },
  });

  /** Lambda's poller: hands a batch over and removes what was not answered as failed; nothing when nobody answered. */
  const invoke = async (channel: string, messages: readonly Received[]): Promise<void> => {
    const startedAt = clock.now();
    const ended = await processes.run((process) =>
      notify(notifyDependencies(process), eventOf(channel, messages), {
        getRemainingTimeInMillis: () => NOTIFY_MS - (clock.now() - startedAt),
      }),
    );
    if (ended.kind !== 'done') return;
    const failed = new Set(ended.value.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { messageId, handle } of messages) {
      if (failed.has(messageId)) continue;
      // What is not removed comes again, as standard queues may do at any time.
      await processes.run((poller) =>
        poller.call('sqs.delete', async () => queues.get(channel)?.remove(handle)),
      );
    }
  };

  /** Everything that can be received now, in batches of some size, all of them at once. */
  const poll = async (): Promise<void> => {
    const batches: Promise<void>[] = [];
    for (const [channel, queue] of queues)
      for (;;) {
        const messages = queue.receive(1 + Math.floor(random() * MOST_IN_A_BATCH));
        if (messages.length === 0) break;
        batches.push(invoke(channel, messages));
      }
    await Promise.all(batches);
  };

  const find = async ({ cause, subject }: Pick<Truth, 'cause' | 'subject'>): Promise<Incident> => {
    const incident = await memoryStore.current(cause, subject);
    if (!incident) throw new Error(`no incident of ${cause} about ${subject}`);
    return incident;
  };

  /** Presses again while it does not work, as people do. */
  const insist = async (work: (process: Process) => Promise<unknown>): Promise<void> => {
    for (let press = 0; press < PRESSES; press += 1) if ((await processes.run(work)).kind === 'done') return;
    throw new Error('nobody could act');
  };

  /** Nothing happens when there is no such incident: nobody has heard of one. */
  const request = async (about: Pick<Truth, 'cause' | 'subject'>, asked: Request, by: Actor) => {
    const { id } = (await memoryStore.current(about.cause, about.subject)) ?? {};
    if (id === undefined) return;
    await insist((process) => actOnIncident({ store: storeOf(process), policy, clock }, id, asked, by));
  };

  const actors = {
    /** By the button of the page that the link in the last e-mail about it opens. */
    pressLink: async (about: Pick<Truth, 'cause' | 'subject'>, name: string) => {
      const { id, status } = await find(about);
      const tokens = heard
        .filter(({ protocol, notification }) => protocol === 'email' && notification.incidentId === id)
        .flatMap(({ notification: { emailText } }) => [...emailText.matchAll(/\/i\/([\w-]+\.[\w-]+)/g)])
        .map(([, token = '']) => token);
      const token = tokens.findLast((one) => atob(one.split('.')[0] ?? '').includes('acknowledge'));
      // Somebody was faster than the first message, and nobody was asked.
      if (token === undefined && status !== 'triggered') return;
      if (token === undefined) throw new Error('no message has a link that acknowledges');
      await insist((process) =>
        pressLink(
          { store: storeOf(process), policy, clock, keys: async () => [SECRETS.values.LINK_KEY] },
          {
            routeKey: 'POST /i/{token}',
            pathParameters: { token },
            body: new URLSearchParams({ by: name }).toString(),
          },
        ),
      );
    },
    /** By the button below the message in Slack. */
    pressSlack: async (about: Pick<Truth, 'cause' | 'subject'>, username: string) => {
      const { id, status } = await find(about);
      const payload = standIns.pressedButton(id, username);
      // Somebody was faster, and the message has no such button any more.
      if (!payload && status !== 'triggered') return;
      const read = parseSlackInteraction(
        new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
      );
      if (read.kind !== 'action') throw new Error(`no button acknowledges ${id}`);
      await insist((process) =>
        actOnIncident(
          { store: storeOf(process), policy, clock },
          read.action.incidentId,
          { kind: 'acknowledge' },
          read.action.actor,
        ),
      );
    },
  };

  const silence = async (id: string, minutes: number, more: Partial<Silence>): Promise<void> => {
    const from = clock.now();
    await silences.create({
      ...{ id, kind: 'silence', from, to: from + minutes * MINUTE, reason: 'known', by: 'ada' },
      ...{ createdAt: from, endedAt: null, match: {} },
      ...more,
    });
  };

  const take = async (step: Step): Promise<void> => {
    switch (step.kind) {
      case 'fails':
        for (const truth of step.truths) truths.set(keyOf(truth), truth);
        return;
      case 'works':
        for (const key of step.about === 'everything' ? [...truths.keys()] : [keyOf(step.about)])
          truths.delete(key);
        return;
      case 'act':
        return request(step.about, step.request, { name: step.by ?? 'ada', via: 'cli' });
      case 'merge': {
        const { id: intoId } = await find(step.into);
        return request(step.about, { kind: 'merge', intoId }, { name: 'ada', via: 'cli' });
      }
      case 'link':
        return actors.pressLink(step.about, 'Ada');
      case 'slack':
        return actors.pressSlack(step.about, 'grace');
      case 'silence':
        return silence(step.id, step.minutes, step.more ?? {});
      case 'trouble':
        network.troubles.set(HOSTS[step.host], step.trouble);
        return;
      case 'mended':
        network.troubles.delete(HOSTS[step.host]);
    }
  };

  for (const [host, trouble] of Object.entries(options.troubles ?? {}))
    network.troubles.set(HOSTS[host as keyof typeof HOSTS], trouble);

  const everyMs = (script.everyMinutes ?? 1) * MINUTE;
  let runs = 0;
  /** Goes on to the next thing that happens, until that lies after `end`. */
  const until = async (end: number, steps: readonly Step[]): Promise<void> => {
    const left = steps.toSorted((one, other) => one.minute - other.minute);
    for (;;) {
      const stepAt = script.startsAt + (left[0]?.minute ?? Number.POSITIVE_INFINITY) * MINUTE;
      const runAt = script.startsAt + runs * everyMs;
      const queueAt = Math.min(
        ...[...queues.values()].map((queue) => queue.nextAt()),
        Number.POSITIVE_INFINITY,
      );
      const at = Math.min(stepAt, runAt, queueAt);
      if (at > end) break;
      clock.jump(Math.max(0, at - clock.now()));
      const [step] = left;
      if (stepAt === at && step) {
        left.shift();
        await take(step);
      } else if (runAt === at) {
        // A slot that passed while a run took long is not made up for.
        runs = Math.max(runs + 1, Math.ceil((clock.now() - script.startsAt + 1) / everyMs));
        await watch();
      } else await poll();
    }
    clock.jump(Math.max(0, end - clock.now()));
  };

  return {
    ...{
      script,
      config,
      clock,
      stored,
      heard,
      published,
      sentAt,
      latePages,
      processes,
      network,
      standIns,
      proof,
      store,
      queues,
    },
    ...{ silences, faultsBeside },
    /** The script, and then long enough that everything owed must have come to its end. */
    run: async (): Promise<void> => {
      const end = script.startsAt + script.minutes * MINUTE;
      await until(end, script.steps);
      await until(end + script.calmMinutes * MINUTE, []);
    },
    incidents: () => memoryStore.list({ since: 0, limit: 1_000 }),
  };
};

export const BYSTANDER: Actor = { name: 'bystander', via: 'api' };
export type Night = Awaited<ReturnType<typeof createNight>>;
