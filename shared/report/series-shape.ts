import * as z from 'zod';

/*
 * What the time series answer: `GET /v1/feeds/{feed}/series` and `GET /v1/credits/series`. Points in which nothing
 * happened are left out of `points`; whoever draws fills them with nothing (counts) or a gap (rates).
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });
const count = z.number().min(0);
const rate = z.number().min(0).max(1).nullable();
const seconds = z.number().min(0).nullable();

export const feedSeriesResponse = z.strictObject({
  at: instant,
  feed: z.string(),
  from: instant,
  to: instant,
  step_seconds: z.int().min(1).meta({ description: '300 for ?hours=1..24; 3600 for ?days=1..35.' }),
  points: z.array(
    z.strictObject({
      at: instant.meta({ description: 'The start of the step.' }),
      submitted: count,
      called_back: count
        .nullable()
        .meta({ description: 'Null where only submissions are kept, by the hour.' }),
      hit: count.nullable(),
      missed: count.nullable(),
      failed: count.nullable(),
      hit_rate: rate,
      round_trip_p50_seconds: seconds.meta({ description: 'The upper bound of the span in which it lies.' }),
      round_trip_p95_seconds: seconds,
      credits: count,
    }),
  ),
});

const meterPoint = z.strictObject({
  at: instant,
  left: z.number().nullable(),
  burnt: count.nullable().meta({ description: 'Within the step; null: not seen.' }),
});

export const creditSeriesResponse = z.strictObject({
  at: instant,
  from: instant,
  to: instant,
  step_seconds: z.int().min(1),
  credits: z.array(meterPoint).nullable().meta({ description: 'Null before the first reading.' }),
  actions: z.array(meterPoint).nullable().meta({ description: 'Null on legacy billing, too.' }),
  refills: z.array(z.strictObject({ at: instant, by: z.number(), meter: z.enum(['credits', 'actions']) })),
});

export type FeedSeriesResponse = z.output<typeof feedSeriesResponse>;
export type CreditSeriesResponse = z.output<typeof creditSeriesResponse>;
