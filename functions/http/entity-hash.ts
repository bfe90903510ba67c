import { createHash } from 'node:crypto';

/** Of 64: 96 bits, so that no two entities meet by chance. */
const HASH_CHARACTERS = 24;

/**
 * How an entity of a feed is hashed, the same by whichever way its rows come. Different in every installation and feed,
 * so that hashes of two of them cannot be laid side by side.
 */
export const entityHash =
  (installation: string, feed: string) =>
  (entity: string): string =>
    createHash('sha256')
      .update(JSON.stringify([installation, feed, entity]))
      .digest('hex')
      .slice(0, HASH_CHARACTERS);
