import { isoInstant } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import { sum } from '../observe/rows/window.ts';
import type { FeedSnapshot, RowsWindow } from '../rows/snapshot.ts';
import { hitRateOf, type RoundTripSpan, resultsOf, roundTripOf } from '../usage/period.ts';
import { HOUR, type SeriesRange } from './range.ts';
import type { FeedSeriesResponse } from './series-shape.ts';

type Point = FeedSeriesResponse['points'][number];

/** The upper bound; of the last span, which has none, the lower one. */
const secondsOf = (span: RoundTripSpan | null): number | null => span && (span.to ?? span.from);
const rounded = (amount: number): number => Math.round(amount * 1_000) / 1_000;

const pointOf = (at: number, windows: readonly RowsWindow[], config: Config['rows']): Point => {
  const results = resultsOf(windows.map((window) => window.results));
  const { p50, p95 } = roundTripOf(windows, config.slow.minRows);
  return {
    at: isoInstant(at),
    submitted: sum(windows, ({ submitted }) => submitted),
    called_back: sum(windows, ({ calledBack }) => calledBack),
    hit: results.hit,
    missed: results.missed,
    failed: results.failed,
    hit_rate: hitRateOf(windows, config.hitRate.minRows).share,
    round_trip_p50_seconds: secondsOf(p50),
    round_trip_p95_seconds: secondsOf(p95),
    credits: rounded(sum(windows, ({ credits }) => credits)),
  };
};

/** Of an hour only what went in and what it cost is kept. */
const oldPoint = ({ start, submitted, credits }: FeedSnapshot['hours'][number]): Point => ({
  at: isoInstant(start),
  submitted: sum(Object.values(submitted), (rows) => rows),
  called_back: null,
  hit: null,
  missed: null,
  failed: null,
  hit_rate: null,
  round_trip_p50_seconds: null,
  round_trip_p95_seconds: null,
  credits: rounded(credits),
});

const hourOf = (start: number): number => start - (start % HOUR);

/** The hours that windows tell of from their first minute on. */
const hoursOfWindows = (
  { windows, asOf }: FeedSnapshot,
  config: Config['rows'],
): ReadonlyMap<number, Point> => {
  const wholeFrom = hourOf(asOf - 24 * HOUR) + HOUR;
  const byHour = Map.groupBy(windows, ({ start }) => hourOf(start));
  return new Map(
    [...byHour]
      .filter(([hour]) => hour >= wholeFrom)
      .map(([hour, ofHour]) => [hour, pointOf(hour, ofHour, config)]),
  );
};

const byHours = (snapshot: FeedSnapshot, config: Config['rows']): readonly (readonly [number, Point])[] => {
  const known = hoursOfWindows(snapshot, config);
  const starts = new Set([...snapshot.hours.map(({ start }) => start), ...known.keys()]);
  const old = new Map(snapshot.hours.map((hour) => [hour.start, hour]));
  return [...starts]
    .toSorted((one, other) => one - other)
    .flatMap((start) => {
      const hour = old.get(start);
      const point = known.get(start) ?? (hour && oldPoint(hour));
      return point ? [[start, point] as const] : [];
    });
};

/** What happened to a feed's rows, step by step; nothing of a feed that nothing was counted of. */
export const feedSeriesOf = (
  feed: string,
  snapshot: FeedSnapshot | null,
  { from, to, stepMs }: SeriesRange,
  config: Pick<Config, 'rows'>,
): FeedSeriesResponse => {
  const all =
    snapshot === null
      ? []
      : stepMs < HOUR
        ? snapshot.windows.map(
            (window) => [window.start, pointOf(window.start, [window], config.rows)] as const,
          )
        : byHours(snapshot, config.rows);
  return {
    at: isoInstant(to),
    feed,
    from: isoInstant(from),
    to: isoInstant(to),
    step_seconds: stepMs / 1_000,
    points: all.filter(([start]) => start >= from && start <= to).map(([, point]) => point),
  };
};
