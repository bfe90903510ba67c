import { isObject, type JsonObject, type ParsedBody, parseBody, unquoted } from './body.ts';
import { amountOf, filledNames, filledOf, rowIdOf, textOf, valueAt } from './body-value.ts';
import type { CallbackRecord } from './ledger.ts';
import { meaningOf, type RowResult, safeWord } from './status.ts';
import { failureClassOf, failureStatus } from './status-failure.ts';

/** What the keys are called in the body that the operator wrote; a dot reaches into an object. */
export interface CallbackNames {
  readonly rowId: string;
  readonly status: string;
  readonly error: string;
  readonly fields: string;
  readonly credits: string;
  readonly actions: string;
  readonly provider: string;
  readonly column: string;
  readonly crmStatus: string;
}

export interface CallbackSettings {
  readonly names: CallbackNames;
  /** The operator's own words, and what they mean; they come first. */
  readonly statuses: Readonly<Record<string, RowResult>>;
  /** The operator's own words for what came of the CRM column. */
  readonly crmStatuses: Readonly<Record<string, CrmResult>>;
  /** The fields that a row may fill; empty: any. */
  readonly declaredFields: readonly string[];
}

type CrmResult = NonNullable<CallbackRecord['crm']>;

/** One callback of a request. */
export type CallbackItem =
  | { readonly kind: 'callback'; readonly record: CallbackRecord }
  /** Clay is still at it and calls again: no result yet. */
  | { readonly kind: 'not-final'; readonly rowId: string }
  /** `detail` names keys, never values. */
  | { readonly kind: 'malformed'; readonly detail: string };

export type CallbackBody =
  | { readonly kind: 'one'; readonly item: CallbackItem }
  | { readonly kind: 'many'; readonly items: readonly CallbackItem[] }
  | Exclude<ParsedBody, { readonly kind: 'one' | 'many' }>;

interface Said {
  readonly status: string | undefined;
  readonly error: string | undefined;
  readonly filled: boolean | undefined;
}

/** What templates write where there was no error. */
const NO_ERROR = /^(?:no error|ok|success|false|0)$/i;

/** For a status that does not decide: what was filled, then whether there was an error. */
const resultOf = ({ error, filled }: Said): RowResult => {
  if (filled === true) return 'hit';
  if (error !== undefined) return 'failed';
  return filled === false ? 'missed' : 'hit';
};

const outcomeOf = (said: Said, settings: CallbackSettings): RowResult | 'pending' => {
  const { status, error } = said;
  const meaning = status === undefined ? undefined : meaningOf(status, settings.statuses);
  // With a message, Clay has given up waiting for the provider: the cell is red.
  if (meaning === 'pending') {
    return /rate/i.test(status ?? '') && error !== undefined ? 'failed' : 'pending';
  }
  return meaning === undefined || meaning === 'finished' ? resultOf(said) : meaning;
};

/** Words for data that is not what belongs there; a formula in Clay that compares may send them. */
const WRONG =
  /^(?:wrong|mismatch|mismatched|wrong[ _-](?:data|field|record|value)|invalid[ _-](?:data|field|value|mapping)|bad[ _-]mapping)$/i;

const crmOf = (value: unknown, own: CallbackSettings['crmStatuses']): CrmResult | undefined => {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const declared = Object.entries(own).find(([word]) => word.toLowerCase() === text.toLowerCase());
  if (declared) return declared[1];
  // 400 and 422: the CRM does not understand the body, or not what is in it.
  if (/^4(?:00|22)$/.test(text) || WRONG.test(text)) return 'wrong';
  if (/^[1-5]\d\d$/.test(text)) return text < '300' ? 'ok' : 'failed';
  if (/^(?:true|synced|created|updated|upserted)$/i.test(text)) return 'ok';
  if (/^false$/i.test(text)) return 'failed';
  if (failureClassOf(text) === 'mapping') return 'wrong';
  const meaning = meaningOf(text);
  if (meaning === 'failed') return 'failed';
  return meaning === 'hit' || meaning === 'finished' ? 'ok' : undefined;
};

/** A field that nobody declared is filled: the body of the column reads another column than it did. */
const crmIn = (item: JsonObject, { names, crmStatuses, declaredFields }: CallbackSettings) => {
  const said = crmOf(valueAt(item, names.crmStatus), crmStatuses);
  if (declaredFields.length === 0 || said === 'failed') return said;
  const isStrange = filledNames(valueAt(item, names.fields)).some((name) => !declaredFields.includes(name));
  return isStrange ? 'wrong' : said;
};

const wordAt = (object: JsonObject, name: string): string | undefined => {
  const text = textOf(valueAt(object, name));
  return text === undefined ? undefined : safeWord(text);
};

const given = <K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, V>);

const parseItem = (value: unknown, settings: CallbackSettings, at: number): CallbackItem => {
  const item = unquoted(value);
  if (!isObject(item)) return { kind: 'malformed', detail: 'A callback is a JSON object.' };
  const { names } = settings;
  const read = rowIdOf(valueAt(item, names.rowId), names.rowId);
  if (read.kind === 'malformed') return read;
  const { rowId } = read;

  const status = textOf(valueAt(item, names.status));
  const said = errorText(valueAt(item, names.error));
  const error = said !== undefined && NO_ERROR.test(said) ? undefined : said;
  const result = outcomeOf({ status, error, filled: filledOf(valueAt(item, names.fields)) }, settings);
  if (result === 'pending') return { kind: 'not-final', rowId };
  return {
    kind: 'callback',
    record: {
      rowId,
      at,
      result,
      status:
        result === 'failed'
          ? failureStatus(status, error)
          : ((status === undefined ? undefined : safeWord(status)) ?? result),
      ...given('provider', wordAt(item, names.provider)),
      ...given('column', wordAt(item, names.column)),
      ...given('crm', crmIn(item, settings)),
      ...given('credits', amountOf(valueAt(item, names.credits))),
      ...given('actions', amountOf(valueAt(item, names.actions))),
    },
  };
};

/** The message of a failed cell; some templates send an object. */
const errorText = (value: unknown): string | undefined => {
  if (!isObject(value)) return textOf(value);
  return textOf(value.message) ?? textOf(value.error) ?? textOf(value.code);
};

/**
 * Reads what an HTTP API column sent, forgiving whatever templates do to values; each callback of a batch is judged by
 * itself. Nothing of the row's data is in the result, nor the text of an error, only its class. Pure.
 *
 * @param at when it arrived, epoch ms
 */
export const parseCallbackBody = (
  text: string,
  contentType: string,
  settings: CallbackSettings,
  at: number,
): CallbackBody => {
  const body = parseBody(text, contentType);
  if (body.kind === 'one') return { kind: 'one', item: parseItem(body.item, settings, at) };
  if (body.kind === 'many') {
    return { kind: 'many', items: body.items.map((item) => parseItem(item, settings, at)) };
  }
  return body;
};
