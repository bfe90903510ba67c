import * as z from 'zod';
import { CAUSE_IDS } from '../cause.ts';
import { INCIDENT_STATUSES } from '../incident/incident.ts';
import { SEVERITIES } from '../severity.ts';

/*
 * What is answered about incidents. The handler is typed by it, the tests validate with it and the API document is
 * generated from it; it is not loaded where requests are answered.
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });
const severity = z.enum(SEVERITIES);
const actor = z.strictObject({
  name: z.string().meta({ description: 'As they gave it. It proves nothing.' }),
  via: z.enum(['api', 'cli', 'link', 'slack', 'pagerduty', 'console', 'claywatch']),
});

const brief = {
  id: z.string(),
  cause: z.enum(CAUSE_IDS as [string, ...string[]]).meta({ description: 'See docs/causes.' }),
  subject: z.string(),
  title: z.string().meta({ description: 'What the cause means, as a headline.' }),
  summary: z.string().meta({ description: 'What was seen.' }),
  status: z.enum(INCIDENT_STATUSES),
  severity,
  peak_severity: severity,
  detected_at: instant,
  opened_at: instant,
  updated_at: instant,
  mitigated_at: instant.nullable(),
  resolved_at: instant.nullable(),
  respond_by: instant,
  next_update_at: instant,
  acknowledged: z
    .strictObject({
      by: actor,
      at: instant,
      stale_at: instant.meta({ description: 'When it counts no more, unless somebody does something.' }),
    })
    .nullable(),
  assignee: z.string().nullable(),
  merged_into: z.string().nullable().meta({ description: 'Told as part of the incident with this id.' }),
  hidden_by: z
    .string()
    .nullable()
    .meta({ description: 'The cause that explains it; it is not told meanwhile.' }),
  messages_owed: z.int().min(0).meta({ description: 'Messages that not every channel has taken yet.' }),
};

export const incidentBrief = z.strictObject(brief);

export const incidentDetail = z.strictObject({
  ...brief,
  reviewed: z.strictObject({ by: actor, at: instant }).nullable(),
  reopenings: z.int().min(0),
  timeline: z.array(
    z.strictObject({
      at: instant,
      kind: z.string(),
      text: z.string(),
      by: actor.nullable(),
      audience: z.enum(['responders', 'stakeholders', 'public']).nullable(),
    }),
  ),
  evidence: z.array(
    z.strictObject({ at: instant, probe: z.string(), finding: z.string(), summary: z.string() }),
  ),
  would_change: z.array(z.string()).meta({ description: 'What would change the verdict.' }),
  steps: z.array(z.string()).meta({ description: 'What a person does now, in order.' }),
});

export const listResponse = z.strictObject({
  at: instant,
  incidents: z.array(incidentBrief).meta({ description: 'Newest first.' }),
  next: z.string().nullable().meta({ description: 'The `cursor` of what comes after; null: nothing does.' }),
});
const step = z.strictObject({
  step: z.int().min(1).meta({ description: 'Its number, for the action `step`.' }),
  do: z.string(),
  where: z.string().nullable().meta({ description: "The clicks in Clay's UI, or the place elsewhere." }),
  expect: z.string().nullable().meta({ description: 'What is seen when it worked.' }),
  done: z.strictObject({ by: actor, at: instant }).nullable(),
});

export const showResponse = z.strictObject({
  at: instant,
  incident: incidentDetail,
  runbook: z.strictObject({
    meaning: z.string(),
    impact: z.string(),
    automatic: z
      .array(z.strictObject({ action: z.string(), done_at: instant.nullable() }))
      .meta({ description: 'What Claywatch does by itself; `done_at` once it did.' }),
    steps: z.array(step).meta({ description: 'What a person does, in order.' }),
    verify: z.array(z.string()),
    afterwards: z.array(z.string()),
  }),
  path: z
    .array(
      z.strictObject({
        question: z.string(),
        answer: z.enum(['yes', 'no', 'unknown', 'not-checked']),
        because: z.string(),
        cause: z
          .string()
          .nullable()
          .meta({ description: 'What "no" names; of a question answered "yes": what it ruled out.' }),
        taken: z.boolean().meta({ description: 'The branch that leads to the cause of this incident.' }),
      }),
    )
    .meta({ description: 'The decision tree, from the network outward; empty for what no tree decides.' }),
  actions: z
    .array(
      z.strictObject({
        kind: z.enum(['hold', 'failover', 'resume', 'overruled', 'reconcile']),
        mode: z.enum(['act', 'propose']),
        feed: z.string(),
        at: instant,
        text: z.string(),
      }),
    )
    .meta({ description: 'What Claywatch did because of it, or proposes.' }),
  deliveries: z
    .array(
      z.strictObject({
        channel: z.string(),
        transition: z.string(),
        state: z.string().meta({ description: 'How far the proof of it goes.' }),
        at: instant.nullable(),
        receipt: z.string().nullable(),
        error: z.string().nullable(),
      }),
    )
    .meta({ description: 'Messages and their proof, newest first.' }),
});

/** `GET /v1/incidents/{id}/draft?audience=`: the words of an update by the second runbook's templates, to be edited. */
export const draftResponse = z.strictObject({
  at: instant,
  audience: z.enum(['responders', 'stakeholders', 'public']),
  text: z.string(),
});
export const actResponse = z.strictObject({
  outcome: z.enum(['done', 'unchanged']).meta({ description: 'unchanged: it was so already.' }),
  incident: incidentDetail,
});

/** Problem details, RFC 9457. */
export const problemResponse = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().meta({ description: 'See docs/errors.md.' }),
  detail: z.string().optional(),
});

export type IncidentBrief = z.output<typeof incidentBrief>;
export type IncidentDetail = z.output<typeof incidentDetail>;
export type ListResponse = z.output<typeof listResponse>;
export type ShowResponse = z.output<typeof showResponse>;
export type DraftResponse = z.output<typeof draftResponse>;
export type ActResponse = z.output<typeof actResponse>;
