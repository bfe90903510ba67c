import type { Transition } from '../incident/incident.ts';

/**
 * owed: not taken yet · delivered: the provider's 2xx · refused: the channel will never take it · fallen-back: another
 * way took it instead · superseded: there is no point in it any more, e.g. a page that was acknowledged
 */
export const PROOF_STATUSES = ['owed', 'delivered', 'refused', 'fallen-back', 'superseded'] as const;
export type ProofStatus = (typeof PROOF_STATUSES)[number];

/** Proof of one message on one channel. */
export interface DeliveryProof {
  /** `<incident id>:<version>:<transition>`, as on the incident. */
  readonly notificationId: string;
  readonly incidentId: string;
  readonly transition: Transition;
  /** `sns` (e-mail and SMS by SNS), `summary`, `person:<name>`, or the id of a channel in `notify`. */
  readonly channel: string;
  readonly status: ProofStatus;
  readonly owedAt: number;
  /** When it was last tried, epoch ms. */
  readonly triedAt: number | null;
  readonly attempts: number;
  readonly deliveredAt: number | null;
  /** The provider's own. */
  readonly receipt: string | null;
  /** Redacted. */
  readonly lastError: string | null;
  /** The channel that took it instead. */
  readonly fellBackTo: string | null;
}

/** E-mail and SMS, which SNS delivers by itself: its receipt is the proof there is. */
export const SNS = 'sns';
/** A message that was over the throttle: e-mail hears of it in a summary. */
export const SUMMARY = 'summary';
const PERSON = 'person:';
/** The channel of a page to one person; no id of a configured channel has a colon. */
export const personChannel = (name: string): string => `${PERSON}${name}`;
/** The name in such a channel; null for every other. */
export const personOf = (channel: string): string | null =>
  channel.startsWith(PERSON) ? channel.slice(PERSON.length) : null;

export type OwedRow = Pick<
  DeliveryProof,
  'notificationId' | 'incidentId' | 'transition' | 'channel' | 'owedAt'
>;

/** What became of an attempt, or of the need for one. */
export type ProofRecord =
  | { readonly status: 'delivered'; readonly at: number; readonly receipt: string }
  | { readonly status: 'refused'; readonly at: number; readonly error: string }
  /** Tried, and to be tried again. */
  | { readonly status: 'owed'; readonly at: number; readonly error: string }
  | { readonly status: 'fallen-back'; readonly at: number; readonly to: string }
  | { readonly status: 'superseded'; readonly at: number };

/**
 * What a row may be for a record to change it. A row only goes forward: what is delivered stays so whatever a slower
 * attempt says, and what arrives late after all is delivered.
 */
export const CHANGES: Readonly<Record<ProofStatus, readonly ProofStatus[]>> = {
  owed: ['owed'],
  refused: ['owed'],
  'fallen-back': ['owed', 'refused'],
  superseded: ['owed', 'refused'],
  delivered: ['owed', 'refused', 'fallen-back', 'superseded'],
};

/** One row per incident, transition and channel; every change is one conditional write. */
export interface ProofLedger {
  /** Before anything is sent. Idempotent: what is there stays. */
  owe(rows: readonly OwedRow[]): Promise<void>;
  /**
   * `already`: the row is settled as well or better (see `CHANGES`); nothing is changed. A row that was never owed is
   * made, so that no proof is lost; its notification id must then be of the form of an incident's.
   */
  record(notificationId: string, channel: string, what: ProofRecord): Promise<'recorded' | 'already'>;
  /** Everything of an incident, oldest first. */
  ofIncident(incidentId: string): Promise<readonly DeliveryProof[]>;
  /** Owed since before `before`, or refused and not fallen back; oldest first. May lag by a moment. */
  undelivered(before: number, limit: number): Promise<readonly DeliveryProof[]>;
}

/** Its parts, of the id of a message; null for an id that is none. */
export const partsOf = (
  notificationId: string,
): { readonly incidentId: string; readonly version: number; readonly transition: Transition } | null => {
  const [, incidentId = '', version = '', transition = ''] =
    /^([^:]+):(\d+):([a-z-]+)$/.exec(notificationId) ?? [];
  return incidentId === ''
    ? null
    : { incidentId, version: Number(version), transition: transition as Transition };
};

/** Oldest first; what was owed at once in the order of the incident. */
export const byAge = (one: DeliveryProof, other: DeliveryProof): number =>
  one.owedAt - other.owedAt ||
  (partsOf(one.notificationId)?.version ?? 0) - (partsOf(other.notificationId)?.version ?? 0) ||
  (one.channel < other.channel ? -1 : 1);

/** How long the oldest message that nobody has taken is owed. */
export interface UndeliveredAge {
  /** Null: nothing is owed. */
  readonly ageMs: number | null;
  readonly channel: string | null;
  readonly incidentId: string | null;
}

const ONE_IS_ENOUGH = 1;

/** For the watch of our own health: a way out to people that is shut shows here. */
export const undeliveredAge = async (
  ledger: Pick<ProofLedger, 'undelivered'>,
  now: number,
): Promise<UndeliveredAge> => {
  const [oldest] = await ledger.undelivered(now, ONE_IS_ENOUGH);
  return oldest
    ? {
        ageMs: Math.max(0, now - oldest.owedAt),
        channel: oldest.channel,
        incidentId: oldest.incidentId,
      }
    : { ageMs: null, channel: null, incidentId: null };
};
