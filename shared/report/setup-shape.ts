import * as z from 'zod';
import { CAUSE_IDS } from '../cause.ts';
import { SEVERITIES } from '../severity.ts';

/*
 * What `GET /v1/audit`, `GET /v1/silences`, `GET /v1/replays` and `GET /v1/preflight` answer.
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });

export const auditResponse = z.strictObject({
  at: instant,
  back_to: instant.meta({
    description:
      'How far back was looked. Of a feed only the last 50 changes are kept, of a replay its beginning, for 90 days.',
  }),
  more: z.boolean().meta({
    description: 'There may be older entries: ask again with `before` set to the time of the last.',
  }),
  entries: z
    .array(
      z.strictObject({
        at: instant,
        what: z.enum(['incident', 'feed', 'silence', 'replay', 'drill', 'secret']),
        text: z.string(),
        by: z
          .string()
          .meta({ description: '`claywatch`, or the name that somebody gave; it proves nothing.' }),
        via: z.string().nullable(),
        about: z
          .string()
          .meta({ description: 'The id of the incident, silence or replay, or the name of the feed.' }),
      }),
    )
    .meta({ description: 'Newest first: what people did, and what Claywatch did by itself.' }),
});

export const silence = z.strictObject({
  id: z.string(),
  kind: z.enum(['silence', 'maintenance']),
  from: instant,
  to: instant,
  ended_at: instant.nullable(),
  reason: z.string(),
  by: z.string(),
  state: z.enum(['upcoming', 'in-force', 'over']),
  match: z.strictObject({
    causes: z.array(z.enum(CAUSE_IDS as [string, ...string[]])).nullable(),
    subject: z.string().nullable(),
    feed: z.string().nullable(),
    at_most: z.enum(SEVERITIES).nullable(),
  }),
});

export const silencesResponse = z.strictObject({ at: instant, silences: z.array(silence) });

export const replayJob = z.strictObject({
  id: z.string(),
  feed: z.string(),
  source: z.enum(['uncalled', 'dead-letters', 'held']),
  status: z.string(),
  stopped: z.string().nullable().meta({ description: 'Why it ended before its end.' }),
  by: z.string(),
  started_at: instant,
  updated_at: instant,
  planned: z.int().min(0),
  queued: z.int().min(0),
  skipped: z.int().min(0),
});

export const replaysResponse = z.strictObject({ at: instant, replays: z.array(replayJob) });

export const preflightResponse = z.strictObject({
  at: instant,
  checks: z
    .array(
      z.strictObject({
        what: z.string(),
        result: z.enum(['ready', 'not-ready', 'unknown', 'skipped']),
        found: z.string(),
        fix: z.string(),
        at: instant.nullable().meta({ description: 'When it was last looked at.' }),
      }),
    )
    .meta({
      description: 'What the watch last saw of everything that it looks at, and what is not configured.',
    }),
});

export type AuditResponse = z.output<typeof auditResponse>;
export type SilencesResponse = z.output<typeof silencesResponse>;
export type ReplaysResponse = z.output<typeof replaysResponse>;
export type PreflightResponse = z.output<typeof preflightResponse>;
