import { useNow } from '../api/use-now.ts';
import { formatCountdown, formatExact, formatInstant, formatRelative } from '../format.ts';
import { cx } from './class-names.ts';

/** `3 min ago`, or `14:05`; to the second in its tip. `at` is ISO 8601. */
export const Time = ({
  at,
  as = 'relative',
}: {
  readonly at: string;
  readonly as?: 'relative' | 'instant' | 'both';
}) => {
  const now = useNow(as === 'instant' ? 60_000 : 1_000);
  const time = Date.parse(at);
  const instant = formatInstant(time, now);
  const relative = formatRelative(time, now);
  return (
    <time class="nowrap" datetime={at} title={formatExact(time)}>
      {as === 'instant' ? instant : as === 'relative' ? relative : `${instant} (${relative})`}
    </time>
  );
};

/** Down to a deadline (ISO 8601). `done`: what was due is done, so it is of no concern. */
export const Countdown = ({
  at,
  label,
  soonMs = 5 * 60_000,
}: {
  readonly at: string;
  /** What is due, e.g. `Respond`. */
  readonly label: string;
  /** From when on it is marked. */
  readonly soonMs?: number;
}) => {
  const now = useNow();
  const time = Date.parse(at);
  const left = time - now;
  const state = left < 0 ? 'late' : left <= soonMs ? 'soon' : 'later';
  return (
    <span class={cx('countdown', state)} title={`${label} by ${formatExact(time)}`}>
      <span class="countdown-label">{label}</span>{' '}
      <time datetime={at} role="timer">
        {left < 0 ? `overdue ${formatCountdown(time, now)}` : formatCountdown(time, now)}
      </time>
    </span>
  );
};
