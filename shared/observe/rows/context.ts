import type { Config, FeedConfig } from '../../config/schema.ts';
import type { FeedControl } from '../../relay/control.ts';
import type { FeedSnapshot } from '../../rows/snapshot.ts';
import type { FindingOf, Surface } from '../findings.ts';
import { type Fact, type Observation, observation } from '../observation.ts';

/** What is looked at: the counts of one feed, at one time. */
export interface RowsContext {
  readonly feed: string;
  readonly settings: FeedConfig;
  readonly rows: Config['rows'];
  readonly snapshot: FeedSnapshot;
  /** Where the relay sends the rows; null when it does not, or when that cannot be read. */
  readonly control: FeedControl | null;
  /** Rows of the relay that the counts may not hold yet. */
  readonly unseen: number;
  /** Epoch ms. */
  readonly now: number;
  /** How often anybody looks, minutes. */
  readonly everyMinutes: number;
}

interface Said<S extends Surface> {
  readonly surface: S;
  /** What the probe is called below `rows:<feed>`; left out: the feed itself. */
  readonly probe?: string;
  readonly subject: string;
  readonly finding: FindingOf<S>;
  readonly summary: string;
  readonly facts?: Readonly<Record<string, Fact>>;
}

/** The id under which a feed's counts are watched; those of its parts begin with it. */
export const rowsProbe = (feed: string, part?: string): string =>
  part === undefined ? `rows:${feed}` : `rows:${feed}/${part}`;

export const seenInRows = <S extends Surface>({ feed, now }: RowsContext, said: Said<S>): Observation => {
  const { probe, ...rest } = said;
  return observation({ ...rest, probe: rowsProbe(feed, probe), at: now, durationMs: 0 });
};
