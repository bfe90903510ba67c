import type { WebhookConfig } from '../config/schema.ts';
import { type Band, bandOf } from '../rows/capacity.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';

/** More than any limit that can be configured. */
export const MAX_COUNT = 10_000_000;

/**
 * What a person should hear before the count is set. `below-counted`: fewer than were counted here alone, though a
 * webhook's count never falls [C]. `full`: it counts as full from then on. `unlimited`: it has no limit to count towards.
 * `never-counted`: nothing was counted for it yet. `same`: nothing changes.
 */
export type RecountCaution = 'below-counted' | 'full' | 'unlimited' | 'never-counted' | 'same';

export interface RecountPlan {
  readonly feed: string;
  readonly webhook: string;
  /** What the ledger holds now. */
  readonly from: Band;
  /** The present of the ledger, epoch ms; null when nothing was ever counted. */
  readonly asOf: number | null;
  readonly to: number;
  /** Null when it is unlimited. */
  readonly limit: number | null;
  readonly cautions: readonly RecountCaution[];
}

/** What setting a webhook's count to `to` changes; changes nothing. */
export const planRecount = (
  feed: string,
  webhook: WebhookConfig,
  snapshot: FeedSnapshot | null,
  to: number,
): RecountPlan => {
  const counted = snapshot?.webhooks.find((each) => each.webhook === webhook.id);
  const from = bandOf(counted, webhook.startCount);
  const cautions: RecountCaution[] = [];
  if (!counted) cautions.push('never-counted');
  if (counted && to < counted.accepted) cautions.push('below-counted');
  if (webhook.unlimited) cautions.push('unlimited');
  else if (to >= webhook.limit) cautions.push('full');
  if (from.low === to && from.high === to) cautions.push('same');
  return {
    feed,
    webhook: webhook.id,
    from,
    asOf: snapshot?.asOf ?? null,
    to,
    limit: webhook.unlimited ? null : webhook.limit,
    cautions,
  };
};
