import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import type { SecretReader, SecretReference } from '../../shared/config/secret-reference.ts';
import { createKeptSecrets, type KeptValue } from './kept-secrets.ts';
import { type HttpEvent, headerOf } from './request.ts';

/** Who may send to a feed: whoever knows one of its secrets. Without any, nobody. */
export interface SenderConfig {
  readonly header: string;
  readonly secret?: SecretReference | undefined;
  /** Valid as well, during rotation. */
  readonly previousSecret?: SecretReference | undefined;
}

/** By which secret somebody was recognised, and which version of it: neither tells anything of its value. */
export interface SecretUse {
  readonly reference: SecretReference;
  readonly version: string | null;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly feed: string; readonly use: SecretUse }
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
  /** Told of everybody who was let in. Seldom takes any time, and never rejects. */
  readonly noteUse?: (feed: string, use: SecretUse) => Promise<void>;
}

/** How long the store is waited for, ms; Clay's own patience is the operator's setting. */
const READ_WITHIN_MS = 2_500;

type Digest = Buffer<ArrayBufferLike>;

const digestOf = (text: string): Digest => createHash('sha256').update(text, 'utf8').digest();
/** Compared with where there is no secret, so that every request does the same work; nothing hashes to it. */
const NOBODY: Digest = Buffer.alloc(32);

/** Each secret has as many values at once: the current one, and during a rotation the one before. */
const VALUES_AT_ONCE = 2;

/**
 * Tells by the static header of a request whether its sender may send to the feed of its path. Every request reads all
 * secrets (from a cache) and makes the same comparisons in constant time, so that neither answer nor time tells an
 * unknown feed from a wrong secret. Whoever is not recognised has the store asked once more, at most every few seconds:
 * a secret that was rotated this very moment is known at once.
 */
export const createSenders = ({ feeds, secrets, clock, onFault, noteUse }: SendersOptions) => {
  const references = Object.values(feeds).flatMap(({ secret, previousSecret }) =>
    [secret, previousSecret].filter((reference) => reference !== undefined),
  );
  const someHeader = Object.values(feeds)[0]?.header ?? '';
  const kept = createKeptSecrets({
    ...{ references, secrets, clock, onFault },
    withinMs: READ_WITHIN_MS,
    keep: digestOf,
  });

  /** Makes the same comparisons whatever there is to compare with. */
  const matchOf = (sent: Digest, reference: SecretReference | undefined): SecretUse | null => {
    const valid: readonly KeptValue<Digest>[] = reference === undefined ? [] : kept.all(reference);
    const matches = Array.from({ length: VALUES_AT_ONCE }, (_, index) =>
      timingSafeEqual(sent, valid[index]?.kept ?? NOBODY),
    );
    const found = valid[matches.indexOf(true)];
    return reference !== undefined && found ? { reference, version: found.version } : null;
  };
  const useOf = (event: HttpEvent, config: SenderConfig | undefined): SecretUse | null => {
    const sent = digestOf(headerOf(event, config?.header ?? someHeader)?.trim() ?? '');
    const found = [config?.secret, config?.previousSecret].map((reference) => matchOf(sent, reference));
    return found.find((use) => use !== null) ?? null;
  };
  // For every feed alike: which one cannot be checked is nobody's business.
  const turnedAway = (): Exclude<Admission, { kind: 'admitted' }> => ({
    kind: kept.isAnyUnread() ? 'unavailable' : 'refused',
  });

  type Found = { readonly feed: string; readonly use: SecretUse } | undefined;
  const admitted = async (find: () => Found): Promise<Admission> => {
    await kept.refresh();
    let found = find();
    if (!found) {
      await kept.refreshMissed();
      found = find();
    }
    if (!found) return turnedAway();
    await noteUse?.(found.feed, found.use);
    return { kind: 'admitted', ...found };
  };

  return {
    admit: (event: HttpEvent): Promise<Admission> => {
      const feed = event.pathParameters?.feed ?? '';
      const config = Object.hasOwn(feeds, feed) ? feeds[feed] : undefined;
      return admitted(() => {
        const use = useOf(event, config);
        return use ? { feed, use } : undefined;
      });
    },
    /** For a request that is of no feed: whoever may send to any of them. Compares with all, whichever it is. */
    admitToAny: (event: HttpEvent): Promise<Admission> =>
      admitted(() =>
        Object.entries(feeds)
          .map(([feed, config]) => ({ feed, use: useOf(event, config) }))
          .flatMap(({ feed, use }) => (use ? [{ feed, use }] : []))
          .at(0),
      ),
  };
};

export type Senders = ReturnType<typeof createSenders>;
