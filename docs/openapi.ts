import * as z from 'zod';
import {
  ACTIONS,
  type Action,
  draftQuery,
  listQuery,
  MAX_BODY_BYTES,
  postmortemQuery,
} from '../functions/incidents/request.ts';
import { ROUTES } from '../functions/incidents/routes.ts';
import { functionsOf } from '../functions/manifest.ts';
import { statusResponse } from '../functions/respond/response.ts';
import packageJson from '../package.json' with { type: 'json' };
import { configSchema } from '../shared/config/schema.ts';
import {
  actResponse,
  draftResponse,
  incidentBrief,
  incidentDetail,
  listResponse,
  problemResponse,
  showResponse,
} from '../shared/respond/incident-shape.ts';

import { OPERATE_REQUESTS, OPERATE_RESPONSES, operatePaths } from './openapi/operate.ts';
import {
  ACTOR,
  answer,
  FORBIDDEN,
  ID,
  type Json,
  json,
  KEY,
  MALFORMED,
  NOT_CONFIGURED,
  NOT_FOUND,
  OVERLOADED,
  page,
  pathOf,
  queryParameters,
  refusal,
  TAG,
  TOKEN,
  UNAUTHORIZED,
  UNCHANGED,
} from './openapi/parts.ts';
import { REPORT_RESPONSES, reportPaths } from './openapi/report.ts';

/*
 * The API document, OpenAPI 3.1, made from the schemas that requests are read with and answers are tested against.
 */

const responses = z.registry<{ readonly id: string }>();
responses.add(problemResponse, { id: 'Problem' });
responses.add(incidentBrief, { id: 'IncidentBrief' });
responses.add(incidentDetail, { id: 'Incident' });
responses.add(listResponse, { id: 'IncidentList' });
responses.add(showResponse, { id: 'IncidentShown' });
responses.add(actResponse, { id: 'IncidentActedOn' });
responses.add(draftResponse, { id: 'IncidentDraft' });
responses.add(statusResponse, { id: 'Status' });
for (const [id, schema] of Object.entries({ ...REPORT_RESPONSES, ...OPERATE_RESPONSES }))
  responses.add(schema, { id });

const requests = z.registry<{ readonly id: string }>();
const bodyName = (action: Action): string => `${action.charAt(0).toUpperCase()}${action.slice(1)}`;
for (const [action, schema] of Object.entries(ACTIONS))
  requests.add(schema, { id: bodyName(action as Action) });
for (const [id, schema] of Object.entries(OPERATE_REQUESTS)) requests.add(schema, { id });

/** A time is said by its format; the expression for it says nothing more. */
const withoutTimePatterns = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutTimePatterns);
  if (typeof value !== 'object' || value === null) return value;
  const isTime = 'format' in value && value.format === 'date-time';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !(isTime && name === 'pattern'))
      .map(([name, member]) => [name, withoutTimePatterns(member)]),
  );
};

/** Answers may have more members one day; a request with an unknown one is refused. */
const openedUp = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(openedUp);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => !(name === 'additionalProperties' && member === false))
      .map(([name, member]) => [name, openedUp(member)]),
  );
};

const schemasOf = (registry: typeof responses, io: 'input' | 'output'): Record<string, unknown> => {
  const uri = (id: string) => `#/components/schemas/${id}`;
  const { schemas } = z.toJSONSchema(registry, { uri, io });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [
      id,
      io === 'output' ? openedUp(schema) : schema,
    ]),
  );
};

const SUMMARY: Readonly<Record<Action, string>> = {
  acknowledge: 'Say that you have it: nobody is paged any more',
  unacknowledge: 'Give it back: it pages as if it had just begun',
  mitigate: 'Say that people are no longer hit',
  resolve: 'Close it by your word',
  note: 'Write something into its timeline',
  update: 'Tell people how it goes',
  assign: 'Say whose it is',
  severity: 'Set another severity',
  merge: 'Tell it as part of another incident',
  unmerge: 'Tell it on its own again',
  review: 'Say that its postmortem is done',
  step: 'Tick a step of its runbook, or take the tick back',
};

