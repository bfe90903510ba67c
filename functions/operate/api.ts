import { createHash } from 'node:crypto';
import { ClaywatchError } from '../../shared/errors.ts';
import type { Actor } from '../../shared/incident/incident.ts';
import { operatorText } from '../../shared/operate/operator.ts';
import type { OperateRequests } from '../../shared/operate/requests.ts';
import { type AccessOf, denial } from '../http/access.ts';
import { actorOf } from '../http/actor.ts';
import { type HttpAnswer, json, problem } from '../http/answer.ts';
import type { PageEvent } from '../http/csrf.ts';
import { readJsonBody } from '../http/json-body.ts';
import { headerOf } from '../http/request.ts';
import { idempotencyKey, wrongPlaces } from '../incidents/request.ts';
import { carryOut, type Named } from './once.ts';
import { type Deed, OPERATIONS, type OperationPorts } from './operations.ts';
import { BODIES, MAX_BODY_BYTES, type Operation } from './request.ts';
import { ROUTES } from './routes.ts';

export interface OperateDependencies extends OperationPorts {
  readonly access: AccessOf;
  readonly requests: OperateRequests;
  /** Told of what made an answer 429; never thrown on. */
  readonly onFault: (error: unknown) => void;
  /** Told of what was done, for a log; who did it is not its business. */
  readonly onActed?: (acted: {
    readonly operation: Operation;
    readonly via: Actor['via'];
    readonly status: number;
  }) => void;
}

const BY_ROUTE: ReadonlyMap<string, Operation> = new Map(
  Object.entries(ROUTES).map(([operation, route]) => [route, operation as Operation]),
);
/** What changes nothing may be asked by whoever may look. */
const READS: ReadonlySet<Operation> = new Set(['replayPlan']);

type Read = { readonly body: { readonly by?: string | undefined } } | { readonly answer: HttpAnswer };

const malformed = (detail: string): Read => ({ answer: problem('request.malformed', detail) });

const bodyOf = (operation: Operation, event: PageEvent): Read => {
  const read = readJsonBody(event, MAX_BODY_BYTES);
  if ('answer' in read) return read;
  const body = BODIES[operation].safeParse(read.given);
  return body.success ? { body: body.data } : malformed(wrongPlaces(body.error));
};

const namedBy = (event: PageEvent, asked: unknown): Named | null | { readonly answer: HttpAnswer } => {
  const given = headerOf(event, 'idempotency-key');
  if (given === undefined) return null;
  const key = idempotencyKey.safeParse(given);
  if (!key.success)
    return {
      answer: problem('request.malformed', 'Idempotency-Key is not 1 to 255 printable ASCII characters.'),
    };
  return { key: key.data, digest: createHash('sha256').update(JSON.stringify(asked)).digest('base64url') };
};

/** What a person can do something about, as an answer; anything else is a fault. */
const refusalOf = (error: unknown): HttpAnswer => {
  if (!(error instanceof ClaywatchError)) throw error;
  const { code, message, remedy } = error;
  switch (code) {
    case 'usage.invalid':
      return problem('request.malformed', message);
    case 'relay.not-found':
    case 'relay.not-configured':
    case 'relay.refused':
    case 'relay.contended':
    case 'silence.not-found':
    case 'incident.not-found':
    case 'incident.refused':
      return problem(code, message, { remedy });
    default:
      throw error;
  }
};

const take = async (deps: OperateDependencies, event: PageEvent): Promise<HttpAnswer> => {
  const access = await deps.access(event);
  if (access.kind !== 'granted') return denial(access);
  const operation = BY_ROUTE.get(event.routeKey ?? '');
  if (!operation) return problem('request.not-found');
  if (!READS.has(operation) && access.role !== 'responder') return problem('request.forbidden');
  const read = bodyOf(operation, event);
  if ('answer' in read) return read.answer;
  const name = event.pathParameters?.feed ?? event.pathParameters?.id ?? '';
  const by = operatorText(actorOf(access, event, read.body.by));
  const named = namedBy(event, [operation, name, by, read.body]);
  if (named && 'answer' in named) return named.answer;
  const answered = await (async () => {
    try {
      // Each operation has its own body, which was read by its own schema.
      const perform = OPERATIONS[operation] as (ports: OperationPorts, asked: unknown) => Deed<unknown>;
      const carried = await carryOut(perform(deps, { body: read.body, name, by }), named, deps.requests);
      return carried.kind === 'conflict' ? problem('request.conflict') : json(200, carried.answer);
    } catch (error) {
      return refusalOf(error);
    }
  })();
  deps.onActed?.({ operation, via: access.via, status: answered.statusCode });
  return answered;
};

/**
 * What people do to feeds, replays, silences and drills: first who asks, then whether they may, then what. It does what
 * the command line does, by the same code, and refuses where that refuses. Never throws.
 */
export const operate = async (deps: OperateDependencies, event: PageEvent): Promise<HttpAnswer> => {
  try {
    return await take(deps, event);
  } catch (error) {
    deps.onFault(error);
    return problem('overloaded');
  }
};
