import { parseConfig } from '../../../shared/config/parse.ts';
import type { Config, ConfigInput } from '../../../shared/config/schema.ts';
import { type FeedSnapshot, ROUND_TRIP_BINS, type RowsWindow } from '../../../shared/rows/snapshot.ts';
import { AGE_BOUNDS, emptySnapshot, emptyWindow } from '../../support/empty-snapshot.ts';

export const MINUTE = 60_000;
/** A Wednesday; a whole five minutes. */
export const NOW = Date.UTC(2026, 10, 18, 12);

export const configOf = (over: Pick<ConfigInput, 'rows'> = {}, feed: object = {}): Config =>
  parseConfig(
    {
      ...over,
      feeds: {
        leads: {
          webhooks: [{ id: 'leads-1', url: 'env:URL', table: 'leads' }],
          callbacks: { secret: 'env:SECRET' },
          ...feed,
        },
      },
    },
    'the configuration of the test',
  );

/** A window so many minutes before now, with what differs from an empty one. */
export const windowAt = (minutesAgo: number, over: Partial<RowsWindow> = {}): RowsWindow => ({
  ...emptyWindow(NOW - minutesAgo * MINUTE),
  ...over,
});

/** `{ 15: 3 }`: three rows that wait up to 15 minutes, and longer than 5. */
export const waiting = (rows: Readonly<Record<string, number>>): FeedSnapshot['outstanding'] => ({
  ages: AGE_BOUNDS.map((upToMinutes) => ({ upToMinutes, rows: rows[String(upToMinutes)] ?? 0 })),
  total: Object.values(rows).reduce((sum, count) => sum + count, 0),
  oldestAt: Object.keys(rows).length > 0 ? NOW - 60 * MINUTE : null,
});

export const snapshotOf = (over: Partial<FeedSnapshot> = {}): FeedSnapshot => ({
  ...emptySnapshot('leads', NOW),
  ...over,
});

/** Round trips of so many rows that took up to each of these seconds. */
export const roundTrips = (rows: Readonly<Record<number, number>>): readonly number[] =>
  ROUND_TRIP_BINS.map((bound) => rows[bound] ?? 0);
