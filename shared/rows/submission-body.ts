import { classifyWebhookAnswer, type WebhookAnswer } from '../clay/webhook-answer.ts';
import { isObject, type JsonObject, MAX_ITEMS, parseBody, unquoted } from './body.ts';
import { rowIdOf, textOf, valueAt } from './body-value.ts';
import type { SubmissionRecord } from './ledger.ts';

export interface SubmissionSettings {
  /** The ids of the feed's webhooks; a report that names none means the only one. */
  readonly webhooks: readonly string[];
  /** What the key is called that identifies the record; a dot reaches into an object. */
  readonly entity: string;
  /** One way, so that the ledger can tell entities apart without knowing them. */
  readonly hash: (entity: string) => string;
  /** A submission longer ago than this is refused: its row is no longer remembered, so it could count twice. */
  readonly retainMs: number;
}

/** What came with the request beside its body. */
export interface SubmissionEnvelope {
  readonly contentType: string;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  /** When it arrived, epoch ms. */
  readonly at: number;
}

interface Malformed {
  readonly kind: 'malformed';
  /** Names keys, never values. */
  readonly detail: string;
}

export type SubmissionItem = { readonly kind: 'submission'; readonly record: SubmissionRecord } | Malformed;

export type SubmissionBody =
  | { readonly kind: 'one'; readonly item: SubmissionItem }
  | { readonly kind: 'many'; readonly items: readonly SubmissionItem[] }
  | {
      readonly kind: 'count';
      readonly webhook: string;
      readonly count: number;
      readonly idempotencyKey: string;
      readonly at: number;
    }
  /** Clay refused a row; of its answer only the meaning is kept. */
  | {
      readonly kind: 'refused';
      readonly webhook: string;
      readonly answer: WebhookAnswer;
      readonly at: number;
    }
  | { readonly kind: 'too-many' }
  | Malformed;

type Read<T> = { readonly kind: 'read'; readonly value: T } | Malformed;

const malformed = (detail: string): Malformed => ({ kind: 'malformed', detail });
const read = <T>(value: T): Read<T> => ({ kind: 'read', value });

const MAX_COUNT = 1_000_000;
/** Clocks differ; what is further ahead is a mistake. */
const AHEAD_MS = 300_000;
/** Before this, a number is of seconds: as milliseconds it would be in 1973. */
const FIRST_MS = 100_000_000_000;

const webhookOf = (object: JsonObject, { webhooks }: SubmissionSettings): Read<string> => {
  const named = textOf(object.webhook);
  if (named !== undefined) {
    return webhooks.includes(named) ? read(named) : malformed('webhook is not one of the feed.');
  }
  const [only, ...others] = webhooks;
  if (only === undefined) return malformed('The feed has no webhook; configure one.');
  return others.length === 0 ? read(only) : malformed('webhook is missing, and the feed has several.');
};

const instantOf = (text: string): number => {
  if (!/^\d{1,16}(?:\.\d{1,9})?$/.test(text)) return Date.parse(text);
  const number = Number(text);
  return Math.round(number < FIRST_MS ? number * 1_000 : number);
};

const atOf = (object: JsonObject, now: number, { retainMs }: SubmissionSettings): Read<number> => {
  const text = textOf(object.at);
  if (text === undefined) return read(now);
  const at = instantOf(text);
  if (!Number.isFinite(at)) return malformed('at is neither an ISO 8601 time nor epoch milliseconds.');
  if (at > now + AHEAD_MS) return malformed('at is in the future.');
  if (at <= now - retainMs) return malformed('at is longer ago than rows are remembered.');
  return read(Math.min(at, now));
};

const outcomeOf = (object: JsonObject): Read<SubmissionRecord['outcome']> => {
  const text = textOf(object.outcome)?.toLowerCase() ?? 'accepted';
  return text === 'accepted' || text === 'unknown'
    ? read(text)
    : malformed('outcome is neither "accepted" nor "unknown"; rows that Clay refused are not submissions.');
};

type Common = Pick<SubmissionRecord, 'webhook' | 'at' | 'outcome'>;

const commonOf = (object: JsonObject, now: number, settings: SubmissionSettings): Read<Common> => {
  const webhook = webhookOf(object, settings);
  if (webhook.kind === 'malformed') return webhook;
  const at = atOf(object, now, settings);
  if (at.kind === 'malformed') return at;
  const outcome = outcomeOf(object);
  if (outcome.kind === 'malformed') return outcome;
  return read({ webhook: webhook.value, at: at.value, outcome: outcome.value });
};

