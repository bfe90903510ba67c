import * as z from 'zod';

/*
 * What `POST /v1/feeds/{feed}/replay/plan` answers, for people and programs; `POST /v1/feeds/{feed}/replay` answers with
 * the job that it began (`replayJob` in shared/report/setup-shape.ts). The sentences are those of `claywatch replay`.
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });

const meter = z.strictObject({
  needed: z.number().min(0).nullable().meta({ description: 'Null: callbacks do not say what rows cost.' }),
  left: z.number().nullable().meta({ description: 'Null: the balance was never read.' }),
});

export const replayPlanResponse = z.strictObject({
  at: instant,
  feed: z.string(),
  source: z.enum(['uncalled', 'dead-letters', 'held']),
  verdict: z.enum(['ok', 'split', 'refuse', 'nothing']).meta({
    description: 'split: only a part of it fits. nothing: there is nothing to send again.',
  }),
  rows: z.int().min(0).meta({ description: 'Rows that it would send; said again as `confirm` to begin.' }),
  left_out: z.int().min(0),
  batches: z.int().min(0),
  seconds: z
    .int()
    .min(0)
    .nullable()
    .meta({ description: 'Until the last one is sent; null: nothing is sent.' }),
  room: z.int().min(0).nullable().meta({ description: 'Rows that the pool still takes; null: no limit.' }),
  credits: meter.nullable(),
  actions: meter.nullable(),
  reasons: z.array(z.string()).meta({ description: 'Why it is refused or split.' }),
  cautions: z.array(z.string()).meta({ description: 'What a person should know before it begins.' }),
});

export type ReplayPlanResponse = z.output<typeof replayPlanResponse>;
