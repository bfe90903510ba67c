import { jsonErrorPosition } from '../../config/json-position.ts';
import { isDeeperThan } from './depth.ts';
import { parseExact } from './exact-json.ts';

/** More rows than this in one request are refused. */
export const MAX_ROWS = 500;
/** Levels of objects and arrays within a row, itself included. */
export const MAX_DEPTH = 64;
/** Of a longer body it is not looked for where it stops being JSON, characters. */
const LOOKED_AT = 262_144;

/** A row as it was sent. */
export interface SentRow {
  /** To look at. */
  readonly value: unknown;
  /** To write: the same, with every number as it was sent. */
  readonly exact: unknown;
}

export type ParsedRows =
  | { readonly kind: 'rows'; readonly rows: readonly SentRow[]; readonly single: boolean }
  | { readonly kind: 'too-many' }
  | { readonly kind: 'unsupported'; readonly detail: string }
  | { readonly kind: 'malformed'; readonly detail: string };

const JSON_TYPE = /^\s*(?:application|text)\/(?:[\w.!#$&^-]+\+)?json\s*(?:;(.*))?$/is;
const CHARSET = /(?:^|;)\s*charset\s*=\s*"?([^";\s]+)/i;

const isJsonType = (contentType: string): boolean => {
  const type = JSON_TYPE.exec(contentType);
  return type !== null && /^utf-?8$/i.test(CHARSET.exec(type[1] ?? '')?.[1] ?? 'utf-8');
};

const malformed = (detail: string): ParsedRows => ({ kind: 'malformed', detail });

/** Where it went wrong; a parser's own message quotes what it could not parse. */
const notJson = (text: string): ParsedRows => {
  const position = text.length <= LOOKED_AT ? jsonErrorPosition(text) : null;
  return malformed(
    `The body is not JSON${position ? `: line ${position.line}, column ${position.column}` : ''}.`,
  );
};

const parse = (text: string): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
};

const rowsOf = (text: string, values: readonly unknown[], single: boolean): ParsedRows => {
  const tooDeep = values.findIndex((value) => isDeeperThan(value, MAX_DEPTH));
  if (tooDeep >= 0) {
    return malformed(`Row ${tooDeep + 1} of the request is nested deeper than ${MAX_DEPTH} levels.`);
  }
  const exact = parseExact(text)?.value ?? (single ? values[0] : values);
  const exacts: readonly unknown[] = single ? [exact] : (exact as readonly unknown[]);
  return { kind: 'rows', rows: values.map((value, index) => ({ value, exact: exacts[index] })), single };
};

/**
 * Reads the rows of a request: a JSON object is one row, an array is one row each. Nothing is guessed at, and no
 * message shows anything of the body.
 */
export const parseRows = (text: string, contentType: string): ParsedRows => {
  if (!isJsonType(contentType)) {
    return { kind: 'unsupported', detail: 'Send JSON in UTF-8, with Content-Type: application/json.' };
  }
  const bare = text.replace(/^\uFEFF/, '');
  if (bare.trim() === '') return malformed('The body is empty.');
  const body = parse(bare);
  if (!body) return notJson(bare);
  const { value } = body;
  if (!Array.isArray(value)) {
    return typeof value === 'object' && value !== null
      ? rowsOf(bare, [value], true)
      : malformed('The body is neither a JSON object nor an array of them.');
  }
  if (value.length === 0) return malformed('The array has no row in it.');
  return value.length > MAX_ROWS ? { kind: 'too-many' } : rowsOf(bare, value, false);
};
