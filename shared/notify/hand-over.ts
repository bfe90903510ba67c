import type { Clock } from '../clock.ts';
import { redactText } from '../config/redact.ts';
import type { IncidentStore } from '../incident/store.ts';
import type { Bulletin, Channel, ChannelMemory, ChannelOutcome } from './channels/port.ts';
import { type ProofLedger, type ProofRecord, partsOf } from './proof.ts';
import type { Notification } from './publisher.ts';

export interface HandOverDependencies {
  /** By id. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly memoryOf: (channel: string) => ChannelMemory;
  readonly incidents: Pick<IncidentStore, 'current' | 'byId'>;
  readonly proof: Pick<ProofLedger, 'record'>;
  readonly clock: Pick<Clock, 'now'>;
  /** What went wrong beside the delivery itself; it is not held up for it. */
  readonly onFault: (error: unknown) => void;
}

/** A message in the queue of a channel. */
export interface QueuedNotification {
  readonly channel: string;
  readonly notification: Notification;
  /** How often it has been received, this time included. */
  readonly receives: number;
}

/** What to do with the message in the queue. */
export type HandedOver =
  /** Remove it: it arrived, never will, or has no point any more. */
  | { readonly kind: 'settled'; readonly as: 'delivered' | 'refused' | 'superseded' }
  | { readonly kind: 'again'; readonly afterSeconds: number; readonly why: string };

const FIRST_WAIT_S = 10;
const LONGEST_WAIT_S = 600;
/** A provider may ask for a long time; its message has fallen back to e-mail long before. */
const LONGEST_ASKED_S = 6 * 3_600;

/** So often a provider is asked as soon as it said; then less often, or a short `Retry-After` uses the queue up. */
const AS_ASKED = 10;

const growing = (time: number): number =>
  Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** Math.min(Math.max(0, time - 1), 16));

const waitFor = (receives: number, afterMs: number | null): number => {
  if (afterMs === null) return growing(receives);
  const asked = Math.min(LONGEST_ASKED_S, Math.max(1, Math.ceil(afterMs / 1_000)));
  return receives <= AS_ASKED ? asked : Math.max(asked, growing(receives - AS_ASKED));
};

/** Of the other incidents that a page speaks for: whether somebody still has to be woken for one of them. */
const isWantedElsewhere = async (
  { incidents }: HandOverDependencies,
  covers: readonly string[],
): Promise<boolean> => {
  for (const id of covers) {
    const other = await incidents.byId(partsOf(id)?.incidentId ?? '');
    if (other?.status === 'triggered') return true;
  }
  return false;
};

/**
 * A message that says that nobody has it, as it is by now: null when it is a page that has no point any more. A store
 * that cannot say so must not cost anybody a page.
 */
const upToDate = async (
  deps: HandOverDependencies,
  bulletin: Bulletin,
  { covers = [], attributes }: Notification,
): Promise<Bulletin | null> => {
  const isPage = bulletin.urgency === 'page';
  if (attributes.kind === 'test' || (bulletin.status !== 'triggered' && !isPage)) return bulletin;
  try {
    const current = await deps.incidents.current(bulletin.cause, bulletin.subject);
    const isSame = current?.id === bulletin.incidentId;
    if (isSame && current.status === 'triggered') return bulletin;
    if (isPage) return (await isWantedElsewhere(deps, covers)) ? bulletin : null;
    return isSame ? { ...bulletin, current: current.status } : bulletin;
  } catch (error) {
    deps.onFault(error);
    return bulletin;
  }
};

/** Proof of everything that the message speaks for. False when it could not be written. */
const prove = async (
  { proof, onFault }: HandOverDependencies,
  { notification: { id, covers = [] }, channel }: QueuedNotification,
  what: ProofRecord,
): Promise<boolean> => {
  try {
    for (const each of [id, ...covers]) await proof.record(each, channel, what);
    return true;
  } catch (error) {
    onFault(error);
    return false;
  }
};

/** Removed once its proof is written: a message whose proof is missing would fall back although it arrived. */
const settled = async (
  deps: HandOverDependencies,
  queued: QueuedNotification,
  what: Extract<ProofRecord, { status: 'delivered' | 'refused' | 'superseded' }>,
): Promise<HandedOver> =>
  (await prove(deps, queued, what))
    ? { kind: 'settled', as: what.status }
    : { kind: 'again', afterSeconds: waitFor(queued.receives, null), why: 'its proof could not be written' };

const deliver = async (
  channel: Channel,
  bulletin: Bulletin,
  memory: ChannelMemory,
): Promise<ChannelOutcome> => {
  try {
    return await channel.deliver(bulletin, memory);
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { kind: 'later', why: redactText(why), afterMs: null };
  }
};

/**
 * Hands one message to its channel and records what became of it.
 *
 * 1. A page that somebody answered meanwhile is superseded (invariant 3: none after acknowledgement).
 * 2. `delivered` is proof; `refused` is recorded and falls back; `later` is tried again when the provider says so.
 *
 * Never rejects. The same message may come again, as queues do; the channel then tells nobody twice where it can.
 */
export const handOver = async (
  deps: HandOverDependencies,
  queued: QueuedNotification,
): Promise<HandedOver> => {
  const { channels, memoryOf, clock } = deps;
  const { notification, receives } = queued;
  const { bulletin } = notification;
  const channel = channels.get(queued.channel);
  const refuse = (error: string) => settled(deps, queued, { status: 'refused', at: clock.now(), error });
  if (!channel) return refuse('The configuration has no such channel any more');
  if (!bulletin) return refuse('The message says nothing that a channel could show');
  const message = await upToDate(deps, bulletin, notification);
  if (!message) return settled(deps, queued, { status: 'superseded', at: clock.now() });

  const outcome = await deliver(channel, message, memoryOf(channel.id));
  const at = clock.now();
  if (outcome.kind === 'delivered')
    return settled(deps, queued, { status: 'delivered', at, receipt: outcome.receipt });
  if (outcome.kind === 'refused') return refuse(outcome.why);
  await prove(deps, queued, { status: 'owed', at, error: outcome.why });
  return { kind: 'again', afterSeconds: waitFor(receives, outcome.afterMs), why: outcome.why };
};
