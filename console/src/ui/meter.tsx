import { formatCount, formatShare } from '../format.ts';
import { cx } from './class-names.ts';
import './meter.css';
import type { Tone } from './tone.ts';

export interface MeterMark {
  readonly at: number;
  readonly label: string;
  readonly tone: Tone;
}

const percent = (part: number, of: number): string =>
  `${of > 0 ? Math.min(100, Math.max(0, (part / of) * 100)) : 0}%`;

/** Marks at the same place have one name. */
const together = (marks: readonly MeterMark[]): readonly MeterMark[] => {
  const byPlace = Map.groupBy(marks, ({ at }) => at);
  return [...byPlace.values()].flatMap((same) => {
    const last = same.at(-1);
    return last ? [{ ...last, label: same.map(({ label }) => label).join(', ') }] : [];
  });
};

/** A count on its way to a limit. */
export const Meter = ({
  label,
  value,
  uncertainTo = value,
  committed = 0,
  max,
  marks = [],
  tone,
}: {
  readonly label: string;
  readonly value: number;
  /** The true count lies between `value` and this. */
  readonly uncertainTo?: number;
  /** On its way there. */
  readonly committed?: number;
  readonly max: number;
  readonly marks?: readonly MeterMark[];
  readonly tone: Tone;
}) => {
  const unsure = uncertainTo > value ? `, at most ${formatCount(uncertainTo)}` : '';
  const onItsWay = committed > 0 ? `, and ${formatCount(committed)} on their way` : '';
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> shows neither marks nor what is not certain
    <div
      class={cx('meter', `tone-${tone}`, marks.length > 0 && 'marked')}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(value, max)}
      aria-valuetext={`${formatCount(value)} of ${formatCount(max)}, ${formatShare(max > 0 ? value / max : 0)}${unsure}${onItsWay}`}
    >
      <div class="meter-track">
        <div class="meter-committed" style={{ width: percent(uncertainTo + committed, max) }} />
        <div class="meter-unsure" style={{ width: percent(uncertainTo, max) }} />
        <div class="meter-fill" style={{ width: percent(value, max) }} />
      </div>
      {together(marks).map((mark) => (
        <div
          key={mark.label}
          class={cx('meter-mark', `tone-${mark.tone}`, mark.at / max > 0.93 && 'late')}
          style={{ left: percent(mark.at, max) }}
          title={`${mark.label}: ${formatCount(mark.at)}`}
        >
          <span aria-hidden="true">{mark.label}</span>
        </div>
      ))}
    </div>
  );
};

/** Parts beside each other, longest first: who spent how much. */
export const BarList = ({
  label,
  bars,
  format = formatCount,
}: {
  readonly label: string;
  readonly bars: readonly { readonly name: string; readonly value: number; readonly note?: string }[];
  readonly format?: (value: number) => string;
}) => {
  const most = Math.max(0, ...bars.map(({ value }) => value));
  return (
    <ul class="bar-list" aria-label={label}>
      {bars.map(({ name, value, note }) => (
        <li key={name}>
          <span class="bar-name">{name}</span>
          <span class="bar-value">
            {format(value)}
            {note !== undefined && <span class="muted"> {note}</span>}
          </span>
          <span class="bar-track" aria-hidden="true">
            <span class="bar-fill" style={{ width: percent(value, most) }} />
          </span>
        </li>
      ))}
    </ul>
  );
};
