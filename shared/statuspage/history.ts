import { isoInstant } from '../clock.ts';
import type { ComponentStatus } from './component-status.ts';
import { joined, lengthMs, overlapMs, type Span, without } from './spans.ts';
import { isOutage, worst } from './state.ts';
import type { PublicDay, PublicHistory } from './statuspage-shape.ts';
import type { Trouble } from './trouble.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
export const HISTORY_DAYS = 90;
/** An uptime of less time than this says nothing. */
const UPTIME_FROM_MS = DAY;

/** What is known of a component over time. Trouble within planned work that covers it is left out already. */
export interface Known {
  readonly troubles: readonly Trouble[];
  readonly work: readonly Span[];
  /** Since when everything is known, epoch ms; null: never. */
  readonly since: number | null;
  /** When nobody looked. */
  readonly gaps: readonly Span[];
  /** Whether an uptime may be told. */
  readonly isCounted: boolean;
}

const startOfDay = (at: number): number => Math.floor(at / DAY) * DAY;

/** The days of the history, oldest first; today as far as it has come. */
const daysUntil = (now: number): readonly Span[] => {
  const today = startOfDay(now);
  return Array.from({ length: HISTORY_DAYS }, (_, index) => {
    const from = today - (HISTORY_DAYS - 1 - index) * DAY;
    return { from, to: Math.min(from + DAY, now) };
  });
};

const minutes = (ms: number): number => (ms === 0 ? 0 : Math.max(1, Math.round(ms / MINUTE)));

interface Layers {
  readonly byStatus: ReadonlyMap<ComponentStatus, readonly Span[]>;
  readonly outage: readonly Span[];
  readonly degraded: readonly Span[];
  readonly work: readonly Span[];
  readonly watched: readonly Span[];
}

const spansOf = (troubles: readonly Trouble[], fits: (status: ComponentStatus) => boolean): readonly Span[] =>
  joined(troubles.filter(({ status }) => fits(status)));

const layersOf = ({ troubles, work, since, gaps }: Known, now: number): Layers => {
  const outage = spansOf(troubles, isOutage);
  const degraded = without(
    spansOf(troubles, (status) => status === 'degraded_performance'),
    outage,
  );
  return {
    byStatus: new Map(
      (['degraded_performance', 'partial_outage', 'major_outage'] as const).map((status) => [
        status,
        spansOf(troubles, (one) => one === status),
      ]),
    ),
    outage,
    degraded,
    work: joined(work),
    watched: since === null ? [] : without([{ from: since, to: now }], gaps),
  };
};

const statusOfDay = ({ byStatus, work, watched }: Layers, day: Span): ComponentStatus | null => {
  const hit = [...byStatus].flatMap(([status, spans]) => (overlapMs(spans, day) > 0 ? [status] : []));
  if (hit.length > 0) return worst(hit);
  if (overlapMs(work, day) > 0) return 'under_maintenance';
  // What nobody looked at for most of a day was not seen to be good.
  return overlapMs(watched, day) * 2 > day.to - day.from ? 'operational' : null;
};

const dayOf = (layers: Layers, day: Span): PublicDay => ({
  date: isoInstant(day.from).slice(0, 10),
  status: statusOfDay(layers, day),
  outage_minutes: minutes(overlapMs(layers.outage, day)),
  degraded_minutes: minutes(overlapMs(layers.degraded, day)),
  maintenance_minutes: minutes(overlapMs(layers.work, day)),
});

/** Rounded down, so that nothing but a time without any outage is 100. */
const percent = (part: number, whole: number): number => Math.floor((part / whole) * 10_000) / 100;

const uptimeOf = (layers: Layers, { isCounted, since }: Known, now: number) => {
  const none = { uptime_percent: null, uptime_since: null };
  if (!isCounted || since === null) return none;
  const from = Math.max(since, startOfDay(now) - (HISTORY_DAYS - 1) * DAY);
  const counted = without(
    layers.watched.map((span) => ({ from: Math.max(span.from, from), to: span.to })),
    layers.work,
  );
  const whole = lengthMs(counted);
  if (whole < UPTIME_FROM_MS) return none;
  return {
    uptime_percent: percent(lengthMs(without(counted, layers.outage)), whole),
    uptime_since: isoInstant(from),
  };
};

/** The last 90 days of a component, each by its worst, and its uptime as far as that was counted. */
export const historyOf = (known: Known, now: number): PublicHistory => {
  const layers = layersOf(known, now);
  return {
    days: daysUntil(now).map((day) => dayOf(layers, day)),
    ...uptimeOf(layers, known, now),
  };
};
