import type { Cause } from '../../shared/cause.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { changeIncident } from '../../shared/incident/change.ts';
import { decide } from '../../shared/incident/decide.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { tick } from '../../shared/incident/tick.ts';
import { type DeliveryDependencies, deliverPending } from '../../shared/notify/deliver.ts';
import { channelSubscriptionsOf, matchesFilter, subscriptionsOf } from '../../shared/notify/filter-policy.ts';
import type { Notification } from '../../shared/notify/publisher.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import type { Severity } from '../../shared/severity.ts';
import type { Silence } from '../../shared/silence/silence.ts';
import { createMemoryProofLedger } from '../support/memory-proof.ts';
import { createMemorySilenceStore } from '../support/memory-silence-store.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';
import { createMemoryThrottleStore } from '../support/memory-throttle-store.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { configOf } from './messages.ts';

export const START = Date.UTC(2026, 10, 3, 12);
export const MINUTE = 60_000;

/** What somebody received: an endpoint, a channel, or a person by name. */
export interface Received {
  readonly at: number;
  readonly by: string;
  readonly notification: Notification;
}

export const EVERYBODY: NonNullable<ConfigInput['notify']> = {
  email: [{ address: 'ops@example.com' }],
  sms: [{ number: '+4915112345678' }],
  slack: [{ id: 'slack-ops', channel: 'C0123456789', botToken: 'env:SLACK_TOKEN' }],
  people: { ada: { email: 'ada@example.com' }, grace: { sms: '+4915112345679' } },
};

/**
 * The sweep over stores in memory, with SNS, its subscribers and the chat channels as they behave. Every message is
 * known by who received it.
 */
export const createDeliveryWorld = (input: ConfigInput = {}) => {
  const config = configOf({ feeds: { leads: {}, accounts: {} }, notify: EVERYBODY, ...input });
  const clock = createVirtualClock(START);
  const store = createMemoryIncidentStore();
  const proof = createMemoryProofLedger();
  const silences = createMemorySilenceStore();
  const throttle = createMemoryThrottleStore();
  const policy = incidentPolicy(config);
  const received: Received[] = [];
  /** Who does not take anything at the moment: `sns`, `pages`, or the id of a channel. */
  const broken = new Set<string>();
  /** What channels have still to take, as in their queues. */
  const queued: { readonly channel: string; readonly notification: Notification }[] = [];
  let receipts = 0;
  const receiptOf = (): string => {
    receipts += 1;
    return `receipt-${receipts}`;
  };
  const take = (by: string, notification: Notification) => {
    received.push({ at: clock.now(), by, notification });
  };

  const deps: DeliveryDependencies = {
    ...{ store, proof, silences, throttle, clock, config, render: createRenderer(config) },
    publisher: {
      publish: async (notification) => {
        if (broken.has('sns')) throw new Error('SNS is not there');
        for (const { endpoint, filterPolicy } of subscriptionsOf(config))
          if (matchesFilter(filterPolicy, notification.attributes)) take(endpoint, notification);
        for (const { channel, filterPolicy } of channelSubscriptionsOf(config))
          if (matchesFilter(filterPolicy, notification.attributes)) queued.push({ channel, notification });
        return { receipt: receiptOf() };
      },
    },
    pages: {
      publish: async (person, notification) => {
        if (broken.has('pages')) throw new Error('SNS is not there');
        take(person, notification);
        return { receipt: receiptOf() };
      },
    },
  };

  /** What the function behind the queues does: proof of everything that a message speaks for. */
  const takeFromQueues = async () => {
    for (const { channel, notification } of queued.splice(0)) {
      if (broken.has(channel)) queued.push({ channel, notification });
      else {
        take(channel, notification);
        for (const id of [notification.id, ...(notification.covers ?? [])])
          await proof.record(id, channel, { status: 'delivered', at: clock.now(), receipt: receiptOf() });
      }
    }
  };

  const key = (subject: string, cause: Cause) => ({ cause, subject });
  const current = async (subject = 'leads', cause: Cause = 'callback.failing'): Promise<Incident> => {
    const incident = await store.current(cause, subject);
    if (!incident) throw new Error(`no incident about ${subject}`);
    return incident;
  };

  return {
    ...{ config, clock, store, proof, silences, deps, received, broken, queued, current },
    /** The cause is seen: an incident opens, or goes on. */
    fail: (subject = 'leads', severity: Severity = 'P2', cause: Cause = 'callback.failing') =>
      changeIncident(store, key(subject, cause), (incident) =>
        decide(
          incident,
          key(subject, cause),
          {
            kind: 'verdict',
            detectedAt: clock.now(),
            verdict: {
              ...key(subject, cause),
              ...{ severity, summary: 'It does not work.', tentative: false },
              ...{ evidence: [], ruledOut: [], wouldChange: [] },
            },
          },
          policy,
          clock.now(),
        ),
      ),
    recover: (subject = 'leads', cause: Cause = 'callback.failing') =>
      changeIncident(store, key(subject, cause), (incident) =>
        decide(incident, key(subject, cause), { kind: 'cleared', evidence: [] }, policy, clock.now()),
      ),
    act: (command: IncidentCommand, subject = 'leads', cause: Cause = 'callback.failing') =>
      changeIncident(store, key(subject, cause), (incident) => {
        if (!incident) return null;
        const outcome = act(incident, command, { name: 'Ada', via: 'cli' }, { policy, now: clock.now() });
        return outcome.kind === 'done' ? outcome.incident : incident;
      }),
    /** What time alone does to every open incident. */
    tick: async () => {
      for (const incident of await store.active())
        await changeIncident(store, incident, (now) => now && tick(now, policy, clock.now()));
    },
    silence: async (over: Partial<Silence> = {}) => {
      const silence: Silence = {
        ...{ id: `sil-${String(clock.now() % 100_000_000).padStart(8, '0')}`, kind: 'silence' },
        ...{ from: clock.now(), to: clock.now() + 60 * MINUTE, reason: 'known', by: 'Ada' },
        ...{ createdAt: clock.now(), endedAt: null, match: {} },
        ...over,
      };
      await silences.create(silence);
      return silence;
    },
    /** One sweep, and then the functions behind the queues. */
    sweep: async (over: Partial<DeliveryDependencies> = {}) => {
      const report = await deliverPending({ ...deps, ...over });
      await takeFromQueues();
      return report;
    },
    takeFromQueues,
    later: (ms: number) => clock.jump(ms),
    /** What somebody was told, as `<subject of the incident>:<transition>`, in order. */
    heardBy: (by: string): readonly string[] =>
      received
        .filter((one) => one.by === by)
        .map(({ notification: { bulletin, attributes } }) =>
          bulletin ? `${bulletin.subject}:${bulletin.transition}` : String(attributes.kind),
        ),
    proofs: async (subject = 'leads', cause: Cause = 'callback.failing') =>
      (await proof.ofIncident((await current(subject, cause)).id)).map(
        ({ channel, transition, status }) => `${transition} ${channel} ${status}`,
      ),
  };
};

export type DeliveryWorld = ReturnType<typeof createDeliveryWorld>;