const actOperation = (action: Action): Json => ({
  operationId: `${action}Incident`,
  summary: SUMMARY[action],
  parameters: [ID, ACTOR, KEY],
  requestBody: {
    required: ACTIONS[action].safeParse({}).success === false,
    description: `At most ${MAX_BODY_BYTES} bytes.`,
    content: json(bodyName(action)),
  },
  responses: {
    200: answer('Done, or so already.', 'IncidentActedOn'),
    400: MALFORMED,
    401: UNAUTHORIZED,
    403: FORBIDDEN,
    404: NOT_FOUND,
    409: refusal(
      'The incident is in a state in which this cannot be done, or the Idempotency-Key was used before; the code and the detail say which.',
    ),
    413: refusal('The body is too large.'),
    415: refusal('The body has a Content-Encoding.'),
    429: OVERLOADED,
  },
});

const LINK_ANSWERS = {
  400: page('The link is not one of ours, was changed, or is for something else.'),
  404: page('The incident is no longer kept.'),
  410: page('The link has expired.'),
  503: page('It could not be answered right now.'),
};

/** As the manifest has it: one function, one route. */
const [statusRoute] = functionsOf(configSchema.parse({})).respond.trigger.routes;

const statusPath = (): Json => ({
  [pathOf(statusRoute)]: {
    get: {
      operationId: 'showStatus',
      summary: 'How it goes with every feed, for applications that can switch to a fallback',
      description:
        'At most a second old. Asked with the secret of any feed that takes rows, in its own header, or with that of `status.secret` in the header of `status.header`.',
      security: [{ sender: [] }],
      responses: {
        200: answer('How it goes.', 'Status'),
        401: UNAUTHORIZED,
        429: OVERLOADED,
      },
    },
  },
});

const POSTMORTEM_TYPES = ['application/json', 'text/markdown', 'text/html'] as const;

const postmortemPath = (): Json => ({
  [pathOf(ROUTES.postmortem)]: {
    get: {
      operationId: 'showPostmortem',
      summary: 'What happened, in numbers; a draft until the incident is over',
      parameters: [ID, ...queryParameters(postmortemQuery)],
      responses: {
        200: {
          description: 'The document that `claywatch postmortem` writes.',
          content: Object.fromEntries(
            POSTMORTEM_TYPES.map((type) => [
              type,
              { schema: { type: type === 'application/json' ? 'object' : 'string' } },
            ]),
          ),
        },
        400: MALFORMED,
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        429: OVERLOADED,
      },
    },
  },
});

const slackPath = (): Json => ({
  [pathOf(ROUTES.slack)]: {
    post: {
      operationId: 'pressSlackButton',
      summary: 'A button of a message in Slack; Slack calls it',
      description:
        'Proven by `x-slack-signature` with the secret of `notify.slack[].signingSecret`, and not older than five minutes. Repeating a request does nothing.',
      security: [],
      parameters: ['x-slack-request-timestamp', 'x-slack-signature'].map((name) => ({
        name,
        in: 'header',
        required: true,
        schema: { type: 'string' },
      })),
      requestBody: {
        required: true,
        content: {
          'application/x-www-form-urlencoded': {
            schema: {
              type: 'object',
              required: ['payload'],
              properties: { payload: { type: 'string', description: 'JSON, as Slack describes it.' } },
            },
          },
        },
      },
      responses: {
        200: {
          description: 'Carried out, or there was nothing to do; the person is told by Slack. No body.',
        },
        400: MALFORMED,
        401: refusal('The signature is missing, too old, or not that of an app of the configuration.'),
        404: NOT_CONFIGURED,
        413: refusal('The body is too large.'),
        415: refusal('The body has a Content-Encoding.'),
        429: OVERLOADED,
      },
    },
  },
});

/** Operations of one path stand together, whichever function answers them. */
const together = (...all: readonly Json[]): Json => {
  const paths: Record<string, Json> = {};
  for (const [path, operations] of all.flatMap((each) => Object.entries(each)))
    paths[path] = { ...paths[path], ...(operations as Json) };
  return paths;
};

