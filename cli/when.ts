import { ClaywatchError } from '../shared/errors.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const LENGTH = /^(?:\d{1,5}[mhd])+$/;

const wrong = (option: string, takes: string): ClaywatchError =>
  new ClaywatchError(
    'usage.invalid',
    `${option} takes ${takes}.`,
    'Run the command with --help for examples.',
  );

/** Milliseconds of `90m`, `2h`, `1d12h`. Throws `usage.invalid`. */
export const lengthOf = (text: string, option: string): number => {
  if (!LENGTH.test(text)) throw wrong(option, 'a length of time, e.g. 90m, 2h or 1d12h');
  return [...text.matchAll(/(\d+)([mhd])/g)].reduce(
    (sum, [, count = '0', unit = 'm']) => sum + Number(count) * (UNITS[unit] ?? 0),
    0,
  );
};

/** `2026-11-23T22:00Z`, `2026-11-23T22:00:00+01:00`: a time without its zone would be a guess. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** A time, as an instant or as so long from now; epoch ms. Throws `usage.invalid`. */
export const timeOf = (text: string, now: number, option: string): number => {
  if (LENGTH.test(text)) return now + lengthOf(text, option);
  const at = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw wrong(option, 'a time with its zone, e.g. 2026-11-23T22:00Z, or so long from now, e.g. 2h');
  return at;
};
