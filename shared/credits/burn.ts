import { type CreditState, lastSample, type MeterHistory, type MeterSample } from './state.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Short and long windows in pairs, as burn-rate alerts use them: the short one says that it still goes on. */
export const BURN_WINDOW_MINUTES = [5, 30, 60, 360, 1_440, 10_080] as const;

/** A window says nothing unless at least this share of it was seen. */
const MIN_SEEN = 0.5;
/** Windows up to this length are read from the samples, longer ones from the hours. */
const SAMPLES_REACH = DAY;
const DEFAULT_STALE_MINUTES = 30;

export interface BurnWindow {
  readonly minutes: number;
  readonly burnt: number;
  /** How much of the window lies between samples. */
  readonly observedMs: number;
  /** Units per hour; null when too little of the window was seen. */
  readonly perHour: number | null;
}

/** What is usual for this hour of the week. */
export interface BurnBaseline {
  readonly perHour: number;
  /** Hours of earlier weeks that it rests on. */
  readonly hours: number;
}

export interface BurnRate {
  /** Time of the sample up to which it is known, epoch ms; null when there is none. */
  readonly asOf: number | null;
  readonly stale: boolean;
  /** In the order of `BURN_WINDOW_MINUTES`, ending at `asOf`. */
  readonly windows: readonly BurnWindow[];
  /** The best word for "now": the last hour, else the shortest longer window that is known; null when stale. */
  readonly perHour: number | null;
  /** Null until a week is known. */
  readonly baseline: BurnBaseline | null;
}

/** What had been burnt at a time between two samples, evenly between them; null outside of what was seen. */
export const burntAt = (samples: readonly MeterSample[], at: number): number | null => {
  const after = samples.findIndex((sample) => sample.at >= at);
  const to = samples[after];
  if (!to) return null;
  if (to.at === at) return to.burnt;
  const from = samples[after - 1];
  if (!from) return null;
  return from.burnt + ((to.burnt - from.burnt) * (at - from.at)) / (to.at - from.at);
};

const fromSamples = (meter: MeterHistory, from: number, to: number) => {
  const begin = Math.max(from, meter.samples[0]?.at ?? to);
  const burnt = (burntAt(meter.samples, to) ?? 0) - (burntAt(meter.samples, begin) ?? 0);
  return { burnt: Math.max(0, burnt), observedMs: Math.max(0, to - begin) };
};

const fromHours = (meter: MeterHistory, from: number) => {
  const hours = meter.hours.filter(({ start }) => start + HOUR > from);
  return {
    burnt: hours.reduce((sum, { burnt }) => sum + burnt, 0),
    observedMs: hours.reduce((sum, { observedMs }) => sum + observedMs, 0),
  };
};

/** What a meter burnt in the window that ends at `to` (epoch ms, not after the last sample). */
export const burnWindow = (meter: MeterHistory, to: number, minutes: number): BurnWindow => {
  const from = to - minutes * MINUTE;
  const { burnt, observedMs } =
    minutes * MINUTE <= SAMPLES_REACH ? fromSamples(meter, from, to) : fromHours(meter, from);
  const perHour = observedMs >= minutes * MINUTE * MIN_SEEN ? (burnt * HOUR) / observedMs : null;
  return { minutes, burnt, observedMs, perHour };
};

const hourOfWeek = (start: number): number => Math.floor((start % WEEK) / HOUR);
const apart = (one: number, other: number): number => {
  const difference = Math.abs(one - other);
  return Math.min(difference, 168 - difference);
};

/**
 * What is usual in this hour of the week: the mean of the same hour and its neighbours in earlier weeks, without the
 * highest one, so that one spike does not excuse the next. Null until a week is known.
 */
export const burnBaseline = (meter: MeterHistory, now: number): BurnBaseline | null => {
  if (now - meter.totals.since < WEEK) return null;
  const place = hourOfWeek(now);
  const earlier = meter.hours
    .filter(
      ({ start, observedMs }) =>
        start <= now - DAY && observedMs >= HOUR / 2 && apart(hourOfWeek(start), place) <= 1,
    )
    .map(({ burnt, observedMs }) => (burnt * HOUR) / observedMs)
    .sort((one, other) => one - other);
  if (earlier.length < 2) return null;
  const usual = earlier.slice(0, -1);
  return { perHour: usual.reduce((sum, rate) => sum + rate, 0) / usual.length, hours: earlier.length };
};

const NOTHING: BurnRate = { asOf: null, stale: true, windows: [], perHour: null, baseline: null };

/** How fast one meter burns. */
export const meterBurnRate = (
  meter: MeterHistory | null,
  now: number,
  staleAfterMinutes: number = DEFAULT_STALE_MINUTES,
): BurnRate => {
  const last = lastSample(meter);
  if (!meter || !last) return NOTHING;
  const stale = now - last.at > staleAfterMinutes * MINUTE;
  const windows = BURN_WINDOW_MINUTES.map((minutes) => burnWindow(meter, last.at, minutes));
  const known = windows.find(({ minutes, perHour }) => minutes >= 60 && perHour !== null);
  return {
    asOf: last.at,
    stale,
    windows,
    perHour: stale ? null : (known?.perHour ?? null),
    baseline: burnBaseline(meter, last.at),
  };
};

/** How fast both meters burn; actions are null on legacy billing. */
export const burnRate = (
  state: CreditState,
  now: number,
  staleAfterMinutes?: number,
): { readonly credits: BurnRate; readonly actions: BurnRate | null } => ({
  credits: meterBurnRate(state.credits, now, staleAfterMinutes),
  actions: state.actions && meterBurnRate(state.actions, now, staleAfterMinutes),
});
