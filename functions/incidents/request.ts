import * as z from 'zod';
import type { Place } from '../../shared/incident/store.ts';
import { POSTMORTEM_FORMATS } from '../../shared/respond/postmortem-format.ts';
import { SEVERITIES } from '../../shared/severity.ts';

/*
 * What may be asked of incidents. The API document is generated from these schemas.
 */

/** Larger than anything that is kept of what a person writes. */
export const MAX_BODY_BYTES = 32_768;

/** What people write is cut by the incident, never refused for its length up to here. */
const words = z.string().max(8_000);
const text = words.meta({ description: 'Plain text. Kept as one line of at most 2000 characters.' });
const by = z.string().max(200).optional().meta({
  description: 'Who acts, as others shall read it; instead of the header x-claywatch-actor. Proves nothing.',
});
const withText = z.strictObject({ by, text: text.optional() });
/** A time of opening and an id; whoever asks need not know. */
const CURSOR = /^(\d{1,15})\.(inc-\d{8}-[0-9a-f]{8})$/;
const AUDIENCES = ['responders', 'stakeholders', 'public'] as const;
const incidentId = z.string().regex(/^inc-\d{8}-[0-9a-f]{8}$/);

/** The body of every action; an empty one counts as `{}`. */
export const ACTIONS = {
  acknowledge: z.strictObject({ by }),
  unacknowledge: z.strictObject({ by }),
  mitigate: withText,
  resolve: z.strictObject({
    by,
    text: text.optional(),
    force: z.boolean().default(false).meta({ description: 'Close it although its cause is still seen.' }),
  }),
  note: z.strictObject({ by, text }),
  update: z.strictObject({
    by,
    text,
    audience: z.enum(AUDIENCES).default('responders').meta({
      description: 'For whom it is. public: it goes to status pages.',
    }),
    confirmed: z.boolean().default(false).meta({
      description: 'Must be true for the public: a person has read the words that go outside.',
    }),
  }),
  assign: z.strictObject({ by, to: z.string().min(1).max(200) }),
  severity: z.strictObject({ by, severity: z.enum(SEVERITIES), text: text.optional() }),
  merge: z.strictObject({
    by,
    into: incidentId.meta({ description: 'The incident that it shall be told as part of.' }),
  }),
  unmerge: z.strictObject({ by }),
  review: z.strictObject({ by }),
  step: z.strictObject({
    by,
    step: z.int().min(1).max(100).meta({ description: 'Its number in the runbook of the incident.' }),
    done: z.boolean().default(true).meta({ description: 'false: it was not done after all.' }),
  }),
} as const;

export type Action = keyof typeof ACTIONS;
export type ActionBody = {
  readonly [A in Action]: { readonly action: A; readonly body: z.output<(typeof ACTIONS)[A]> };
}[Action];

export const isAction = (text: string): text is Action => Object.hasOwn(ACTIONS, text);

export const listQuery = z.strictObject({
  status: z.enum(['open', 'all']).default('open').meta({ description: 'open: not resolved.' }),
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: 'Of all: opened at or after this time. Left out: within the last 30 days.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(CURSOR)
    .optional()
    .meta({ description: 'The `next` of an answer: what comes after it, by the same status and since.' }),
});

/** What comes after this incident in the list. */
export const cursorOf = ({ openedAt, id }: Place): string => `${openedAt}.${id}`;

/** The place that a cursor names; null without one. */
export const placeAt = (cursor: string | undefined): Place | null => {
  const [, openedAt = '', id = ''] = CURSOR.exec(cursor ?? '') ?? [];
  return id === '' ? null : { openedAt: Number(openedAt), id };
};

export const draftQuery = z.strictObject({
  audience: z.enum(AUDIENCES).default('responders').meta({ description: 'For whom it is written.' }),
});

export const postmortemQuery = z.strictObject({
  format: z.enum(POSTMORTEM_FORMATS).default('json').meta({ description: 'How it is written.' }),
});

/** The header that names a request, so that a repetition does nothing. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/)
  .meta({ description: 'Names the request: 1 to 255 printable ASCII characters.' });

export type ListQuery = z.output<typeof listQuery>;

/** What is wrong, by the places of the schema: nothing of what was sent is repeated. */
export const wrongPlaces = (error: z.ZodError): string => {
  const places = error.issues.map(({ path, code, message }) => {
    const place = path.length === 0 ? 'the object' : path.join('.');
    return code === 'unrecognized_keys' ? `${place} has a key that is not known` : `${place}: ${message}`;
  });
  return `${places.slice(0, 5).join('; ')}.`;
};
