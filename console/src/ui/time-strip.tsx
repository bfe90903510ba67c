import type { ComponentChildren } from 'preact';
import { useNow } from '../api/use-now.ts';
import { formatDay, formatExact, formatInstant, formatSpan } from '../format.ts';
import { cx } from './class-names.ts';
import { type Expected, horizonOf, spanOf, ticksOf } from './forecast.ts';
import './time-strip.css';
import type { Tone } from './tone.ts';

export interface StripRow {
  readonly label: ComponentChildren;
  readonly key: string;
  readonly tone: Tone;
  /** reached: it is behind us · unknown: nobody can say, `why` says why not */
  readonly reach:
    | { readonly kind: 'reached' }
    | ({ readonly kind: 'forecast' } & Expected)
    | { readonly kind: 'unknown'; readonly why: string };
}

export interface StripMark {
  readonly at: string;
  readonly label: string;
}

const DAY = 86_400_000;

const pointOf = (instant: string, now: number): string => {
  const at = Date.parse(instant);
  return at - now < 2 * DAY ? formatInstant(at, now) : formatDay(at, now);
};

/** What a forecast says, in words. */
export const expectedWords = ({ p10, p50, p90 }: Expected, now: number): string => {
  if (p50 === null)
    return p10 === null ? 'not within 90 days' : `not before ${pointOf(p10, now)}, likely later than 90 days`;
  const early = p10 === null ? null : pointOf(p10, now);
  const late = p90 === null ? 'after 90 days' : pointOf(p90, now);
  const middle = pointOf(p50, now);
  if (early === late) return middle;
  return `${middle} (${early ?? '?'} – ${late})`;
};

const WHY: Readonly<Record<string, string>> = {
  'no-snapshot': 'nothing was counted yet',
  stale: 'the counts are old',
  'too-little-history': 'too little history yet',
  'no-sample': 'no balance was read yet',
};

const wordsOf = (reach: StripRow['reach'], now: number): string => {
  if (reach.kind === 'reached') return 'reached';
  if (reach.kind === 'unknown') return `not known: ${WHY[reach.why] ?? reach.why}`;
  return expectedWords(reach, now);
};

const percent = (share: number): string => `${share * 100}%`;

const Track = ({
  row,
  now,
  horizon,
}: {
  readonly row: StripRow;
  readonly now: number;
  readonly horizon: number;
}) => {
  const span = row.reach.kind === 'forecast' ? spanOf(row.reach, now, horizon) : null;
  return (
    <div class={cx('strip-track', `tone-${row.tone}`, row.reach.kind === 'reached' && 'reached')}>
      {span && (
        <span
          class={cx('strip-band', span.open && 'open')}
          style={{ left: percent(span.from), width: percent(Math.max(0.006, span.to - span.from)) }}
        />
      )}
      {span?.middle != null && <span class="strip-middle" style={{ left: percent(span.middle) }} />}
    </div>
  );
};

/**
 * When things are expected, from now to the right: the band is where 8 of 10 forecasts lie (p10 to p90), its line the
 * middle. The words beside say the same.
 */
export const TimeStrip = ({
  label,
  rows,
  marks = [],
}: {
  readonly label: string;
  readonly rows: readonly StripRow[];
  readonly marks?: readonly StripMark[];
}) => {
  const now = useNow(60_000);
  const expected = rows.flatMap(({ reach }) => (reach.kind === 'forecast' ? [reach] : []));
  const horizon = horizonOf(
    now,
    expected,
    marks.map(({ at }) => at),
  );
  const places = marks.map(({ at }) => (Date.parse(at) - now) / horizon);
  // Without anything to place on it, an axis says nothing.
  if (places.length === 0 && expected.every(({ p10, p50 }) => p10 === null && p50 === null))
    return (
      <ul class="strip-flat" aria-label={label}>
        {rows.map((row) => (
          <li key={row.key}>
            <span class="strip-label">{row.label}</span>{' '}
            <span class={cx('strip-words', row.reach.kind === 'reached' && `tone-${row.tone} strip-reached`)}>
              {wordsOf(row.reach, now)}
            </span>
          </li>
        ))}
      </ul>
    );
  const ticks = ticksOf(horizon).filter((at) =>
    places.every((place) => Math.abs(place - at / horizon) > 0.09),
  );
  return (
    <div class="strip">
      <ul class="strip-rows" aria-label={label}>
        {rows.map((row) => (
          <li key={row.key} class="strip-row">
            <span class="strip-label">{row.label}</span>
            <Track row={row} now={now} horizon={horizon} />
            <span class={cx('strip-words', row.reach.kind === 'reached' && `tone-${row.tone} strip-reached`)}>
              {wordsOf(row.reach, now)}
            </span>
          </li>
        ))}
      </ul>
      <div class="strip-axis" aria-hidden="true">
        <span class="strip-tick first">now</span>
        {ticks.map((at) => (
          <span
            key={at}
            class={cx('strip-tick', at / horizon > 0.88 && 'last')}
            style={{ left: percent(at / horizon) }}
          >
            {at < 2 * DAY ? `+${formatSpan(at)}` : formatDay(now + at, now)}
          </span>
        ))}
      </div>
      {marks.map(({ at, label: name }) => {
        const place = (Date.parse(at) - now) / horizon;
        return place < 0 || place > 1 ? null : (
          <div key={name} class="strip-marks">
            <span
              class={cx('strip-mark', place > 0.6 && 'late')}
              style={{ left: percent(place) }}
              title={formatExact(Date.parse(at))}
            >
              <span>
                {name} {formatDay(Date.parse(at), now)}
              </span>
            </span>
          </div>
        );
      })}
    </div>
  );
};
