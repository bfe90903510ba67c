import * as z from 'zod/mini';
import type { Asked } from '../../shared/report/range.ts';

/*
 * What may be asked of reports. The API document is generated from these schemas.
 */

const whole = (least: number, most: number) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,5}$/, `a whole number of ${least} to ${most}`)),
    z.pipe(
      z.transform((text: string) => Number(text)),
      z.int().check(z.minimum(least), z.maximum(most)),
    ),
  );

export const HOURS = 24;
export const DAYS = 35;
export const ENTRIES = 200;
const DEFAULT_HOURS = 24;
const DEFAULT_ENTRIES = 50;

export const seriesQuery = z.strictObject({
  hours: z.optional(whole(1, HOURS)),
  days: z.optional(whole(1, DAYS)),
});
export const auditQuery = z.strictObject({
  limit: z.optional(whole(1, ENTRIES)),
  before: z.optional(z.iso.datetime({ offset: true })),
});
export const silencesQuery = z.strictObject({
  all: z.optional(z.enum(['true', 'false', '1', '0', ''])),
});
const noQuery = z.strictObject({});

export type Read<T> = { readonly asked: T } | { readonly wrong: string };

/** Reads a query; nothing of what was sent is repeated but the names of known parameters. */
const readWith = <S extends z.ZodMiniType, T>(
  schema: S,
  query: string | undefined,
  known: string,
  make: (given: z.output<S>) => T,
): Read<T> => {
  const params = new URLSearchParams(query);
  const isRepeated = params.size !== new Set(params.keys()).size;
  const read = schema.safeParse(Object.fromEntries(params));
  return read.success && !isRepeated ? { asked: make(read.data) } : { wrong: known };
};

export const readSeries = (query: string | undefined): Read<Asked> => {
  const known = `Ask with one of hours (1 to ${HOURS}) and days (1 to ${DAYS}).`;
  const read = readWith(seriesQuery, query, known, (given) => given);
  if ('wrong' in read) return read;
  const { hours, days } = read.asked;
  if (hours !== undefined && days !== undefined) return { wrong: known };
  return { asked: days === undefined ? { hours: hours ?? DEFAULT_HOURS } : { days } };
};

export const readAudit = (
  query: string | undefined,
): Read<{ readonly limit: number; readonly before?: number }> =>
  readWith(
    auditQuery,
    query,
    `Ask with limit (1 to ${ENTRIES}) and before (a time, ISO 8601).`,
    ({ limit = DEFAULT_ENTRIES, before }) => ({
      limit,
      ...(before !== undefined && { before: Date.parse(before) }),
    }),
  );

export const readSilences = (query: string | undefined): Read<boolean> =>
  readWith(silencesQuery, query, 'Ask with all=true, or without.', ({ all }) =>
    ['true', '1', ''].includes(all ?? 'false'),
  );

export const readNothing = (query: string | undefined): Read<null> =>
  readWith(noQuery, query, 'There is nothing to ask with here.', () => null);
