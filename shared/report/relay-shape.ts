import * as z from 'zod';
import { SEVERITIES } from '../severity.ts';

/*
 * What `GET /v1/relay` answers: how it goes with the feeds that Claywatch relays, for people. Unlike `GET /v1/status`,
 * which is for applications, it says who did what.
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });
const mode = z.enum(['normal', 'degraded', 'holding']).meta({
  description:
    'normal: rows go to Clay as they come. degraded: they go later than that. holding: they wait. Rows are taken and kept in every mode.',
});
const who = z
  .string()
  .meta({ description: '`claywatch`, or the name that somebody gave; it proves nothing.' });

const hold = z.strictObject({
  kind: z.enum(['operator', 'cause', 'breaker']).meta({
    description: 'Who holds: a person, an open incident, or the forwarder after failure upon failure.',
  }),
  cause: z.string().nullable(),
  subject: z.string().nullable(),
  since: instant,
  why: z.string(),
  by: who,
  try_at: instant.nullable().meta({ description: 'Of the forwarder: when one row is tried.' }),
});

const poolWebhook = z.strictObject({
  webhook: z.string(),
  order: z.int().min(1).meta({ description: 'Its place in the order of preference; 1 is asked first.' }),
  table: z.string().nullable(),
  active: z.boolean(),
  standing: z
    .enum(['unproven', 'working', 'full', 'table-full', 'gone', 'unauthorized'])
    .meta({ description: 'What Clay said of it last. unproven: its first real row tells.' }),
  since: instant.nullable(),
  role: z.enum(['in-use', 'standby', 'spare', 'unusable']).meta({
    description:
      'standby: below its share, takes over next. spare: between its share and its limit, used when nothing else is left. unusable: full, gone or refusing.',
  }),
  count: z.strictObject({ low: z.number().min(0), high: z.number().min(0) }),
  limit: z.number().min(0).nullable().meta({ description: 'Null: unlimited.' }),
});

const feed = z.strictObject({
  feed: z.string(),
  mode,
  reasons: z.array(z.string()).meta({ description: 'Why the mode is not normal, in plain words.' }),
  rows_waiting: z
    .int()
    .min(0)
    .nullable()
    .meta({ description: 'Rows taken and not yet accepted by Clay, approximately; null: not known.' }),
  oldest: z
    .strictObject({ taken_at: instant, certainty: z.enum(['about', 'at-most']) })
    .nullable()
    .meta({ description: 'When the oldest row that waits was taken; null: none waits, or not known.' }),
  delay_seconds: z
    .int()
    .min(0)
    .nullable()
    .meta({ description: 'When the last row that waits now is expected to be sent; null: nobody can say.' }),
  webhook: z.strictObject({
    active: z.string().nullable(),
    since: instant.nullable(),
    verified: z.boolean().meta({ description: 'It has accepted a row.' }),
    by: who.nullable().meta({ description: 'Who chose it; null before the first row.' }),
  }),
  pool: z.array(poolWebhook).meta({ description: 'In the order of preference.' }),
  standbys_left: z.int().min(0),
  pace: z.enum(['full', 'trickle', 'stopped']),
  last_accepted_at: instant.nullable(),
  holds: z.array(hold),
  history: z
    .array(z.strictObject({ at: instant, kind: z.string(), text: z.string(), by: who }))
    .meta({ description: 'The last changes, newest first; at most 50.' }),
});

export const relayResponse = z.strictObject({
  at: instant,
  mode,
  retry_after_seconds: z
    .int()
    .min(1)
    .nullable()
    .meta({ description: 'When to ask again; null when there is nothing to wait for.' }),
  feeds: z.array(feed).meta({ description: 'Those whose rows Claywatch takes.' }),
  incidents: z
    .array(
      z.strictObject({
        cause: z.string(),
        subject: z.string(),
        severity: z.enum(SEVERITIES),
        since: instant,
      }),
    )
    .meta({ description: 'Open ones that are not the effect of another, most urgent first; at most 100.' }),
});

export type RelayResponse = z.output<typeof relayResponse>;
