import { type Delivery, type Incident, isPage, type PendingNotification } from '../incident/incident.ts';
import { compareSeverity } from '../severity.ts';
import { matchesFilter, type Subscription } from './filter-policy.ts';

/** How many messages of one kind went to one audience within a minute. */
export interface Sent {
  /** The minute's beginning, epoch ms. */
  readonly minute: number;
  readonly audience: string;
  readonly kind: string;
  readonly count: number;
}

/** What was sent within the last hour. */
export interface ThrottleState {
  readonly sent: readonly Sent[];
  /** When held-back messages were last summed up, epoch ms; 0: never. */
  readonly lastSummaryAt: number;
  readonly version: number;
}

export const NOTHING_SENT: ThrottleState = { sent: [], lastSummaryAt: 0, version: 0 };

export interface ThrottleStore {
  load(): Promise<ThrottleState>;
  /** `conflict` unless its version is the stored one's plus one. */
  save(next: ThrottleState): Promise<'written' | 'conflict'>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** So that a storm does not become one of summaries. */
const SUMMARY_EVERY_MS = 15 * MINUTE;

export type Addressed = Pick<Sent, 'audience' | 'kind'>;

const addressOf = ({ audience, kind }: Addressed) => ({ audience, kind });

const isRecent = ({ minute }: Sent, now: number): boolean => minute > now - HOUR && minute <= now;

const countFor = (state: ThrottleState, { filterPolicy }: Subscription, now: number): number =>
  state.sent
    .filter((sent) => isRecent(sent, now) && matchesFilter(filterPolicy, addressOf(sent)))
    .reduce((sum, { count }) => sum + count, 0);

/**
 * Whether everybody who would hear of a message has had enough within the last hour. SNS sends one message to all who
 * match, so as long as one of them has had less, it is sent: too much to one is better than nothing to another.
 */
export const isOverThrottle = (
  state: ThrottleState,
  subscriptions: readonly Subscription[],
  attributes: Readonly<Record<string, string>>,
  { now, perHour }: { readonly now: number; readonly perHour: number },
): boolean => {
  const hearing = subscriptions.filter(({ filterPolicy }) => matchesFilter(filterPolicy, attributes));
  return hearing.length > 0 && hearing.every((one) => countFor(state, one, now) >= perHour);
};

const pagesSince = (deliveries: readonly Delivery[]): readonly Delivery[] =>
  deliveries
    .slice(deliveries.findLastIndex(({ transition }) => transition === 'resolved') + 1)
    .filter((delivery) => isPage(delivery));

/**
 * Messages that no throttle holds back: the first page of an incident for those who hear of that severity, its
 * recovery, and what a person wrote.
 */
export const alwaysPasses = (
  { deliveries }: Pick<Incident, 'deliveries'>,
  pending: PendingNotification,
): boolean => {
  if (pending.transition === 'resolved' || pending.transition === 'updated') return true;
  if (!isPage(pending)) return false;
  return !pagesSince(deliveries).some(
    ({ severity }) => severity !== undefined && compareSeverity(severity, pending.severity) <= 0,
  );
};

/** The state with more sent, without what is older than an hour. */
export const withSent = (state: ThrottleState, more: readonly Addressed[], now: number): ThrottleState => {
  const minute = Math.floor(now / MINUTE) * MINUTE;
  const sums = new Map<string, Sent>();
  const add = (sent: Sent): void => {
    const key = `${sent.minute} ${sent.audience} ${sent.kind}`;
    sums.set(key, { ...sent, count: sent.count + (sums.get(key)?.count ?? 0) });
  };
  for (const sent of state.sent) if (isRecent(sent, now)) add(sent);
  for (const { audience, kind } of more) add({ minute, audience, kind, count: 1 });
  return { ...state, sent: [...sums.values()] };
};

export const isSummaryDue = ({ lastSummaryAt }: ThrottleState, now: number): boolean =>
  now - lastSummaryAt >= SUMMARY_EVERY_MS || lastSummaryAt > now;

const TRIES = 5;

/** Writes a change of the state; when another sweep was faster, on top of what that one wrote. */
export const changeThrottle = async (
  store: ThrottleStore,
  change: (state: ThrottleState) => ThrottleState,
): Promise<void> => {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const state = await store.load();
    const next = { ...change(state), version: state.version + 1 };
    if ((await store.save(next)) === 'written') return;
  }
};
