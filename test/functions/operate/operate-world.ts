import { createAccess } from '../../../functions/http/access.ts';
import { createSessions } from '../../../functions/http/session.ts';
import { type OperateDependencies, operate } from '../../../functions/operate/api.ts';
import type { Operation } from '../../../functions/operate/request.ts';
import { ROUTES } from '../../../functions/operate/routes.ts';
import { createSecretReader } from '../../../shared/aws/secrets/reader.ts';
import type { ConfigInput } from '../../../shared/config/schema.ts';
import type { ReplayCall } from '../../../shared/replay/carry-on.ts';
import { createReplayWorld, relayConfig } from '../../replay/replay-world.ts';
import { createMemoryOperateRequests } from '../../support/memory-operate-requests.ts';
import { createMemorySilenceStore } from '../../support/memory-silence-store.ts';
import { createMemoryIncidentStore } from '../../support/memory-store.ts';
import { type Death, mortalPorts } from '../../support/mortal-ports.ts';

export const RESPONDER = 'fake-responder-secret-0123456789';
export const READER = 'fake-reader-secret-0123456789abc';
const SESSION_KEY = 'fake-session-key-0123456789abcdef0123456789';
export const HOST = 'abcdefghij.execute-api.eu-central-1.amazonaws.com';

export interface Ask {
  readonly operation: Operation;
  /** What the path names. */
  readonly name?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly key?: string;
}

/** What API Gateway sends, in payload format 2.0. */
export const eventOf = ({ operation, name = '', body, headers, cookies, key }: Ask) => {
  const route: string = ROUTES[operation];
  const [, parameter] = /\{(\w+)\}/.exec(route) ?? [];
  const path = route.slice('POST '.length).replace(/\{\w+\}/, encodeURIComponent(name.toWellFormed()));
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: '',
    headers: {
      accept: '*/*',
      host: HOST,
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
      ...headers,
    },
    ...(cookies && { cookies: [...cookies] }),
    requestContext: {
      accountId: '111122223333',
      apiId: 'abcdefghij',
      domainName: HOST,
      domainPrefix: 'abcdefghij',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8' },
      requestId: 'Request-1=',
      routeKey: route,
      stage: '$default',
      time: '03/Nov/2026:12:00:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 3, 12),
    },
    ...(parameter && { pathParameters: { [parameter]: name } }),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    isBase64Encoded: false,
  };
};

const SETTINGS: ConfigInput = {
  respond: { secret: 'env:RESPONDER', readOnlySecret: 'env:READER' },
  console: { sessionSecret: 'env:SESSIONS' },
  notify: { email: [{ address: 'ops@example.com' }] },
};

/** The function over everything in memory; `calls` are what it started. */
export const createOperateWorld = (over: ConfigInput = {}) => {
  const config = relayConfig({ ...SETTINGS, ...over });
  const world = createReplayWorld(1, config);
  const { clock, ports } = world;
  const incidents = createMemoryIncidentStore();
  const silences = createMemorySilenceStore();
  const requests = createMemoryOperateRequests({ clock });
  const calls: ReplayCall[] = [];
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const starter = { start: async (call: ReplayCall) => void calls.push(call) };
  const secrets = createSecretReader({ env: { RESPONDER, READER, SESSIONS: SESSION_KEY }, clock });
  const gate = { respond: config.respond, console: config.console, secrets, clock, onFault };
  const access = createAccess(gate);

  /** The function in a process of its own, which may die at one of its calls. */
  const processOf = (death?: Death) => {
    const all = {
      ...ports,
      ...{ starter, requests, incidents, silences },
    };
    const { ports: mortal, calls: made } = death ? mortalPorts(all, death) : { ports: all, calls: () => 0 };
    const deps: OperateDependencies = {
      ...{ config, clock, access, onFault },
      controls: mortal.controls,
      rows: mortal.rows,
      incidents: mortal.incidents,
      silences: mortal.silences,
      requests: mortal.requests,
      replays: async () => mortal,
      random: ports.random,
    };
    return {
      calls: made,
      ask: async (ask: Ask) => {
        const answer = await operate(deps, eventOf(ask));
        return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) };
      },
    };
  };
  const { ask } = processOf();
  return {
    ...world,
    ...{ incidents, silences, requests, calls, faults, processOf, ask },
    sessions: createSessions(gate),
    /** With a responder's secret, in the name of Ada. */
    act: (what: Ask) =>
      ask({
        ...what,
        headers: { authorization: `Bearer ${RESPONDER}`, 'x-claywatch-actor': 'Ada', ...what.headers },
      }),
  };
};

export type OperateWorld = ReturnType<typeof createOperateWorld>;
