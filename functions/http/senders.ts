import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import type { SecretReader, SecretReference } from '../../shared/config/secret-reference.ts';
import { createKeptSecrets } from './kept-secrets.ts';
import { type HttpEvent, headerOf } from './request.ts';

/** Who may send to a feed: whoever knows one of its secrets. Without any, nobody. */
export interface SenderConfig {
  readonly header: string;
  readonly secret?: SecretReference | undefined;
  /** Valid as well, during rotation. */
  readonly previousSecret?: SecretReference | undefined;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly feed: string }
  /** A wrong secret, or a feed that there is not: nobody outside learns which. */
  | { readonly kind: 'refused' }
  /** A secret could not be read, so nobody can say. */
  | { readonly kind: 'unavailable' };

export interface SendersOptions {
  readonly feeds: Readonly<Record<string, SenderConfig>>;
  readonly secrets: SecretReader;
  readonly clock: Clock;
  /** Told of a secret that cannot be read; the error names it, not its value. */
  readonly onFault: (error: unknown) => void;
}

/** How long the store is waited for, ms; Clay's own patience is the operator's setting. */
const READ_WITHIN_MS = 2_500;

type Digest = Buffer<ArrayBufferLike>;

const digestOf = (text: string): Digest => createHash('sha256').update(text, 'utf8').digest();
/** Compared with where there is no secret, so that every request does the same work; nothing hashes to it. */
const NOBODY: Digest = Buffer.alloc(32);

/**
 * Tells by the static header of a request whether its sender may send to the feed of its path. Every request reads all
 * secrets (from a cache) and makes the same two comparisons in constant time, so that neither answer nor time tells an
 * unknown feed from a wrong secret.
 */
export const createSenders = ({ feeds, secrets, clock, onFault }: SendersOptions) => {
  const references = Object.values(feeds).flatMap(({ secret, previousSecret }) =>
    [secret, previousSecret].filter((reference) => reference !== undefined),
  );
  const someHeader = Object.values(feeds)[0]?.header ?? '';
  const kept = createKeptSecrets({
    ...{ references, secrets, clock, onFault },
    withinMs: READ_WITHIN_MS,
    keep: digestOf,
  });

  const digestFor = (reference: SecretReference | undefined): Digest =>
    (reference === undefined ? null : kept.of(reference)) ?? NOBODY;

  /** Makes the same two comparisons whatever there is to compare with. */
  const knows = (event: HttpEvent, config: SenderConfig | undefined): boolean => {
    const sent = digestOf(headerOf(event, config?.header ?? someHeader)?.trim() ?? '');
    const matches = [config?.secret, config?.previousSecret].map((reference) =>
      timingSafeEqual(sent, digestFor(reference)),
    );
    return config !== undefined && matches.includes(true);
  };
  // For every feed alike: which one cannot be checked is nobody's business.
  const turnedAway = (): Exclude<Admission, { kind: 'admitted' }> => ({
    kind: kept.isAnyUnread() ? 'unavailable' : 'refused',
  });

  return {
    admit: async (event: HttpEvent): Promise<Admission> => {
      await kept.refresh();
      const feed = event.pathParameters?.feed ?? '';
      const config = Object.hasOwn(feeds, feed) ? feeds[feed] : undefined;
      return knows(event, config) ? { kind: 'admitted', feed } : turnedAway();
    },
    /** For a request that is of no feed: whoever may send to any of them. Compares with all, whichever it is. */
    admitToAny: async (event: HttpEvent): Promise<Admission> => {
      await kept.refresh();
      const known = Object.entries(feeds).map(([feed, config]) => ({ feed, isKnown: knows(event, config) }));
      const found = known.find(({ isKnown }) => isKnown);
      return found ? { kind: 'admitted', feed: found.feed } : turnedAway();
    },
  };
};

export type Senders = ReturnType<typeof createSenders>;
