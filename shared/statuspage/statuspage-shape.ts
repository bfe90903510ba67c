import * as z from 'zod';
import { COMPONENT_STATUSES } from './component-status.ts';

/*
 * What `GET /status.json` answers: the names and words of Atlassian Statuspage's summary.json, so that tools which read
 * such pages read this one; `past_incidents`, `history` and `checked_at` stand beside them. Handlers are typed by it and
 * tests validate with it; it is not loaded where requests are answered.
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });
const componentStatus = z.enum(COMPONENT_STATUSES).meta({
  description: 'From good to bad. unknown: it is not being watched at the moment.',
});
const impact = z.enum(['none', 'minor', 'major', 'critical', 'maintenance']);

const day = z.strictObject({
  date: z.iso.date().meta({ description: 'A day in UTC.' }),
  status: componentStatus.nullable().meta({
    description: 'The worst of the day; null: nobody watched, or what was seen is not kept any more.',
  }),
  outage_minutes: z.int().min(0).meta({ description: 'Partial and major outages together.' }),
  degraded_minutes: z.int().min(0),
  maintenance_minutes: z.int().min(0),
});

const history = z.strictObject({
  days: z.array(day).meta({ description: 'Oldest first; the last one is today.' }),
  uptime_percent: z.number().min(0).max(100).nullable().meta({
    description:
      'Share of the watched time without an outage, maintenance left out, rounded down; null: not counted.',
  }),
  uptime_since: instant.nullable().meta({ description: 'Since when it is counted.' }),
});

const component = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  status: componentStatus,
  position: z.int().min(1),
  group: z.literal(false),
  group_id: z.null(),
  showcase: z.literal(true),
  only_show_if_degraded: z.literal(false),
  page_id: z.string(),
  since: instant.nullable().meta({ description: 'Since when it is not operational, where that is known.' }),
  history,
});

const componentReference = z.strictObject({ id: z.string(), name: z.string() });

const update = z.strictObject({
  id: z.string(),
  status: z.enum(['investigating', 'identified', 'monitoring', 'resolved']),
  body: z.string().meta({ description: 'What a person has confirmed for the public, or that it is over.' }),
  incident_id: z.string(),
  created_at: instant,
  updated_at: instant,
  display_at: instant,
});

const incident = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(['investigating', 'identified', 'monitoring', 'resolved']),
  impact,
  started_at: instant,
  created_at: instant,
  updated_at: instant,
  resolved_at: instant.nullable(),
  monitoring_at: instant.nullable(),
  shortlink: z.string().nullable(),
  page_id: z.string(),
  incident_updates: z.array(update).meta({ description: 'Newest first.' }),
  components: z.array(componentReference),
});

const maintenance = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(['scheduled', 'in_progress']),
  impact: z.literal('maintenance'),
  scheduled_for: instant,
  scheduled_until: instant,
  created_at: instant,
  updated_at: instant,
  shortlink: z.string().nullable(),
  page_id: z.string(),
  components: z.array(componentReference),
});

export const statusPageDocument = z.strictObject({
  page: z.strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    url: z.string().nullable(),
    time_zone: z.literal('Etc/UTC'),
    updated_at: instant.meta({ description: 'When what is shown last changed.' }),
  }),
  status: z.strictObject({ indicator: impact, description: z.string() }),
  checked_at: instant
    .nullable()
    .meta({ description: 'When the pipeline was last looked at; null: it never was.' }),
  unconfirmed: z.boolean().meta({
    description: 'Whether a component has trouble that nobody has confirmed in words yet.',
  }),
  components: z.array(component),
  incidents: z.array(incident).meta({ description: 'Those that are not over, newest first.' }),
  scheduled_maintenances: z
    .array(maintenance)
    .meta({ description: 'Those that are not over, soonest first.' }),
  past_incidents: z
    .array(incident)
    .meta({ description: 'Those of the last 90 days that are over, newest first.' }),
});

export type StatusPageDocument = z.output<typeof statusPageDocument>;
export type PublicComponent = z.output<typeof component>;
export type PublicDay = z.output<typeof day>;
export type PublicHistory = z.output<typeof history>;
export type PublicIncident = z.output<typeof incident>;
export type PublicUpdate = z.output<typeof update>;
export type PublicMaintenance = z.output<typeof maintenance>;
export type PublicImpact = z.output<typeof impact>;
