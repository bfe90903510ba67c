import * as z from 'zod';
import { SEVERITIES } from '../../shared/severity.ts';

/*
 * What `GET /v1/status` answers. The handler is typed by it and the tests validate with it; it is not loaded where
 * requests are answered.
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });
const mode = z.enum(['normal', 'degraded', 'holding']).meta({
  description:
    'normal: rows go to Clay as they come. degraded: they go later than that. holding: they wait. Rows are taken and kept in every mode.',
});

const hold = z.strictObject({
  kind: z.enum(['operator', 'cause', 'breaker']).meta({
    description: 'Who holds: a person, an open incident, or the forwarder after failure upon failure.',
  }),
  cause: z.string().optional().meta({ description: 'Of an incident: its cause.' }),
  subject: z.string().optional().meta({ description: 'Of an incident: what it is about.' }),
  since: instant,
  try_at: instant.optional().meta({ description: 'Of the forwarder: when one row is tried.' }),
});

const feed = z.strictObject({
  feed: z.string(),
  mode,
  reasons: z.array(z.string()).meta({ description: 'Why the mode is not normal, in plain words.' }),
  accepting: z.literal(true),
  rows_waiting: z
    .int()
    .min(0)
    .nullable()
    .meta({ description: 'Rows taken and not yet accepted by Clay, approximately; null: not known.' }),
  oldest: z
    .strictObject({
      taken_at: instant,
      certainty: z.enum(['about', 'at-most']).meta({
        description: 'about: as the rows last looked at. at-most: not before, since nothing waited then.',
      }),
    })
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
  }),
  standbys_left: z.int().min(0),
  pace: z.enum(['full', 'trickle', 'stopped']),
  last_accepted_at: instant.nullable(),
  holds: z.array(hold),
});

export const statusResponse = z.strictObject({
  at: instant,
  mode,
  accepting: z.literal(true),
  retry_after_seconds: z
    .int()
    .min(1)
    .nullable()
    .meta({ description: 'When to ask again; null when there is nothing to wait for.' }),
  feeds: z.array(feed),
  incidents: z.array(
    z.strictObject({
      cause: z.string(),
      subject: z.string(),
      severity: z.enum(SEVERITIES),
      since: instant,
    }),
  ),
});

export type StatusResponse = z.output<typeof statusResponse>;
