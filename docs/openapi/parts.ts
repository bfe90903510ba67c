import * as z from 'zod';
import { idempotencyKey } from '../../functions/incidents/request.ts';

/*
 * What several operations of the API document have in common.
 */

export type Json = Readonly<Record<string, unknown>>;
type SchemaJson = Record<string, unknown> & {
  readonly properties?: Record<string, SchemaJson>;
  readonly required?: readonly string[];
};

export const ref = (id: string): Json => ({ $ref: `#/components/schemas/${id}` });
export const json = (id: string): Json => ({ 'application/json': { schema: ref(id) } });
export const answer = (description: string, id: string): Json => ({ description, content: json(id) });
export const refusal = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
});
export const page = (description: string): Json => ({
  description,
  content: { 'text/html': { schema: { type: 'string' } } },
});

export const MALFORMED = refusal('It cannot be understood; the detail says why.');
export const UNAUTHORIZED = refusal('No secret was sent, or one that is not known.');
export const NOT_CONFIGURED = refusal('It is not configured.');
export const FORBIDDEN = refusal('The secret that was sent may look, and not act.');
export const NOT_FOUND = refusal('There is no such incident.');
export const OVERLOADED = {
  ...refusal(
    'It could not be answered right now. Send it again, with the same Idempotency-Key if it had one.',
  ),
  headers: {
    'Retry-After': { description: 'Seconds after which to ask again.', schema: { type: 'integer' } },
  },
};

export const inPath = (name: string, description: string, schema: Json = { type: 'string' }): Json => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
});
export const ID = inPath('id', 'The id of the incident, e.g. inc-20261103-0a1b2c3d.');
export const TOKEN = inPath(
  'token',
  'As a message has it: signed, for one incident and one purpose, until it expires.',
);
export const ACTOR: Json = {
  name: 'x-claywatch-actor',
  in: 'header',
  required: false,
  description: 'Who acts, as others shall read it. `by` in the body comes before it. It proves nothing.',
  schema: { type: 'string', maxLength: 200 },
};

const { $schema: _, ...keySchema } = z.toJSONSchema(idempotencyKey);
export const KEY: Json = {
  name: 'idempotency-key',
  in: 'header',
  required: false,
  description:
    'Names the request: sent again with the same key it changes nothing and is answered like the first; with the key of another request of this incident it is answered with 409. Remembered with what was done.',
  schema: keySchema,
};

export const queryParameters = (schema: z.ZodType): readonly Json[] => {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as SchemaJson;
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: false,
    ...(description !== undefined && { description }),
    schema,
  }));
};

export const pathOf = (route: string): string => route.slice(route.indexOf(' ') + 1);

/** Of what is asked for again and again. */
export const TAG: Json = {
  name: 'if-none-match',
  in: 'header',
  required: false,
  description: 'The `etag` of an earlier answer: 304 without a body when it still holds.',
  schema: { type: 'string' },
};
export const UNCHANGED: Json = { description: 'It says what it said then; no body.' };
