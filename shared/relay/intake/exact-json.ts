/**
 * A number that may not come back as it was written: of sixteen digits or more, or with an exponent of three. Fewer
 * digits always survive being read and written. That a text may look like one costs a second reading and nothing else.
 */
const LARGE_NUMBER = /[:,[\s]-?(?:\d[\d.]{15}|[\d.]+[eE][+-]?\d{3})/;

// Node 22 and later have both; the type library does not know them yet.
type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

const keepNumber: Reviver = (_key, value, context) =>
  typeof value === 'number' && context?.source !== undefined && JSON.stringify(value) !== context.source
    ? rawJson(context.source)
    : value;

/**
 * The same value for writing: where a number would change by being read and written (ids of 64 bits, 1e400), it stands
 * as it was sent. It is only for `JSON.stringify`. Null when `value`, as it was read, is as good.
 */
export const parseExact = (text: string): { readonly value: unknown } | null =>
  LARGE_NUMBER.test(text) ? { value: parseWithSource(text, keepNumber) } : null;
