import type { Clock } from '../../shared/clock.ts';
import type { PageConfig } from '../../shared/statuspage/components.ts';
import { statusPageOf } from '../../shared/statuspage/page.ts';
import {
  createSnapshotReader,
  type Snapshot,
  type SnapshotSource,
} from '../../shared/statuspage/snapshot.ts';
import type { StatusPageDocument } from '../../shared/statuspage/statuspage-shape.ts';
import { recentOf } from '../http/recent.ts';

/** Everybody may ask as often as they like: the store is asked once within this. */
const RECENT_MS = 15_000;
/** When the store does not answer, what was read before is shown for as long; it says itself how old it is. */
const LAST_KNOWN_MS = 30 * 60_000;
/** One address in earnest; whoever makes up more of them gains nothing. */
const MOST_ADDRESSES = 4;

interface Read {
  readonly at: number;
  readonly snapshot: Snapshot;
}

/**
 * The page for each address, made again when something was read again. While the store does not answer it is what was
 * last read, seen from now: it soon says of itself that nobody can say how it stands.
 */
export const createPages = ({
  source,
  config,
  clock,
  onFault,
}: {
  readonly source: SnapshotSource;
  readonly config: PageConfig;
  readonly clock: Pick<Clock, 'now'>;
  readonly onFault: (error: unknown) => void;
}): ((url: string | null) => Promise<StatusPageDocument>) => {
  const read = createSnapshotReader(source, clock);
  let last: Read | undefined;
  const made = new Map<string | null, { readonly of: Read; readonly page: StatusPageDocument }>();

  const fresh = recentOf<[], Read>(
    async () => {
      try {
        last = { at: clock.now(), snapshot: await read() };
        return last;
      } catch (error) {
        if (!last || clock.now() - last.at > LAST_KNOWN_MS) throw error;
        onFault(error);
        // Another one, so that the page is made again, as seen from now.
        return { ...last };
      }
    },
    { clock, ms: RECENT_MS },
  );

  return async (url) => {
    const of = await fresh();
    const known = made.get(url);
    if (known?.of === of) return known.page;
    const page = statusPageOf(of.snapshot, config, { now: clock.now(), url });
    if (made.size >= MOST_ADDRESSES) made.clear();
    made.set(url, { of, page });
    return page;
  };
};
