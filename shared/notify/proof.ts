import type { Transition } from '../incident/incident.ts';

/** Proof of one message on one channel. */
export interface DeliveryProof {
  /** `<incident id>:<version>:<transition>`, as on the incident. */
  readonly notificationId: string;
  readonly incidentId: string;
  readonly transition: Transition;
  /** `sns` (e-mail and SMS by SNS), or the id of a channel in `notify`. */
  readonly channel: string;
  /** `superseded`: a later message of the incident made it pointless, e.g. a page that was acknowledged. */
  readonly status: 'owed' | 'delivered' | 'refused' | 'fallen-back' | 'superseded';
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

/** One row per incident, transition and channel; every change is one conditional write. */
export interface ProofLedger {
  /** Before anything is sent. Idempotent: what is there stays. */
  owe(
    rows: readonly Pick<
      DeliveryProof,
      'notificationId' | 'incidentId' | 'transition' | 'channel' | 'owedAt'
    >[],
  ): Promise<void>;
  /** `already`: it was delivered before; nothing is changed. */
  record(
    notificationId: string,
    channel: string,
    what:
      | { readonly status: 'delivered'; readonly at: number; readonly receipt: string }
      | { readonly status: 'refused'; readonly at: number; readonly error: string }
      | { readonly status: 'owed'; readonly at: number; readonly error: string }
      | { readonly status: 'fallen-back'; readonly at: number; readonly to: string }
      | { readonly status: 'superseded'; readonly at: number },
  ): Promise<'recorded' | 'already'>;
  /** Everything of an incident, oldest first. */
  ofIncident(incidentId: string): Promise<readonly DeliveryProof[]>;
  /** Owed since before `before`, or refused and not fallen back; oldest first. */
  undelivered(before: number, limit: number): Promise<readonly DeliveryProof[]>;
}
