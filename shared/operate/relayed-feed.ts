import type { Config, FeedConfig } from '../config/schema.ts';
import { ClaywatchError } from '../errors.ts';

export interface RelayedFeed {
  readonly feed: string;
  readonly settings: FeedConfig;
}

/** A feed whose rows Claywatch takes, by its name. Throws `relay.not-found` and `relay.not-configured`. */
export const relayedFeed = ({ feeds }: Pick<Config, 'feeds'>, feed: string): RelayedFeed => {
  const settings = Object.hasOwn(feeds, feed) ? feeds[feed] : undefined;
  if (!settings)
    throw new ClaywatchError(
      'relay.not-found',
      'There is no such feed.',
      'Name a feed of the configuration.',
    );
  if (settings.relay.secret === undefined)
    throw new ClaywatchError(
      'relay.not-configured',
      `The feed ${feed} takes no rows: feeds.${feed}.relay.secret names no secret.`,
      'Name one in the configuration, and its senders post to POST /v1/rows/ and the feed.',
    );
  return { feed, settings };
};
