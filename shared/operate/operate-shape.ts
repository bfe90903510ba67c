import * as z from 'zod';
import { replayJob, silence } from '../report/setup-shape.ts';
import { SEVERITIES } from '../severity.ts';

/*
 * What is answered about what people do to feeds, replays, silences and drills. The handler is typed by it, the tests
 * validate with it and the API document is generated from it; it is not loaded where requests are answered.
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });
const count = z.int().min(0);

export const hold = z.strictObject({
  kind: z.enum(['operator', 'cause', 'breaker']).meta({
    description: "operator: somebody's word. cause: an incident. breaker: one failure after another.",
  }),
  since: instant,
  by: z.string(),
  text: z.string().meta({ description: 'Who or what holds it, and why, in a sentence.' }),
});

export const holdResponse = z.strictObject({
  at: instant,
  feed: z.string(),
  outcome: z.enum(['held', 'already-held', 'dry-run']),
  holds: z.array(hold).meta({ description: 'What holds the feed then.' }),
});

export const resumeResponse = z.strictObject({
  at: instant,
  feed: z.string(),
  outcome: z.enum(['released', 'nothing-released', 'dry-run']),
  released: z.array(hold),
  holds: z
    .array(hold)
    .meta({ description: 'What holds the feed then; those of incidents are released by themselves.' }),
  trickle_rows: count.meta({ description: 'So many rows go slowly first.' }),
});

export const failoverResponse = z.strictObject({
  at: instant,
  feed: z.string(),
  outcome: z
    .enum(['rotated', 'already', 'dry-run'])
    .meta({ description: 'already: it takes the rows already.' }),
  from: z.string().nullable().meta({ description: 'Where rows went; null: nowhere yet.' }),
  to: z.string(),
  count: z
    .strictObject({ low: z.number().min(0), high: z.number().min(0) })
    .nullable()
    .meta({ description: 'Rows that `to` has taken, at least and at most.' }),
  limit: count.nullable().meta({ description: 'Null: unlimited.' }),
  standbys_left: count.nullable().meta({ description: 'Standbys that are left afterwards.' }),
  cautions: z.array(z.string()).meta({ description: 'What to hear before rows go elsewhere.' }),
});

const need = z.strictObject({
  needed: z.number().min(0).nullable().meta({ description: 'Null: callbacks do not say what a row costs.' }),
  left: z.number().nullable().meta({ description: 'Null: never read.' }),
  as_of: instant.nullable(),
});

export const replayPlan = z.strictObject({
  feed: z.string(),
  source: z.enum(['uncalled', 'dead-letters', 'held']),
  verdict: z.enum(['ok', 'split', 'refuse', 'nothing']).meta({
    description: 'split: only a part of it is possible. nothing: there is nothing to send.',
  }),
  rows: count.meta({ description: 'Rows that would be sent again, or let go; `confirm` of the replay.' }),
  left_out: count.meta({ description: 'Rows that were found and do not fit.' }),
  seconds: z.number().min(0).meta({ description: 'Until the last row is sent.' }),
  rows_per_second: z.number().min(0),
  oldest_at: instant.nullable(),
  newest_at: instant.nullable(),
  room: count.nullable().meta({ description: 'Rows that webhooks and tables still take; null: unlimited.' }),
  credits: need.nullable(),
  actions: need.nullable().meta({ description: 'Null on legacy billing, too.' }),
  reasons: z.array(z.string()).meta({ description: 'Why it is refused, or possible in part only.' }),
  cautions: z.array(z.string()).meta({ description: 'What to hear before it begins.' }),
});

export const replayPlanResponse = z.strictObject({ at: instant, plan: replayPlan });

export const replayResponse = z.strictObject({
  at: instant,
  outcome: z.enum(['started', 'resumed']),
  replay: replayJob,
});

export const silenceResponse = z.strictObject({
  at: instant,
  outcome: z.enum(['made', 'dry-run']),
  silence,
  covers: z.array(z.string()).meta({ description: 'Open incidents that it is about, by id.' }),
});

export const silenceEndResponse = z.strictObject({ at: instant, outcome: z.enum(['ended']), id: z.string() });

export const drillResponse = z.strictObject({
  at: instant,
  outcome: z.enum(['started', 'dry-run']),
  severity: z.enum(SEVERITIES),
  minutes: z.int().min(1),
  told: z.array(z.string()).meta({ description: 'Who hears of it, and how.' }),
  cautions: z.array(z.string()).meta({ description: 'What would keep messages back.' }),
  incident: z.string().nullable().meta({ description: 'The id of the drill; null for a dry run.' }),
  ends_at: instant.nullable(),
});

export const drillEndResponse = z.strictObject({
  at: instant,
  outcome: z.enum(['ended']),
  incident: z.string(),
});

export type HoldResponse = z.output<typeof holdResponse>;
export type ResumeResponse = z.output<typeof resumeResponse>;
export type FailoverResponse = z.output<typeof failoverResponse>;
export type ReplayPlanResponse = z.output<typeof replayPlanResponse>;
export type ReplayResponse = z.output<typeof replayResponse>;
export type SilenceResponse = z.output<typeof silenceResponse>;
export type SilenceEndResponse = z.output<typeof silenceEndResponse>;
export type DrillResponse = z.output<typeof drillResponse>;
export type DrillEndResponse = z.output<typeof drillEndResponse>;
