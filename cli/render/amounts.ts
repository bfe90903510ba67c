const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What stands for a number that is none. */
export const NO_NUMBER = '–';

const BILLION = 1_000_000_000;

const grouped = (value: number, digits: number): string =>
  // Adding zero: there is no minus zero on a page.
  (Number(value.toFixed(digits)) + 0).toLocaleString('en-GB', { maximumFractionDigits: digits });

/** `36,214`; from a billion on `1.2 bn`. At most 12 characters, whatever the number. */
export const amount = (value: number, digits = 0): string => {
  if (!Number.isFinite(value)) return NO_NUMBER;
  const size = Math.abs(value);
  if (size < BILLION) return grouped(value, digits);
  return size < 1_000 * BILLION ? `${grouped(value / BILLION, 1)} bn` : `${value < 0 ? '<-' : '>'}999 bn`;
};

/** Credits may be fractional; the fraction matters when there are few. */
export const credits = (value: number): string => amount(value, Math.abs(value) < 100 ? 1 : 0);

/** `72 %`, `0.4 %`; neither nothing nor everything is said of what is only near it. */
export const percentage = (share: number | null): string => {
  if (share === null || !Number.isFinite(share)) return NO_NUMBER;
  const value = share * 100;
  if (value > 0 && value < 0.05) return '<0.1 %';
  if (value > 99 && value < 100) return '>99 %';
  if (Math.abs(value) > 999) return value > 0 ? '>999 %' : '<-999 %';
  return `${grouped(value, value > 0 && value < 10 ? 1 : 0)} %`;
};

interface Unit {
  readonly name: string;
  readonly ms: number;
}

const UNITS: readonly Unit[] = [
  { name: 's', ms: 1_000 },
  { name: 'min', ms: MINUTE },
  { name: 'h', ms: HOUR },
  { name: 'd', ms: DAY },
];

/** The coarsest unit in which a time is at least two. */
const unitOf = (ms: number): Unit => UNITS.findLast((unit) => ms >= 2 * unit.ms) ?? { name: 's', ms: 1_000 };

const inUnit = (ms: number, unit: Unit): string => {
  const value = Math.max(0, ms) / unit.ms;
  return amount(value, unit.ms >= HOUR && value < 10 ? 1 : 0);
};

/** `40 s`, `12 min`, `3.5 h`, `2 d`. */
export const time = (ms: number): string => {
  if (!Number.isFinite(ms)) return NO_NUMBER;
  const unit = unitOf(ms);
  return `${inUnit(ms, unit)} ${unit.name}`;
};

/** `4.5 d (1.6–7.9 d)`: the middle, and what holds it 80 times of 100; null is beyond what can be said. */
export const timeBand = (
  { early, middle, late }: Readonly<Record<'early' | 'middle' | 'late', number | null>>,
  horizonDays: number,
): string => {
  const unit = unitOf(late ?? horizonDays * DAY);
  const beyond = `>${inUnit(horizonDays * DAY, unit)}`;
  const said = (ms: number | null) => (ms === null ? beyond : inUnit(ms, unit));
  return `${said(middle)} ${unit.name} (${said(early)}–${said(late)} ${unit.name})`;
};

const seconds = (value: number): string => (value < 120 ? `${value} s` : time(value * 1_000));

/** `30–45 s`, `5 s or less`, `over 24 h`: between these a quantile lies. */
export const roundTrip = (span: { readonly from: number; readonly to: number | null } | null): string => {
  if (!span) return NO_NUMBER;
  if (span.to === null) return `over ${seconds(span.from)}`;
  if (span.from === 0) return `up to ${seconds(span.to)}`;
  const [from, to] = [seconds(span.from), seconds(span.to)];
  const [number, unit] = from.split(' ');
  return to.endsWith(` ${unit}`) ? `${number}–${to}` : `${from}–${to}`;
};

/** `2026-11-23 14:05 UTC`, to the minute. */
export const moment = (epochMs: number): string =>
  `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `1 row`, `36,214 rows`. */
export const rows = (count: number): string => (count === 1 ? '1 row' : `${amount(count)} rows`);
