import * as z from 'zod';
import { incidentBrief } from '../respond/incident-shape.ts';

/*
 * What `GET /v1/overview` answers: the whole of an installation at a glance. The handler is typed by it, the tests
 * validate with it, the API document is generated from it and the console reads it; it is not loaded where requests are
 * answered.
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });

/** How a part of the pipeline does. */
export const STAGE_STATES = ['working', 'slow', 'held', 'broken', 'unknown'] as const;

/** In the order in which a row passes them. */
export const STAGES = ['sender', 'relay', 'queue', 'webhook', 'table', 'callback'] as const;

const stage = z.strictObject({
  stage: z.enum(STAGES),
  label: z.string().meta({ description: 'What it is here, e.g. the name of the webhook or the table.' }),
  state: z.enum(STAGE_STATES).meta({
    description:
      'working: seen working. slow: later than usual. held: rows wait here. broken: an open incident is about it. unknown: nothing was seen lately.',
  }),
  detail: z.string().meta({ description: 'Why, in a few plain words; empty when there is nothing to say.' }),
  rows_per_minute: z
    .number()
    .min(0)
    .nullable()
    .meta({ description: 'Rows that passed it, a minute of the window; null: not known.' }),
  rows_waiting: z.int().min(0).nullable().meta({ description: 'Rows that wait in it; null: none can.' }),
  incident: z.string().nullable().meta({ description: 'The id of the open incident that marks it.' }),
});

const feed = z.strictObject({
  feed: z.string(),
  description: z.string().nullable(),
  flow: z.enum(['flowing', 'degraded', 'stopped', 'idle', 'unknown']),
  sentence: z.string(),
  window_minutes: z.int().min(1),
  stages: z.array(stage).meta({
    description: 'In the order in which a row passes them; without a relay: without it and its queue.',
  }),
});

export const overviewResponse = z.strictObject({
  at: instant,
  installation: z.string(),
  flow: z.enum(['flowing', 'degraded', 'stopped', 'idle', 'unknown']).meta({
    description:
      'flowing: rows go through. degraded: some do, or later. stopped: rows wait or are lost. idle: there are none. unknown: the watch does not run, or nothing was seen.',
  }),
  sentence: z.string().meta({ description: 'Whether leads are flowing, in one sentence.' }),
  watch: z.strictObject({
    last_run_at: instant.nullable(),
    stale: z.boolean().meta({ description: 'It has not run for as long as is a fault of its own.' }),
  }),
  feeds: z.array(feed),
  incidents: z.array(incidentBrief).meta({
    description: 'Open ones that are not the effect of another, most urgent first; at most 100. Drills too.',
  }),
  incidents_more: z.int().min(0).meta({ description: 'Those that are not listed.' }),
  effects: z.int().min(0).meta({ description: 'Open ones that another one explains.' }),
  ahead: z
    .array(
      z.strictObject({
        what: z.enum(['webhook', 'table', 'credits', 'actions']),
        feed: z.string().nullable(),
        name: z.string().nullable(),
        at: instant.nullable().meta({ description: 'As likely sooner as later; null: it is so already.' }),
      }),
    )
    .meta({ description: 'What stops rows next, soonest first.' }),
  silences: z.int().min(0).meta({ description: 'Silences in force.' }),
});

export type OverviewResponse = z.output<typeof overviewResponse>;