/** The same person in another spelling is the same entity. */
const entityOf = (object: JsonObject, { entity, hash }: SubmissionSettings) => {
  const text = textOf(valueAt(object, entity));
  return text === undefined ? {} : { entity: hash(text.toLowerCase()) };
};

/** A row: an object, or a bare row id. */
const parseItem = (value: unknown, now: number, settings: SubmissionSettings): SubmissionItem => {
  const inner = unquoted(value);
  const bare = typeof inner === 'string' || typeof inner === 'number';
  const object: unknown = bare ? { row_id: inner } : inner;
  if (!isObject(object)) return malformed('A submission is a JSON object or a row id.');
  const row = rowIdOf(object.row_id, 'row_id');
  if (row.kind === 'malformed') return row;
  const common = commonOf(object, now, settings);
  if (common.kind === 'malformed') return common;
  return {
    kind: 'submission',
    record: { rowId: row.rowId, ...common.value, ...entityOf(object, settings) },
  };
};

const parseRowIds = (
  object: JsonObject,
  rowIds: unknown,
  now: number,
  settings: SubmissionSettings,
): SubmissionBody => {
  if (!Array.isArray(rowIds) || rowIds.length === 0) return malformed('row_ids is not an array of row ids.');
  if (rowIds.length > MAX_ITEMS) return { kind: 'too-many' };
  const common = commonOf(object, now, settings);
  if (common.kind === 'malformed') return common;
  const items = rowIds.map((value: unknown, index): SubmissionItem => {
    const row = rowIdOf(value, `row_ids[${index}]`);
    return row.kind === 'malformed'
      ? row
      : { kind: 'submission', record: { rowId: row.rowId, ...common.value } };
  });
  return { kind: 'many', items };
};

const parseCount = (
  object: JsonObject,
  { idempotencyKey: header, at: now }: SubmissionEnvelope,
  settings: SubmissionSettings,
): SubmissionBody => {
  const count = Number(textOf(object.count));
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT) {
    return malformed(`count is not a whole number from 1 to ${MAX_COUNT}.`);
  }
  const key = rowIdOf(
    textOf(object.idempotency_key) ?? header,
    'idempotency_key (or the header Idempotency-Key)',
  );
  if (key.kind === 'malformed') return key;
  const common = commonOf(object, now, settings);
  if (common.kind === 'malformed') return common;
  const { webhook, at, outcome } = common.value;
  if (outcome === 'unknown') return malformed('outcome cannot be "unknown" for a count: report row ids.');
  return { kind: 'count', webhook, count, at, idempotencyKey: key.rowId };
};

/** How much of Clay's answer is looked at, characters. */
const LOOKED_AT = 4_096;

const parseRefused = (
  object: JsonObject,
  refused: unknown,
  now: number,
  settings: SubmissionSettings,
): SubmissionBody => {
  const status = isObject(refused) ? Number(textOf(refused.status)) : Number.NaN;
  if (!isObject(refused) || !Number.isInteger(status) || status < 100 || status > 599) {
    return malformed('refused.status is not the HTTP status that Clay answered.');
  }
  const common = commonOf(object, now, settings);
  if (common.kind === 'malformed') return common;
  const { webhook, at } = common.value;
  const said = typeof refused.body === 'string' ? refused.body : JSON.stringify(refused.body ?? '');
  const answer = classifyWebhookAnswer({ status, headers: {}, body: said.slice(0, LOOKED_AT) });
  return answer === 'accepted'
    ? malformed('refused.status is one of success: report the row itself.')
    : { kind: 'refused', webhook, answer, at };
};

/**
 * Reads a report of what a sender posted to Clay itself: rows one by one or in an array, a list of row ids, a count, or
 * a refusal that it met. What identifies a record is hashed at once; of a refusal only its meaning is kept. Pure.
 */
export const parseSubmissionBody = (
  text: string,
  envelope: SubmissionEnvelope,
  settings: SubmissionSettings,
): SubmissionBody => {
  const { at: now } = envelope;
  const body = parseBody(text, envelope.contentType);
  if (body.kind === 'many') {
    return { kind: 'many', items: body.items.map((item) => parseItem(item, now, settings)) };
  }
  if (body.kind !== 'one') return body;
  const object = body.item;
  if (isObject(object)) {
    if (Object.hasOwn(object, 'refused')) {
      return parseRefused(object, unquoted(object.refused), now, settings);
    }
    if (Object.hasOwn(object, 'row_ids')) {
      return parseRowIds(object, unquoted(object.row_ids), now, settings);
    }
    if (Object.hasOwn(object, 'count')) return parseCount(object, envelope, settings);
  }
  return { kind: 'one', item: parseItem(object, now, settings) };
};
