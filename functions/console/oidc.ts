import * as z from 'zod/mini';
import type { Clock } from '../../shared/clock.ts';
import { sessionName } from '../../shared/session/token.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import type { PageEvent } from '../http/csrf.ts';
import { cookie, cookieIn } from '../http/session.ts';
import type { Flow, Provider } from './provider.ts';
import { type SessionDependencies, sessionCookie } from './session.ts';
import { sourceOf } from './source.ts';

export interface OidcDependencies extends SessionDependencies {
  /** Undefined: none is configured. */
  readonly provider: (() => Promise<Provider>) | undefined;
  readonly sessionHours: number;
  readonly clock: Pick<Clock, 'now'>;
}

/** Long enough to find a second factor, s. */
const FLOW_S = 600;
const COOKIE = 'claywatch-oidc';
const DOMAIN = 'oidc';
const LONGEST_QUERY = 4_096;

const flowShape = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Epoch s. */
  until: z.number(),
});

/** Said to the page, in the fragment of its address: `#sign-in=failed`. */
type Outcome = 'failed' | 'expired' | 'no-role' | 'limited' | 'unavailable';

const done = (event: PageEvent): string =>
  cookie(event, { name: COOKIE, value: '', maxAge: 0, sameSite: 'Lax' });

/** Relative, so that it is right below whatever path the endpoint has. */
const toPage = (
  event: PageEvent,
  outcome: Outcome | 'done',
  cookies: readonly string[] = [],
): HttpAnswer => ({
  statusCode: 303,
  headers: {
    location: `../../console${outcome === 'done' ? '' : `#sign-in=${outcome}`}`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  },
  body: '',
  cookies: [...cookies, done(event)],
});

/** `GET /console/oidc/start`: off to the identity provider. */
export const beginOidc = async (
  { provider, sessions, clock, onFault }: OidcDependencies,
  event: PageEvent,
): Promise<HttpAnswer> => {
  if (!provider || !sessions.isConfigured) return problem('request.not-found');
  try {
    const { url, flow } = await (await provider()).begin();
    const until = Math.ceil(clock.now() / 1_000) + FLOW_S;
    const value = await sessions.signed(DOMAIN, JSON.stringify({ ...flow, until }));
    if (value === undefined) return toPage(event, 'unavailable');
    return {
      statusCode: 303,
      headers: { location: url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
      body: '',
      // Lax: the provider's page leads back here, and a strict cookie would stay behind.
      cookies: [cookie(event, { name: COOKIE, value, maxAge: FLOW_S, sameSite: 'Lax' })],
    };
  } catch (error) {
    onFault(error);
    return toPage(event, 'unavailable');
  }
};

const flowIn = async ({ sessions, clock }: OidcDependencies, event: PageEvent): Promise<Flow | undefined> => {
  const text = await sessions.opened(DOMAIN, cookieIn(event, COOKIE) ?? '');
  const flow = text === null ? undefined : flowShape.safeParse(JSON.parse(text));
  return flow?.success && clock.now() < flow.data.until * 1_000 ? flow.data : undefined;
};

/** `GET /console/oidc/return`: back from the identity provider, in the browser that was sent there. */
export const endOidc = async (deps: OidcDependencies, event: PageEvent): Promise<HttpAnswer> => {
  const { provider, sessions, limit, onSignIn, onFault } = deps;
  if (!provider || !sessions.isConfigured) return problem('request.not-found');
  const query = event.rawQueryString ?? '';
  const flow = await flowIn(deps, event);
  if (!flow || query.length > LONGEST_QUERY) return toPage(event, 'expired');
  // Each try asks the provider: nobody is to make us ask it at will.
  const admission = await limit.admit(await sessions.pseudonymOf(sourceOf(event)));
  if (admission.kind === 'limited') {
    onSignIn({ outcome: 'limited', by: 'oidc' });
    return toPage(event, 'limited');
  }
  let named: Awaited<ReturnType<Provider['end']>>;
  try {
    named = await (await provider()).end(query, flow);
  } catch (error) {
    onFault(error);
    onSignIn({ outcome: 'failed', by: 'oidc' });
    await admission.settle('failed').catch(onFault);
    return toPage(event, 'failed');
  }
  await admission.settle('not-failed').catch(onFault);
  const { role, name } = named;
  if (role === null || sessionName(name) === '') {
    onSignIn({ outcome: 'failed', by: 'oidc' });
    return toPage(event, 'no-role');
  }
  const made = sessionCookie(event, await sessions.madeByProvider({ role, name }), deps.sessionHours);
  if ('answer' in made) return toPage(event, 'unavailable');
  onSignIn({ outcome: 'signed-in', by: 'oidc', role });
  return toPage(event, 'done', [made.cookie]);
};
