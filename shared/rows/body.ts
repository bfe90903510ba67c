import { jsonErrorPosition } from '../config/json-position.ts';

/** A JSON object, as far as it is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** More rows than this in one request are refused. */
export const MAX_ITEMS = 500;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** A value, or what it holds as JSON: templates quote whole objects. Looked into twice at most. */
export const unquoted = (value: unknown): unknown => {
  let inner = value;
  for (let depth = 0; depth < 2 && typeof inner === 'string'; depth += 1) {
    if (!/^\s*["[{]/.test(inner)) break;
    const parsed = parse(inner);
    if (!parsed) break;
    inner = parsed.value;
  }
  return inner;
};

/** A form: its fields, or the JSON that its only field holds, or that it consists of. */
const parseForm = (text: string): unknown => {
  const fields = [...new URLSearchParams(text)];
  const [first] = fields;
  if (fields.length === 1 && first) {
    const inner = unquoted(first[1] === '' ? first[0] : first[1]);
    if (typeof inner === 'object' && inner !== null) return inner;
  }
  return Object.fromEntries(fields);
};

const isForm = (text: string, contentType: string): boolean =>
  /^\s*application\/x-www-form-urlencoded\b/i.test(contentType) && /^[^\s{["]+=/.test(text);

export type ParsedBody =
  | { readonly kind: 'one'; readonly item: unknown }
  | { readonly kind: 'many'; readonly items: readonly unknown[] }
  | { readonly kind: 'too-many' }
  | { readonly kind: 'malformed'; readonly detail: string };

const malformed = (detail: string): ParsedBody => ({ kind: 'malformed', detail });

const manyOf = (items: readonly unknown[]): ParsedBody => {
  if (items.length === 0) return malformed('The array has no row in it.');
  return items.length > MAX_ITEMS ? { kind: 'too-many' } : { kind: 'many', items };
};

/**
 * Reads a body whatever its content type says: JSON, JSON quoted as a string, or a form. An array, or `{ rows: […] }`,
 * is many. Half-broken JSON is refused, never guessed at. The text of the body is in no message.
 */
export const parseBody = (text: string, contentType: string): ParsedBody => {
  const bare = text.replace(/^\uFEFF/, '');
  if (bare.trim() === '') return malformed('The body is empty.');
  const json = parse(bare);
  if (!json && !isForm(bare, contentType)) {
    const position = jsonErrorPosition(bare);
    const where = position ? `: line ${position.line}, column ${position.column}` : '';
    return malformed(`The body is not JSON${where}.`);
  }
  const value = json ? unquoted(json.value) : parseForm(bare);
  if (Array.isArray(value)) return manyOf(value);
  if (!isObject(value)) return malformed('The body is neither a JSON object nor an array of them.');
  const rows = Object.hasOwn(value, 'rows') ? unquoted(value.rows) : undefined;
  return Array.isArray(rows) ? manyOf(rows) : { kind: 'one', item: value };
};