const incidentPaths = (): Json => ({
  ...statusPath(),
  [pathOf(ROUTES.list)]: {
    get: {
      operationId: 'listIncidents',
      summary: 'Incidents, newest first',
      parameters: [...queryParameters(listQuery), TAG],
      responses: {
        200: answer('Those that match.', 'IncidentList'),
        304: UNCHANGED,
        400: MALFORMED,
        401: UNAUTHORIZED,
        429: OVERLOADED,
      },
    },
  },
  [pathOf(ROUTES.show)]: {
    get: {
      operationId: 'showIncident',
      summary:
        'One incident with its story, its runbook, how its cause was found, what was done and who was told',
      parameters: [ID, TAG],
      responses: {
        200: answer('The incident.', 'IncidentShown'),
        304: UNCHANGED,
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        429: OVERLOADED,
      },
    },
  },
  [pathOf(ROUTES.draft)]: {
    get: {
      operationId: 'draftUpdate',
      summary: 'The words of the update that is due, to be edited; nothing is sent',
      parameters: [ID, ...queryParameters(draftQuery)],
      responses: {
        200: answer('The draft.', 'IncidentDraft'),
        400: MALFORMED,
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        429: OVERLOADED,
      },
    },
  },
  ...postmortemPath(),
  ...Object.fromEntries(
    (Object.keys(ACTIONS) as Action[]).map((action) => [
      pathOf(ROUTES.act).replace('{action}', action),
      { post: actOperation(action) },
    ]),
  ),
  [pathOf(ROUTES.open)]: {
    get: {
      operationId: 'openLink',
      summary: 'A page about the incident of a link; opening it changes nothing',
      security: [],
      parameters: [TOKEN],
      responses: { 200: page('What it is, and a button where the link may acknowledge.'), ...LINK_ANSWERS },
    },
    post: {
      operationId: 'pressLink',
      summary: 'The button of that page: acknowledges',
      security: [],
      parameters: [TOKEN],
      requestBody: {
        required: false,
        content: {
          'application/x-www-form-urlencoded': {
            schema: { type: 'object', properties: { by: { type: 'string', maxLength: 80 } } },
          },
        },
      },
      responses: {
        200: page('Acknowledged, or so already.'),
        ...LINK_ANSWERS,
        409: page('The incident is over.'),
        413: page('The form is too large.'),
      },
    },
  },
  ...slackPath(),
});

const made = (): string =>
  `${JSON.stringify(
    withoutTimePatterns({
      openapi: '3.1.0',
      info: {
        title: 'Claywatch',
        version: packageJson.version,
        description:
          'The state of a Clay pipeline and its incidents: look at them, act on them, and hold, resume, replay, silence and drill. Generated by `npm run docs` from the schemas of the code.',
      },
      servers: [{ url: '/', description: 'The address of the installation, `respond.publicUrl`.' }],
      security: [{ secret: [] }, { session: [] }],
      paths: together(incidentPaths(), reportPaths(), operatePaths()),
      components: {
        securitySchemes: {
          secret: {
            type: 'http',
            scheme: 'bearer',
            description:
              'The secret of `respond.secret` looks and acts, that of `respond.readOnlySecret` looks. It may be sent in the header of `respond.header` as well.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-claywatch-session',
            description:
              "A session of the console. What changes something by it must also send `x-claywatch-console: 1` from the console's own origin.",
          },
          sender: {
            type: 'apiKey',
            in: 'header',
            name: 'x-claywatch-secret',
            description: 'The header is that of the configuration; this is the one unless it says otherwise.',
          },
        },
        schemas: { ...schemasOf(responses, 'output'), ...schemasOf(requests, 'input') },
      },
    }),
    null,
    2,
  )}\n`;

let text: string | undefined;

/** The API document as text, the same each time; made once. */
export const renderOpenApi = (): string => {
  text ??= made();
  return text;
};
