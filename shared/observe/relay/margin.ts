import type { FeedConfig, RelayConfig } from '../../config/schema.ts';
import { unseenSince } from '../../relay/unseen.ts';

/** Rows that may be on their way beyond a count that was just made. */
export const unseenAtMost = (relay: RelayConfig): number => unseenSince(relay, 0);

/** The same for every webhook of a feed, as if all rows went there. */
export const unseenByWebhook = (
  { webhooks }: Pick<FeedConfig, 'webhooks'>,
  relay: RelayConfig,
): Readonly<Record<string, number>> =>
  Object.fromEntries(webhooks.map(({ id }) => [id, unseenAtMost(relay)]));
