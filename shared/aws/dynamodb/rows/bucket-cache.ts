import type { Item } from '../document.ts';
import type { Key } from './table-calls.ts';

/** Buckets as this process saw them last: what a write expects to find. Of no consequence when it is wrong. */
export interface BucketCache {
  find(key: Key): Item | undefined;
  /** Keeps an item unless a later one is known. */
  keep(key: Key, item: Item): void;
}

/** A forwarder has a few hundred rows under way; a bucket is about a kilobyte. */
const MOST = 1_000;

const nameOf = ({ pk, sk }: Key): string => `${pk.S}/${sk.S}`;
const changesOf = (item: Item | undefined): number => Number(item?.v?.N ?? 0);

export const createBucketCache = (): BucketCache => {
  const items = new Map<string, Item>();
  return {
    find: (key) => items.get(nameOf(key)),
    keep: (key, item) => {
      const name = nameOf(key);
      const known = items.get(name);
      items.delete(name);
      items.set(name, known && changesOf(known) > changesOf(item) ? known : item);
      const [oldest] = items.keys();
      if (items.size > MOST && oldest !== undefined) items.delete(oldest);
    },
  };
};
