import * as z from 'zod/mini';
import { isoInstant } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SignInLimit } from '../../shared/session/limit.ts';
import type { SessionResponse, SignInOptions } from '../../shared/session/session-shape.ts';
import { type Role, sessionName } from '../../shared/session/token.ts';
import { type AccessOf, type createSecretCheck, denial } from '../http/access.ts';
import { type HttpAnswer, json, problem } from '../http/answer.ts';
import { isLocal, isOwnPage, type PageEvent } from '../http/csrf.ts';
import { readBody } from '../http/request.ts';
import { cookie, type Made, type Sessions } from '../http/session.ts';
import { sourceOf } from './source.ts';

export interface SessionDependencies {
  readonly access: AccessOf;
  readonly secretCheck: ReturnType<typeof createSecretCheck>;
  readonly sessions: Sessions;
  readonly limit: SignInLimit;
  /** Whether an identity provider can be signed in with. */
  readonly hasProvider: boolean;
  /** Consoles of other installations, as the configuration names them. */
  readonly others: Config['console']['others'];
  /** Told of every sign-in and every failed one; who it was is nobody's business in a log. */
  readonly onSignIn: (what: {
    readonly outcome: 'signed-in' | 'failed' | 'limited';
    readonly by: 'secret' | 'oidc';
    readonly role?: Role;
  }) => void;
  readonly onFault: (error: unknown) => void;
}

const MAX_BODY_BYTES = 8_192;

const body = z.strictObject({
  secret: z.string().check(z.minLength(1), z.maxLength(4_096)),
  name: z.string().check(z.minLength(1), z.maxLength(200)),
});

const NOT_SET_UP =
  'Nobody can sign in: the configuration names no console.sessionSecret, or the key is shorter than 32 characters.';

const EMPTY = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** `GET /console/session`: who is signed in. */
export const answerWhoIsIn = async (
  { access, hasProvider, others }: SessionDependencies,
  event: PageEvent,
): Promise<HttpAnswer> => {
  const local = isLocal(event);
  const found = await access(event);
  if (found.kind === 'unavailable') return denial(found);
  if (found.kind !== 'granted' || found.until === undefined) {
    const options: SignInOptions = { oidc: hasProvider, local };
    return problem('request.unauthorized', undefined, options);
  }
  const answer: SessionResponse = {
    ...{ role: found.role, name: found.name ?? '', local },
    until: isoInstant(found.until),
    others: others.map(({ name, url }) => ({ name, url })),
  };
  return json(200, answer);
};

type Asked = z.output<typeof body> | { readonly answer: HttpAnswer };

const readSignIn = (event: PageEvent): Asked => {
  const read = readBody(event, MAX_BODY_BYTES);
  if (read.kind === 'too-large') return { answer: problem('request.too-large') };
  if (read.kind === 'unsupported') return { answer: problem('request.unsupported') };
  let given: unknown;
  try {
    given = JSON.parse(read.text);
  } catch {
    return { answer: problem('request.malformed', 'The body is not JSON.') };
  }
  const asked = body.safeParse(given);
  if (!asked.success || sessionName(asked.data.name) === '')
    return { answer: problem('request.malformed', 'The body is {"secret": "…", "name": "…"}.') };
  return asked.data;
};

/** Too many tries have failed. */
export const limited = (retryAfterSeconds: number): HttpAnswer => {
  const minutes = Math.ceil(retryAfterSeconds / 60);
  const answer = problem(
    'request.limited',
    `Too many sign-ins failed. Try again in ${minutes} minute${minutes === 1 ? '' : 's'}; the command line and sessions that there are go on.`,
  );
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterSeconds) } };
};

/** The cookie of a session that was made, or why there is none. */
export const sessionCookie = (
  event: PageEvent,
  made: Made,
  sessionHours: number,
): { readonly cookie: string } | { readonly answer: HttpAnswer } => {
  if (made.kind === 'made')
    return { cookie: cookie(event, { value: made.token, maxAge: sessionHours * 3_600 }) };
  return {
    answer: made.kind === 'unavailable' ? problem('overloaded') : problem('request.not-found', NOT_SET_UP),
  };
};

/** `POST /console/session`: a secret for a session. What cannot be decided does not count as a failure of whoever asks. */
export const signIn = async (
  deps: SessionDependencies & { readonly sessionHours: number },
  event: PageEvent,
): Promise<HttpAnswer> => {
  const { sessions, limit, secretCheck, onSignIn, onFault } = deps;
  if (!isOwnPage(event)) return denial({ kind: 'cross-site' });
  if (!sessions.isConfigured) return problem('request.not-found', NOT_SET_UP);
  const asked = readSignIn(event);
  if ('answer' in asked) return asked.answer;
  const admission = await limit.admit(await sessions.pseudonymOf(sourceOf(event)));
  if (admission.kind === 'limited') {
    onSignIn({ outcome: 'limited', by: 'secret' });
    return limited(admission.retryAfterSeconds);
  }
  const secret = asked.secret.trim();
  const found = await secretCheck(secret);
  // Who was right is let in although it cannot be written down.
  await admission.settle(found.kind === 'refused' ? 'failed' : 'not-failed').catch(onFault);
  if (found.kind !== 'granted') {
    if (found.kind === 'refused') onSignIn({ outcome: 'failed', by: 'secret' });
    return denial(found);
  }
  const made = await sessions.madeWith(secret, { role: found.role, name: asked.name });
  const result = sessionCookie(event, made, deps.sessionHours);
  if ('answer' in result) return result.answer;
  onSignIn({ outcome: 'signed-in', by: 'secret', role: found.role });
  return { statusCode: 204, headers: EMPTY, body: '', cookies: [result.cookie] };
};

/** `POST /console/session/end`: takes the cookie away. */
export const signOut = (event: PageEvent): HttpAnswer =>
  isOwnPage(event)
    ? { statusCode: 204, headers: EMPTY, body: '', cookies: [cookie(event, { value: '', maxAge: 0 })] }
    : denial({ kind: 'cross-site' });
