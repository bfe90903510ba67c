import { createFiles } from '../../../functions/console/files.ts';
import type { ConsoleDependencies } from '../../../functions/console/handler.ts';
import { serveConsole } from '../../../functions/console/handler.ts';
import type { Provider } from '../../../functions/console/provider.ts';
import { createAccess, createSecretCheck } from '../../../functions/http/access.ts';
import type { HttpAnswer } from '../../../functions/http/answer.ts';
import type { PageEvent } from '../../../functions/http/csrf.ts';
import { createSessions } from '../../../functions/http/session.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { SecretReader } from '../../../shared/config/secret-reference.ts';
import { ClaywatchError } from '../../../shared/errors.ts';
import { createSignInLimit } from '../../../shared/session/limit.ts';
import { createMemorySignInAttempts } from '../../support/memory-sign-in-attempts.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

export const HOST = 'abcdefghij.execute-api.eu-central-1.amazonaws.com';
export const ORIGIN = `https://${HOST}`;
export const RESPONDER = 'fake-responder-secret-0123456789';
export const BEFORE = 'fake-secret-of-before-0123456789';
export const READER = 'fake-reader-secret-0123456789abc';
export const SESSION_KEY = 'fake-session-key-0123456789abcdef0123456789';

export interface Ask {
  readonly route: string;
  readonly file?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: unknown;
  readonly query?: string;
  readonly source?: string;
  readonly local?: boolean;
}

/** What API Gateway makes of a browser's request. */
export const pageEvent = ({ route, file, headers, cookies, body, query, source, local }: Ask): PageEvent => ({
  routeKey: route,
  rawQueryString: query ?? '',
  headers: { host: local ? '127.0.0.1:4401' : HOST, ...headers },
  ...(cookies && { cookies: [...cookies] }),
  ...(file !== undefined && { pathParameters: { file } }),
  ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  isBase64Encoded: false,
  requestContext: {
    apiId: local ? 'local' : 'abcdefghij',
    domainName: local ? '127.0.0.1:4401' : HOST,
    http: { method: route.split(' ')[0] ?? '', sourceIp: source ?? '203.0.113.7' },
  },
});

/** What the console's own page sends with whatever changes something. */
export const OWN_PAGE = {
  'x-claywatch-console': '1',
  origin: ORIGIN,
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
} as const;

/** A store of secrets that can be changed and broken. */
export const createSecretStore = (values: Record<string, string | readonly string[] | Error>) => {
  const all = async (reference: string) => {
    const value = values[reference.slice('env:'.length)];
    if (value instanceof Error) throw value;
    if (value === undefined) throw new ClaywatchError('secret.not-found', 'is not there', 'Put it there.');
    return typeof value === 'string' ? [value] : value;
  };
  const reader: SecretReader = {
    read: async (reference) => (await all(reference))[0] ?? '',
    readValid: async (reference) =>
      (await all(reference)).map((value, index) => ({ value, version: `version-${index}` })),
  };
  return { values, reader };
};

export const createConsoleWorld = (
  over: {
    readonly console?: Record<string, unknown>;
    readonly values?: Record<string, string | readonly string[] | Error>;
    readonly files?: string;
    readonly provider?: Provider;
  } = {},
) => {
  const config = parseConfig(
    {
      respond: {
        publicUrl: ORIGIN,
        secret: 'env:RESPONDER',
        previousSecret: 'env:BEFORE',
        readOnlySecret: 'env:READER',
      },
      console: over.console ?? { sessionSecret: 'env:SESSIONS' },
    },
    'test',
  );
  const store = createSecretStore({ RESPONDER, BEFORE, READER, SESSIONS: SESSION_KEY, ...over.values });
  const clock = createVirtualClock(Date.UTC(2026, 10, 22, 12));
  const faults: unknown[] = [];
  const signIns: unknown[] = [];
  const uses: unknown[] = [];
  const attempts = createMemorySignInAttempts();
  const onFault = (error: unknown) => faults.push(error);
  const options = {
    ...{ respond: config.respond, console: config.console, secrets: store.reader, clock, onFault },
    noteUse: async (role: string, use: unknown) => {
      uses.push([role, use]);
    },
  };
  const access = createAccess(options);
  const deps: ConsoleDependencies = {
    enabled: config.console.enabled,
    sessionHours: config.console.sessionHours,
    files: createFiles(over.files ?? '/nowhere'),
    access,
    secretCheck: createSecretCheck(options),
    sessions: createSessions(options),
    limit: createSignInLimit({ attempts, clock }),
    hasProvider: over.provider !== undefined,
    others: [{ name: 'Marketing', url: 'https://marketing.example.com/console' }],
    provider: over.provider && (async () => over.provider as Provider),
    clock,
    onSignIn: (what) => signIns.push(what),
    onFault,
  };
  const ask = (what: Ask): Promise<HttpAnswer> => serveConsole(deps, pageEvent(what));
  const signIn = (secret: string, more: Partial<Ask> = {}) =>
    ask({
      route: 'POST /console/session',
      headers: OWN_PAGE,
      body: { secret, name: 'Ada' },
      ...more,
    });
  return { config, store, clock, faults, signIns, uses, attempts, access, deps, ask, signIn };
};

/** The cookies of an answer as the next request sends them. */
export const sentBack = ({ cookies = [] }: HttpAnswer): readonly string[] =>
  cookies.map((one) => one.split(';')[0] ?? '').filter((one) => !one.endsWith('='));
