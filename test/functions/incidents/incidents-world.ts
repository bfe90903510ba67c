import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createAccess } from '../../../functions/http/access.ts';
import type { IncidentsEvent } from '../../../functions/incidents/api.ts';
import { type IncidentsDependencies, incidents } from '../../../functions/incidents/handler.ts';
import { createLinkKeys } from '../../../functions/incidents/link-keys.ts';
import type { ROUTES } from '../../../functions/incidents/routes.ts';
import { createSignedBySlack } from '../../../functions/incidents/signed-by-slack.ts';
import { createSecretReader } from '../../../shared/aws/secrets/reader.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { ConfigInput } from '../../../shared/config/schema.ts';
import type { SecretReader } from '../../../shared/config/secret-reference.ts';
import type { HttpClient } from '../../../shared/http/port.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { incidentPolicy } from '../../../shared/incident/policy.ts';
import type { IncidentStore } from '../../../shared/incident/store.ts';
import { createLinks } from '../../../shared/link/links.ts';
import { draftUpdate } from '../../../shared/notify/drafts.ts';
import { postmortemText } from '../../../shared/respond/postmortem-text.ts';
import { NOON } from '../../incident/fixtures.ts';
import { createMemoryCreditStore } from '../../support/memory-credit-store.ts';
import { createMemoryEvidenceStore } from '../../support/memory-evidence-store.ts';
import { createMemoryProofLedger } from '../../support/memory-proof.ts';
import { createMemoryRowsLedger } from '../../support/memory-rows-ledger.ts';
import { createMemoryIncidentStore } from '../../support/memory-store.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

export const RESPONDER = 'fake-responder-secret';
export const BEFORE = 'fake-responder-secret-before';
export const READER = 'fake-reader-secret';
export const LINK_KEY = 'fake-link-key-0123456789abcdef0123456789';

export type Route = (typeof ROUTES)[keyof typeof ROUTES];

export interface Ask {
  readonly route: Route;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly base64?: boolean;
}

const HOST = 'abcdefghij.execute-api.eu-central-1.amazonaws.com';

/** What API Gateway sends, in payload format 2.0, whole. */
export const eventOf = ({
  route,
  params,
  query,
  headers = {},
  body,
  base64 = false,
}: Ask): APIGatewayProxyEventV2 => {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((params?.[name] ?? '').toWellFormed()),
  );
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { accept: '*/*', host: HOST, 'x-forwarded-proto': 'https', ...headers },
    requestContext: {
      accountId: '111122223333',
      apiId: 'abcdefghij',
      domainName: HOST,
      domainPrefix: 'abcdefghij',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8' },
      requestId: 'Request-1=',
      routeKey: route,
      stage: '$default',
      time: '03/Nov/2026:12:00:00 +0000',
      timeEpoch: NOON,
    },
    ...(params && { pathParameters: { ...params } }),
    // The local gateway leaves it out, and so nothing may rest on it.
    ...(query && { queryStringParameters: { limit: 'not to be read' } }),
    ...(body === undefined ? {} : { body: base64 ? Buffer.from(body).toString('base64') : body }),
    isBase64Encoded: base64,
  };
};

export const createIncidentsWorld = async (
  given: readonly Incident[] = [],
  over: {
    readonly store?: Partial<IncidentStore>;
    /** `respond`. */
    readonly config?: Record<string, unknown>;
    readonly slack?: ConfigInput['notify'];
    readonly env?: Readonly<Record<string, string>>;
    readonly secrets?: SecretReader;
    readonly http?: HttpClient;
    readonly timeZone?: string;
  } = {},
) => {
  const env = { RESPONDER, BEFORE, READER, LINK_KEY, ...over.env };
  const config = parseConfig(
    {
      ...(over.slack && { notify: over.slack }),
      respond: over.config ?? {
        secret: 'env:RESPONDER',
        previousSecret: 'env:BEFORE',
        readOnlySecret: 'env:READER',
        linkSecret: 'env:LINK_KEY',
      },
    },
    'test',
  );
  const memory = createMemoryIncidentStore();
  for (const incident of given) await memory.write({ ...incident, version: 1 }, null);
  const store = { ...memory, ...over.store };
  const clock = createVirtualClock(NOON);
  const secrets = over.secrets ?? createSecretReader({ env, clock });
  const proof = createMemoryProofLedger();
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const { linkSecret } = config.respond;
  const deps: IncidentsDependencies = {
    store,
    policy: incidentPolicy(config),
    clock,
    access: createAccess({ respond: config.respond, console: config.console, secrets, clock, onFault }),
    keys: createLinkKeys({ reference: linkSecret, secrets, clock }),
    timeZone: over.timeZone ?? 'UTC',
    proof,
    draftFor: async (incident, audience) => draftUpdate(incident, audience, config, clock.now()).text,
    postmortem: (incident, format) =>
      postmortemText(
        incident,
        format,
        {
          incidents: store,
          proof,
          evidence: createMemoryEvidenceStore(),
          rows: createMemoryRowsLedger({ clock, retainDays: 35 }),
          credits: createMemoryCreditStore(),
        },
        { config, now: clock.now() },
      ),
    signedBySlack: createSignedBySlack({ channels: config.notify.slack, secrets, clock, onFault }),
    http: over.http ?? (() => Promise.reject(new Error('nothing is to be sent'))),
    onFault,
  };
  const links = createLinks({ key: LINK_KEY, publicUrl: 'https://claywatch.example.com', hours: 72, clock });
  return {
    store: memory,
    proof,
    clock,
    faults,
    links,
    ask: (ask: Ask) => incidents(deps, eventOf(ask)),
    /** The event as it is given. */
    raw: (event: IncidentsEvent) => incidents(deps, event),
    /** The same, for the API: with a responder's secret, the body read. */
    api: async (ask: Ask) => {
      const answer = await incidents(
        deps,
        eventOf({ ...ask, headers: { authorization: `Bearer ${RESPONDER}`, ...ask.headers } }),
      );
      return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) };
    },
  };
};
