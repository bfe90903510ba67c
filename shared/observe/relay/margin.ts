import type { Config, FeedConfig } from '../../config/schema.ts';

/** What was sent so lately may be missing in the counts, seconds: the forwarder reckons with it too. */
const UNSEEN_SECONDS = 5;

/** Rows that may be on their way beyond what is counted: with so little room left, no further row is sent. */
export const unseenAtMost = ({ rowsPerSecond, burst }: Config['relay']): number =>
  Math.ceil(UNSEEN_SECONDS * rowsPerSecond + burst / 2);

/** The same for every webhook of a feed, as if all rows went there. */
export const unseenByWebhook = (
  { webhooks }: Pick<FeedConfig, 'webhooks'>,
  relay: Config['relay'],
): Readonly<Record<string, number>> =>
  Object.fromEntries(webhooks.map(({ id }) => [id, unseenAtMost(relay)]));
