import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';

/** Gives null for a row that satisfies the schema, else the place and the rule; no value of the row. */
export type RowSchema = (row: unknown) => string | null;

/** Longer names of keys than this are cut in messages: they are the sender's, and may be anything. */
const SHOWN = 120;

/** Rules that only say that something within them did not hold; what that was follows. */
const OUTER = new Set([
  ...['properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'dependentSchemas', 'dependencies'],
  ...['$ref', '$dynamicRef', '$recursiveRef', 'allOf', 'if'],
]);

const shown = (text: string): string => {
  const plain = text.replace(/[^\x20-\x7e]/gu, '?');
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain;
};

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** The steps of a JSON pointer that is written as the fragment of a URI. */
const stepsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));

const targetOf = (schema: Schema, steps: readonly string[]): unknown =>
  steps.reduce<unknown>((at, step) => {
    const next = memberOf(at, step);
    const isReference = step === '$ref' && typeof next === 'string' && next.startsWith('#');
    return isReference ? targetOf(schema, stepsOf(next)) : next;
  }, schema);

/** The rule as the schema has it: what a rule says of itself is the operator's word, not the row's. */
const ruleAt = (schema: Schema, { keyword, keywordLocation }: OutputUnit): string => {
  const said = targetOf(schema, stepsOf(keywordLocation));
  const isPlain = ['string', 'number', 'boolean'].includes(typeof said);
  const isList = Array.isArray(said) && ['enum', 'type'].includes(keyword);
  return isPlain || isList ? `${keyword} ${shown(JSON.stringify(said))}` : keyword;
};

const describe = (schema: Schema, errors: readonly OutputUnit[]): string => {
  const error = errors.find(({ keyword }) => !OUTER.has(keyword)) ?? errors[0];
  if (!error) return 'The row does not satisfy the schema.';
  const place = error.instanceLocation.replace(/^#/, '');
  const where = place === '' ? 'The row' : shown(place);
  // Of `required` the whole list would be shown; which key it is that is missing, only the text says.
  const missing =
    error.keyword === 'required' ? /required property "(.*)"\.$/s.exec(error.error)?.[1] : undefined;
  if (missing !== undefined) return `${where} has no ${shown(missing)}, which is required.`;
  if (error.keyword === 'false') return `${where} is not allowed.`;
  return `${where} does not satisfy: ${ruleAt(schema, error)}.`;
};

/**
 * Compiles a JSON Schema (2020-12). Throws a plain error for one that refers to what is not in it, or that has a pattern
 * which is no regular expression.
 */
export const compileRowSchema = (schema: Readonly<Record<string, unknown>>): RowSchema => {
  const own = structuredClone(schema) as Schema;
  // The first fault is enough, and one row must not cost the work of thousands.
  const validator = new Validator(own, '2020-12', true);
  return (row) => {
    const { valid, errors } = validator.validate(row);
    return valid ? null : describe(schema as Schema, errors);
  };
};
