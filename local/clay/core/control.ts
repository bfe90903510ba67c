import type { Faults } from '../faults/switchboard.ts';
import { type Answer, type ClayRequest, jsonAnswer, problemAnswer } from './answer.ts';
import type { AcceptedRow } from './clay.ts';
import type { Meters } from './meters.ts';
import { SIMULATED_WEBHOOK_TOKEN, simulatedUuid, WEBHOOK_LIMIT } from './options.ts';
import type { ClayState } from './state.ts';
import { type Route, webhookPath } from './surface.ts';
import type { Tables } from './tables.ts';
import type { Webhooks } from './webhooks.ts';

interface Dependencies {
  readonly faults: Faults;
  readonly meters: Meters;
  readonly tables: Tables;
  readonly webhooks: Webhooks;
  state(): ClayState;
  sampleRows(webhook: string, count: number): Record<string, number>;
  accepted(): readonly AcceptedRow[];
}

type Body = Readonly<Record<string, unknown>>;
type Handler = (match: readonly string[], body: Body) => Answer;

const MAX_SAMPLE_ROWS = 1_000;

/** An empty body is an empty object; anything but an object is undefined. */
const objectOf = (body: string): Body | undefined => {
  try {
    const value: unknown = JSON.parse(body.trim() === '' ? '{}' : body);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
};

const invalid = (detail: string) => problemAnswer(400, 'request-invalid', detail);

/** The control endpoints below `/_`: what a person would do in Clay's UI, and the faults. No fault touches them. */
export const createControl = (dependencies: Dependencies) => {
  const { faults, meters, tables, webhooks, state, sampleRows, accepted } = dependencies;
  const unknownFault = (name: string, nearest: readonly string[]) =>
    problemAnswer(
      404,
      'fault-unknown',
      nearest.length > 0
        ? `There is no fault ${JSON.stringify(name)}. Did you mean ${nearest.join(', ')}?`
        : `There is no fault ${JSON.stringify(name)}.`,
      { nearest },
    );

  const switchOn: Handler = ([name = ''], params) => {
    const outcome = faults.set(name, params);
    if (outcome.kind === 'unknown-fault') return unknownFault(name, outcome.nearest);
    if (outcome.kind === 'invalid-params') {
      return problemAnswer(400, 'fault-params-invalid', outcome.problems.join('; '), {
        problems: outcome.problems,
      });
    }
    return jsonAnswer(200, outcome.fault);
  };

  const switchOff: Handler = ([name = '']) => {
    const outcome = faults.off(name);
    if (outcome.kind === 'unknown-fault') return unknownFault(name, outcome.nearest);
    return jsonAnswer(200, { name, wasOn: outcome.wasOn });
  };

  const postRows: Handler = (_match, { webhook = webhooks.ids()[0], count = 1 }) => {
    if (typeof webhook !== 'string' || !webhooks.byId(webhook)) {
      return invalid(`webhook: must be one of ${webhooks.ids().join(', ')}`);
    }
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MAX_SAMPLE_ROWS) {
      return invalid(`count: must be a whole number from 1 to ${MAX_SAMPLE_ROWS}`);
    }
    return jsonAnswer(200, { webhook, answers: sampleRows(webhook, count) });
  };

  const topUp: Handler = (_match, { credits = 0, actions = 0 }) => {
    if (typeof credits !== 'number' || typeof actions !== 'number' || credits < 0 || actions < 0) {
      return invalid('credits and actions: must be numbers, at least 0');
    }
    meters.add(credits, actions);
    return jsonAnswer(200, { credits: meters.credits(), actions: meters.actions() });
  };

  const unusedUuid = (): string => {
    let number = webhooks.all().length + 1;
    while (webhooks.byUuid(simulatedUuid(number))) number += 1;
    return simulatedUuid(number);
  };

  const createWebhook: Handler = (_match, { id, table, limit = WEBHOOK_LIMIT }) => {
    if (typeof id !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(id) || webhooks.byId(id)) {
      return invalid('id: must be a new name of lower-case letters, digits and hyphens');
    }
    if (typeof table !== 'string' || !tables.has(table)) {
      return invalid(`table: must be one of ${tables.ids().join(', ')}`);
    }
    if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
      return invalid('limit: must be a whole number, at least 1');
    }
    const uuid = unusedUuid();
    const token = SIMULATED_WEBHOOK_TOKEN;
    webhooks.create({
      id,
      uuid,
      table,
      limit,
      token,
      authHeader: 'x-clay-webhook-auth',
      startCount: 0,
    });
    return jsonAnswer(201, { id, table, limit, path: webhookPath(uuid), token });
  };

  const onTable =
    (change: (id: string) => object): Handler =>
    ([id = '']) =>
      tables.has(id)
        ? jsonAnswer(200, change(id))
        : problemAnswer(
            404,
            'table-unknown',
            `There is no table like that; there are ${tables.ids().join(', ')}.`,
          );

  const routes: readonly (readonly [string, RegExp, Handler])[] = [
    ['GET', /^\/_faults$/, () => jsonAnswer(200, { faults: faults.list() })],
    ['DELETE', /^\/_faults$/, () => jsonAnswer(200, { switchedOff: faults.clear() })],
    ['PUT', /^\/_faults\/([^/]+)$/, switchOn],
    ['DELETE', /^\/_faults\/([^/]+)$/, switchOff],
    ['GET', /^\/_state$/, () => jsonAnswer(200, state())],
    ['POST', /^\/_rows$/, postRows],
    ['GET', /^\/_rows$/, () => jsonAnswer(200, { rows: accepted() })],
    ['POST', /^\/_credits$/, topUp],
    ['POST', /^\/_webhooks$/, createWebhook],
    ['POST', /^\/_tables\/([^/]+)\/run$/, onTable((id) => ({ table: id, started: tables.runStale(id) }))],
    [
      'DELETE',
      /^\/_tables\/([^/]+)\/rows$/,
      onTable((id) => {
        tables.deleteRows(id);
        return { table: id };
      }),
    ],
  ];

  return ({ path }: Route, request: ClayRequest): Answer => {
    const matching = routes.flatMap(([method, pattern, handler]) => {
      const match = pattern.exec(path);
      return match ? [{ method, handler, match: match.slice(1) }] : [];
    });
    const found = matching.find(({ method }) => method === request.method);
    if (!found) {
      return matching.length > 0
        ? problemAnswer(
            405,
            'method-not-allowed',
            `Use ${matching.map(({ method }) => method).join(' or ')}.`,
          )
        : problemAnswer(404, 'not-found', 'There is no such control endpoint; README.md lists them.');
    }
    const body = objectOf(request.body);
    return body ? found.handler(found.match, body) : invalid('The body must be one JSON object.');
  };
};
