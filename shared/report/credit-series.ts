import { isoInstant } from '../clock.ts';
import { burntAt } from '../credits/burn.ts';
import { type CreditState, lastSample, type MeterHistory, type MeterName } from '../credits/state.ts';
import { HOUR, type SeriesRange } from './range.ts';
import type { CreditSeriesResponse } from './series-shape.ts';

type Points = NonNullable<CreditSeriesResponse['credits']>;
type Refills = CreditSeriesResponse['refills'];

const rounded = (amount: number): number => Math.round(amount * 1_000) / 1_000;

/** What was burnt of a step, as far as it was seen. */
const burntIn = ({ samples }: MeterHistory, start: number, end: number): number | null => {
  const first = samples[0]?.at ?? end;
  const last = samples.at(-1)?.at ?? start;
  const from = burntAt(samples, Math.max(start, first));
  const to = burntAt(samples, Math.min(end, last));
  return from === null || to === null || first >= end || last < start
    ? null
    : rounded(Math.max(0, to - from));
};

/**
 * By the samples of a day. Steps between two samples have no reading of their own, and what was burnt between them is
 * spread evenly over them.
 */
const bySamples = (meter: MeterHistory, { from, to, stepMs }: SeriesRange): Points => {
  const stepOf = (at: number) => at - (at % stepMs);
  const left = new Map(meter.samples.map((sample) => [stepOf(sample.at), sample.left]));
  const begin = Math.max(from, stepOf(meter.samples[0]?.at ?? to));
  const end = Math.min(to, meter.samples.at(-1)?.at ?? from);
  const points: Points = [];
  for (let start = begin; start <= end; start += stepMs)
    points.push({
      at: isoInstant(start),
      left: left.get(start) ?? null,
      burnt: burntIn(meter, start, start + stepMs),
    });
  return points;
};

/** As many as are kept: beyond that some are forgotten, and nobody can go back past them. */
const MAX_REFILLS = 24;

/**
 * By the hours of five weeks. What was left at the end of an hour follows from what is left now, what was burnt since
 * and what was refilled since.
 */
const byHours = (meter: MeterHistory, { from, to }: SeriesRange): Points => {
  const isKnown = meter.refills.length < MAX_REFILLS;
  let left = lastSample(meter)?.left ?? 0;
  let refills = meter.refills.length - 1;
  const points: Points = [];
  for (const { start, burnt } of meter.hours.toReversed()) {
    for (let refill = meter.refills[refills]; refill && refill.at >= start + HOUR; ) {
      left -= refill.by;
      refills -= 1;
      refill = meter.refills[refills];
    }
    if (start >= from && start <= to)
      points.push({ at: isoInstant(start), left: isKnown ? rounded(left) : null, burnt: rounded(burnt) });
    left += burnt;
  }
  return points.reverse();
};

const pointsOf = (meter: MeterHistory | null, range: SeriesRange): Points | null => {
  if (!meter) return null;
  return range.stepMs < HOUR ? bySamples(meter, range) : byHours(meter, range);
};

const refillsOf = (name: MeterName, meter: MeterHistory | null, { from, to }: SeriesRange): Refills =>
  (meter?.refills ?? [])
    .filter(({ at }) => at >= from && at <= to)
    .map(({ at, by }) => ({ at: isoInstant(at), by: rounded(by), meter: name }));

/** Both meters, step by step. */
export const creditSeriesOf = (state: CreditState, range: SeriesRange): CreditSeriesResponse => ({
  at: isoInstant(range.to),
  from: isoInstant(range.from),
  to: isoInstant(range.to),
  step_seconds: range.stepMs / 1_000,
  credits: pointsOf(state.credits, range),
  actions: pointsOf(state.actions, range),
  refills: [
    ...refillsOf('credits', state.credits, range),
    ...refillsOf('actions', state.actions, range),
  ].toSorted((one, other) => (one.at < other.at ? -1 : 1)),
});
