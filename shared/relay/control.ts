import type { Cause } from '../cause.ts';
import type { SendAnswer } from './answer.ts';

/**
 * What is held of a webhook of the pool. unproven: not used yet, its first real row verifies · working: its last first
 * row was accepted · full, gone, unauthorized: Clay said so · table-full: its table takes no more
 */
export type WebhookStanding = 'unproven' | 'working' | 'full' | 'table-full' | 'gone' | 'unauthorized';

/** Why a feed's rows wait. Any number at once; rows flow when none is left. */
export interface Hold {
  /** operator: somebody's word · cause: an incident · breaker: the forwarder saw one failure after another. */
  readonly kind: 'operator' | 'cause' | 'breaker';
  /** Of `cause`: the incident's key. */
  readonly cause?: Cause;
  readonly subject?: string;
  /** Of `breaker`: what Clay answered. */
  readonly answer?: SendAnswer;
  readonly since: number;
  /** In a sentence, without row data, URLs or secrets. */
  readonly why: string;
  /** Who: `claywatch`, or the name that an operator gave. */
  readonly by: string;
  /** Of `breaker`: when a single real row is tried next, epoch ms. */
  readonly tryAt?: number;
  /** Of `breaker`: failed trials so far. */
  readonly trials?: number;
}

/**
 * Why rows go to another webhook. first: the feed's first row · rotate-share: the one before reached its
 * `rotateAtShare` · lead-time: what was left of it would not have lasted · limit, table-full: it takes no more · removed:
 * it is not configured any more · unusable: it was new, and its first row was refused · operator: somebody's word
 */
export type RotationReason =
  | 'first'
  | 'rotate-share'
  | 'lead-time'
  | 'limit'
  | 'table-full'
  | 'removed'
  | 'unusable'
  | 'operator';

/** How the active webhook came into use. */
export interface Rotation {
  readonly at: number;
  readonly from: string | null;
  readonly why: RotationReason;
  readonly by: string;
  /** True once it has accepted a row, then or ever before. */
  readonly verified: boolean;
}

/**
 * The relay's control state of one feed: small, changed by one conditional write of a new version, read by forwarders
 * every second or so. What is counted is elsewhere (`RelayTally`).
 */
export interface FeedControl {
  readonly feed: string;
  /** Where rows go. Null before the first row. */
  readonly active: string | null;
  /** How `active` came into use; absent before the first row. */
  readonly rotation?: Rotation;
  /** A webhook that is not there is unproven. */
  readonly webhooks: Readonly<Record<string, { readonly standing: WebhookStanding; readonly since: number }>>;
  readonly holds: readonly Hold[];
  /** After a hold: a first trickle, then full pace. Null: full pace. */
  readonly trickle: { readonly since: number; readonly rowsLeft: number } | null;
  /** The last changes, newest first, for people: rotations, holds, releases, replays, dead letters that were dropped. */
  readonly history: readonly ControlChange[];
  /** Optimistic version; 0 before the first write. */
  readonly version: number;
}

export interface ControlChange {
  readonly at: number;
  readonly kind:
    | 'hold'
    | 'release'
    | 'rotate'
    | 'verify'
    | 'standing'
    | 'full-pace'
    | 'replay'
    | 'dead-letters';
  readonly text: string;
  readonly by: string;
}

/** Answers of one webhook in a window of five minutes, by arrival. */
export interface AnswerWindow {
  readonly start: number;
  readonly counts: Readonly<Partial<Record<SendAnswer, number>>>;
}

/** What forwarders count of a feed: additive, so that several may count at once. */
export interface RelayTally {
  readonly feed: string;
  readonly webhooks: Readonly<
    Record<
      string,
      {
        /** Oldest first; two hours of them. */
        readonly windows: readonly AnswerWindow[];
        readonly lastAcceptedAt: number | null;
        readonly lastFailure: {
          readonly answer: SendAnswer;
          readonly status: number | null;
          readonly at: number;
        } | null;
        /** Answers in a row that speak against the webhook (`FAILURES`); 0 after an accepted row. */
        readonly streak: number;
      }
    >
  >;
  /** When a forwarder last looked at the queue, epoch ms. */
  readonly lookedAt: number | null;
  /** When the queue was last seen empty, epoch ms: whatever waits now came later. */
  readonly emptyAt: number | null;
  /** When the oldest of the rows last received was taken, epoch ms. */
  readonly oldestTakenAt: number | null;
}

/** Where control states and tallies live. Every call rejects when the store does not answer. */
export interface ControlStore {
  /** Strongly consistent; the state before the first write when there is none. */
  load(feed: string): Promise<FeedControl>;
  /** Writes if the store still holds `next.version - 1`. */
  save(next: FeedControl): Promise<'written' | 'conflict'>;
  /** May miss what was counted within the last moment. */
  tally(feed: string): Promise<RelayTally>;
  /**
   * Adds what was seen since the last call, beside others who do the same. For people and for rates: a call that is
   * repeated after a lost answer may count twice, unlike the rows ledger.
   */
  count(feed: string, seen: TallySeen): Promise<void>;
}

/** What one forwarder saw in a second or so. */
export interface TallySeen {
  readonly at: number;
  /** In the order of arrival. */
  readonly answers: readonly {
    readonly webhook: string;
    readonly answer: SendAnswer;
    readonly status: number | null;
    readonly at: number;
  }[];
  /** True when the queue was empty. */
  readonly empty?: boolean;
  readonly oldestTakenAt?: number;
}

export const initialControl = (feed: string): FeedControl => ({
  feed,
  active: null,
  webhooks: {},
  holds: [],
  trickle: null,
  history: [],
  version: 0,
});
