import type { RelayResponse } from '../../../../shared/report/relay-shape.ts';
import type { UsageDocument } from '../../../../shared/usage/document.ts';
import { useResource, type Watched } from '../../api/use-resource.ts';

export type FeedUsage = UsageDocument['feeds'][number];
export type FeedRelay = RelayResponse['feeds'][number];

const EVERY_MS = 10_000;

export const useUsage = (): Watched<UsageDocument> => useResource<UsageDocument>('v1/usage', EVERY_MS);

/** How it goes with a feed that Claywatch relays; null of one that it does not, undefined before it is known. */
export const useFeedRelay = (feed: string): FeedRelay | null | undefined => {
  const { data } = useResource<RelayResponse>('v1/relay', EVERY_MS);
  return data ? (data.feeds.find((each) => each.feed === feed) ?? null) : undefined;
};
