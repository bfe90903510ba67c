import { dereference, type Schema } from '@cfworker/json-schema';

/** A part of a schema that no row could be judged by. */
export interface SchemaFault {
  readonly path: readonly string[];
  readonly text: string;
}

type Part = Readonly<Record<string, unknown>>;

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
/** Keywords by what they hold. */
const ONE = [
  ...['additionalProperties', 'contains', 'else', 'if', 'items', 'not', 'propertyNames', 'then'],
  ...['unevaluatedItems', 'unevaluatedProperties'],
];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'];
const COUNTS = ['maxItems', 'maxLength', 'maxProperties', 'minItems', 'minLength', 'minProperties'];
const NUMBERS = ['exclusiveMaximum', 'exclusiveMinimum', 'maximum', 'minimum', 'multipleOf'];

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const isPattern = (value: unknown): boolean => {
  try {
    return isText(value) && new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

const isType = (value: unknown): boolean =>
  Array.isArray(value) ? value.every((each) => isText(each) && isType(each)) : TYPES.includes(String(value));

type Rule = readonly [keywords: readonly string[], holds: (value: unknown) => boolean, text: string];

const RULES: readonly Rule[] = [
  [['type'], isType, `must be one of ${TYPES.join(', ')}, or a list of them`],
  [['pattern'], isPattern, 'must be a regular expression'],
  [['required'], isTexts, 'must be a list of keys'],
  [['enum'], Array.isArray, 'must be a list of values'],
  [COUNTS, (value) => Number.isInteger(value) && Number(value) >= 0, 'must be a whole number from 0'],
  [NUMBERS, (value) => typeof value === 'number', 'must be a number'],
  [LISTS, (value) => Array.isArray(value) && value.length > 0, 'must be a list of schemas, not empty'],
  [MAPS, isPart, 'must be an object of schemas'],
];

const faultsOfKeywords = (part: Part, path: readonly string[]): SchemaFault[] =>
  RULES.flatMap(([keywords, holds, text]) =>
    keywords.flatMap((keyword) =>
      Object.hasOwn(part, keyword) && !holds(part[keyword]) ? [{ path: [...path, keyword], text }] : [],
    ),
  );

const unnamedPatterns = (part: Part, path: readonly string[]): SchemaFault[] =>
  Object.keys(isPart(part.patternProperties) ? part.patternProperties : {}).flatMap((pattern) =>
    isPattern(pattern)
      ? []
      : [{ path: [...path, 'patternProperties'], text: 'each key must be a regular expression' }],
  );

/** The schemas right within a part, with their places. */
const within = (part: Part, path: readonly string[]): (readonly [unknown, readonly string[]])[] => [
  ...ONE.flatMap((keyword) =>
    Object.hasOwn(part, keyword) ? [[part[keyword], [...path, keyword]] as const] : [],
  ),
  ...[...LISTS, ...MAPS].flatMap((keyword) => {
    const held = part[keyword];
    return typeof held === 'object' && held !== null
      ? Object.entries(held).map(([name, each]) => [each, [...path, keyword, name]] as const)
      : [];
  }),
];

const faultsIn = (value: unknown, path: readonly string[]): SchemaFault[] => {
  if (typeof value === 'boolean') return [];
  if (!isPart(value)) return [{ path, text: 'must be a schema: an object, true or false' }];
  return [
    ...faultsOfKeywords(value, path),
    ...unnamedPatterns(value, path),
    ...within(value, path).flatMap(([each, place]) => faultsIn(each, place)),
  ];
};

/** References that lead nowhere: nothing is fetched, so they must lead to something within the schema. */
const strayReferences = (schema: Part): SchemaFault[] => {
  const own = structuredClone(schema) as Schema;
  const text = 'refers to nothing within the schema';
  try {
    const known = dereference(own);
    const refer = (part: unknown, path: readonly string[]): SchemaFault[] => {
      if (!isPart(part)) return [];
      const leads = part.__absolute_ref__;
      return [
        ...(isText(leads) && !(leads in known) ? [{ path: [...path, '$ref'], text }] : []),
        ...within(part, path).flatMap(([each, place]) => refer(each, place)),
      ];
    };
    return refer(own, []);
  } catch {
    return [{ path: [], text: 'has an $id or a $ref that is no address, or the same $id twice' }];
  }
};

/**
 * What is wrong with a JSON Schema (2020-12) in the way it is written. The validator itself finds out at a row, or
 * never: it takes a misspelt type for one that no value has. Names no value of the schema.
 */
export const schemaFaults = (schema: Part): readonly SchemaFault[] => {
  const faults = faultsIn(schema, []);
  return faults.length > 0 ? faults : strayReferences(schema);
};
