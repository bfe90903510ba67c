import { isObject, type JsonObject, unquoted } from './body.ts';

const NOTHING = new Set(['', 'undefined', 'null', 'none', 'nan', 'n/a', '""']);
const LONGEST_NOTHING = 9;

/** Whether a text is what templates leave behind where there was no value. Takes time in proportion to its length. */
const isNothing = (text: string): boolean => {
  const bare = text.trim();
  return bare.length <= LONGEST_NOTHING && NOTHING.has(bare.toLowerCase());
};

/** The value of a key; where no key is called exactly so, its dots reach into objects. Undefined when it is not there. */
export const valueAt = (object: JsonObject, path: string): unknown => {
  if (Object.hasOwn(object, path)) return object[path];
  const dot = path.indexOf('.');
  if (dot < 0 || !Object.hasOwn(object, path.slice(0, dot))) return undefined;
  const inner = unquoted(object[path.slice(0, dot)]);
  return isObject(inner) ? valueAt(inner, path.slice(dot + 1)) : undefined;
};

/** A text, number or flag as text; undefined for nothing, whatever the template made of it. */
export const textOf = (value: unknown): string | undefined => {
  const inner = typeof value === 'string' && /^\s*"/.test(value) ? unquoted(value) : value;
  if (typeof inner !== 'string' && typeof inner !== 'number' && typeof inner !== 'boolean') return undefined;
  const text = String(inner).trim();
  return isNothing(text) ? undefined : text;
};

/** An amount per row beyond which it is a mistake of the template: a row typically costs 6 to 20 [C, clay-facts]. */
const MAX_AMOUNT = 1_000_000;

/** An amount, also when quoted; undefined when it is none. To the tenth of a thousandth, so that sums stay short. */
export const amountOf = (value: unknown): number | undefined => {
  const text = textOf(value);
  if (text === undefined || !/^\d{1,10}(?:\.\d{1,20})?$/.test(text)) return undefined;
  const amount = Math.round(Number(text) * 10_000) / 10_000;
  return amount <= MAX_AMOUNT ? amount : undefined;
};

const isFilled = (value: unknown): boolean => {
  if (typeof value === 'string') return !isNothing(value);
  if (Array.isArray(value)) return value.some(isFilledMember);
  if (isObject(value)) return Object.values(value).some(isFilledMember);
  return value !== null && value !== undefined && value !== false && value !== 0;
};
/** One level is enough to tell; a deeper value counts when it has any member. */
const isFilledMember = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return typeof value === 'number' ? Number.isFinite(value) : isFilled(value);
};

/**
 * Whether fields were filled: a list of names, an object of values, either of them quoted, or a text with names.
 * Undefined when it does not say, which is another thing than empty.
 */
export const filledOf = (value: unknown): boolean | undefined => {
  if (value === undefined) return undefined;
  const inner = unquoted(value);
  return typeof inner === 'string' ? inner.split(',').some((name) => !isNothing(name)) : isFilled(inner);
};

/** Names of the fields that were filled; none where the value does not name any. Never values. */
export const filledNames = (value: unknown): readonly string[] => {
  const inner = unquoted(value);
  if (Array.isArray(inner))
    return inner.flatMap((name) => (typeof name === 'string' && isFilled(name) ? [name] : []));
  if (isObject(inner)) return Object.entries(inner).flatMap(([name, held]) => (isFilled(held) ? [name] : []));
  if (typeof inner !== 'string') return [];
  return inner
    .split(',')
    .map((name) => name.trim())
    .filter((name) => !isNothing(name));
};

export type RowIdRead =
  | { readonly kind: 'row-id'; readonly rowId: string }
  | { readonly kind: 'malformed'; readonly detail: string };

/**
 * The id of a row. A placeholder that was never filled in is refused: taken as an id, it would make all rows one.
 *
 * @param name what the key is called, for the message; the value is in none
 */
export const rowIdOf = (value: unknown, name: string): RowIdRead => {
  const malformed = (what: string): RowIdRead => ({ kind: 'malformed', detail: `${name} ${what}.` });
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return malformed('is not a whole number');
  const rowId = typeof value === 'boolean' ? undefined : textOf(value);
  if (rowId === undefined) return malformed('is missing');
  if (!/^[\x20-\x7e]{1,128}$/.test(rowId)) return malformed('is not 1 to 128 printable ASCII characters');
  if (/\{\{|\}\}|\$\{|\[object /.test(rowId)) return malformed('is a placeholder that was not filled in');
  return { kind: 'row-id', rowId };
};
