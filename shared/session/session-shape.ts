import * as z from 'zod';

/*
 * What the routes of sessions take and answer. Handlers are typed by it, tests validate with it, and the API document is
 * generated from it; it is not loaded where requests are answered.
 */

export const signInBody = z.strictObject({
  secret: z.string().min(1).max(4_096).meta({
    description:
      'The respond secret, or the one that may only look. Exchanged for a session, and kept nowhere.',
  }),
  name: z.string().min(1).max(200).meta({
    description: 'What somebody calls themselves, as it will stand beside what they do. Proves nothing.',
  }),
});

export const sessionResponse = z.strictObject({
  role: z.enum(['responder', 'reader']).meta({ description: 'responder: may act. reader: may look.' }),
  name: z.string(),
  until: z.iso.datetime({ precision: 0 }).meta({ description: 'When the session ends.' }),
  local: z.boolean().meta({ description: 'Served by the local runtime.' }),
  others: z
    .array(z.strictObject({ name: z.string(), url: z.string() }))
    .meta({ description: 'Consoles of other installations, e.g. of other Clay workspaces.' }),
});

/** Beside the 401 of whoever has no session. */
export const signInOptions = z.object({
  oidc: z.boolean().meta({ description: 'Whether an identity provider can be signed in with.' }),
  local: z.boolean(),
});

export type SignInBody = z.output<typeof signInBody>;
export type SessionResponse = z.output<typeof sessionResponse>;
export type SignInOptions = z.output<typeof signInOptions>;
