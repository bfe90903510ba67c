import type { CreditState, MeterHistory, MeterHour, MeterSample, Refill } from './state.ts';
import type { BalanceSample } from './store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One sample is kept for each slot of this length: the last one. */
export const SAMPLE_SLOT = 5 * MINUTE;
const KEEP_SAMPLES = DAY;
const KEEP_HOURS = 35 * DAY;
const MAX_REFILLS = 24;
/** Jumps closer together than this are one refill: a top-up in steps. */
const ONE_REFILL = HOUR;
/** A history this far ahead of the present was written by a clock that was wrong. */
const CLOCK_AHEAD = 15 * MINUTE;
/** The second meter is gone when it has not been read for so long: one answer without it proves nothing. */
const METER_GONE = 7 * DAY;

const slotOf = (at: number): number => Math.floor(at / SAMPLE_SLOT);
const hourOf = (at: number): number => at - (at % HOUR);

/** A rise up to this is noise of fractional numbers, no refill. */
const noise = (left: number): number => Math.max(0.01, Math.abs(left) * 1e-6);

/** Drops binary dust, so that a year of additions stays what a person would add up. */
const tidy = (value: number): number => Math.round(value * 1e6) / 1e6;

const begin = (at: number, left: number): MeterHistory => ({
  samples: [{ at, left, burnt: 0 }],
  hours: [],
  refills: [],
  totals: { since: at, firstLeft: left, burnt: 0, refilled: 0 },
});

/** A copy of what is recent of a list in order of time. */
const since = <T>(all: readonly T[], recent: (each: T) => boolean): T[] => {
  const first = all.findIndex(recent);
  return first < 0 ? [] : all.slice(first);
};

const addToHour = (hours: MeterHour[], start: number, burnt: number, observedMs: number): void => {
  const last = hours.at(-1);
  if (last?.start === start) {
    hours[hours.length - 1] = {
      start,
      burnt: tidy(last.burnt + burnt),
      observedMs: Math.min(HOUR, last.observedMs + observedMs),
    };
  } else {
    hours.push({ start, burnt: tidy(burnt), observedMs: Math.min(HOUR, observedMs) });
  }
};

/** Spreads what was burnt between two samples evenly over the hours between them. */
const addBurn = (
  hours: readonly MeterHour[],
  from: number,
  to: number,
  burnt: number,
  seen: boolean,
): readonly MeterHour[] => {
  const oldest = hourOf(to) - KEEP_HOURS;
  const kept = since(hours, ({ start }) => start >= oldest);
  const elapsed = to - from;
  if (elapsed <= 0 || (burnt === 0 && !seen)) {
    if (burnt > 0) addToHour(kept, hourOf(to), burnt, 0);
    return kept;
  }
  for (let at = Math.max(from, oldest); at < to; ) {
    const start = hourOf(at);
    const until = Math.min(to, start + HOUR);
    addToHour(kept, start, (burnt * (until - at)) / elapsed, seen ? until - at : 0);
    at = until;
  }
  return kept;
};

const addRefill = (refills: readonly Refill[], refill: Refill): readonly Refill[] => {
  const last = refills.at(-1);
  if (last && refill.at - last.at <= ONE_REFILL) {
    return refills.with(-1, { at: last.at, by: tidy(last.by + refill.by) });
  }
  const all = [...refills, refill];
  if (all.length <= MAX_REFILLS) return all;
  const smallest = all
    .slice(0, -1)
    .reduce((least, { by }, index) => (by < (all[least]?.by ?? 0) ? index : least), 0);
  return all.toSpliced(smallest, 1);
};

const addSample = (samples: readonly MeterSample[], sample: MeterSample): readonly MeterSample[] => {
  const last = samples.at(-1);
  const before = last && slotOf(last.at) === slotOf(sample.at) ? samples.slice(0, -1) : samples;
  const kept = since(before, ({ at }) => at >= sample.at - KEEP_SAMPLES);
  kept.push(sample);
  return kept;
};

/** Brings back to the present what a clock that was ahead wrote as the future; the amounts stay. */
const rewind = (meter: MeterHistory, now: number): MeterHistory => {
  const last = meter.samples.at(-1);
  if (!last || last.at <= now + CLOCK_AHEAD) return meter;
  const present = hourOf(now);
  const hours = meter.hours.filter(({ start }) => start <= present);
  for (const { start, burnt } of meter.hours) if (start > present) addToHour(hours, present, burnt, 0);
  return {
    samples: [...meter.samples.filter(({ at }) => at < now - 1), { ...last, at: now - 1 }],
    hours,
    refills: meter.refills.map((refill) => (refill.at > now ? { ...refill, at: now } : refill)),
    totals: { ...meter.totals, since: Math.min(meter.totals.since, now - 1) },
  };
};

const foldMeter = (
  known: MeterHistory | null,
  sample: { readonly at: number; readonly left: number },
  now: number,
): MeterHistory => {
  const { at } = sample;
  const said = tidy(sample.left);
  if (!known) return begin(at, said);
  const meter = rewind(known, now);
  const last = meter.samples.at(-1);
  if (!last || at <= last.at) return known;
  const change = said - last.left;
  const isRefill = change > noise(last.left);
  // Noise upwards does not move the reference, or each wobble would be counted as burn on its way down.
  const left = change > 0 && !isRefill ? last.left : said;
  const burnt = change < 0 ? tidy(-change) : 0;
  const totals = {
    ...meter.totals,
    burnt: tidy(meter.totals.burnt + burnt),
    refilled: tidy(meter.totals.refilled + (isRefill ? change : 0)),
  };
  // Between two samples with a refill in between, and while nothing is left to burn, the demand is not seen.
  const seen = !isRefill && !(last.left <= 0 && left <= 0);
  return {
    samples: addSample(meter.samples, { at, left, burnt: totals.burnt }),
    hours: addBurn(meter.hours, last.at, at, burnt, seen),
    refills: isRefill ? addRefill(meter.refills, { at, by: tidy(change) }) : meter.refills,
    totals,
  };
};

const stillThere = (actions: MeterHistory | null, now: number): MeterHistory | null =>
  actions && now - (actions.samples.at(-1)?.at ?? 0) > METER_GONE ? null : actions;

/**
 * Takes one reading of the balance into the history. Pure; gives back the same object when the reading says nothing
 * new: a duplicate, one older than the last, or no number.
 *
 * A rise begins a new segment and is a refill, never negative burn. A reading from the future of `now` counts as of
 * now; a history that lies in the future is brought back, so that one wrong clock does not blind it for good.
 * The version is left as it is.
 */
export const foldSample = (state: CreditState, sample: BalanceSample, now: number): CreditState => {
  if (!Number.isFinite(sample.credits) || !Number.isFinite(sample.at) || sample.at <= 0) return state;
  const at = Math.min(sample.at, now);
  const credits = foldMeter(state.credits, { at, left: sample.credits }, now);
  if (credits === state.credits) return state;
  const actions =
    sample.actions !== null && Number.isFinite(sample.actions)
      ? foldMeter(state.actions, { at, left: sample.actions }, now)
      : stillThere(state.actions, at);
  return { version: state.version, credits, actions, last: { at, source: sample.source } };
};
