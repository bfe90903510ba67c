import type * as z from 'zod';
import { configSchema } from './schema.ts';

/** One place of the configuration, as its documentation and the error messages describe it. */
export interface KeyDescription {
  /** `feeds.<name>.webhooks[].limit` */
  readonly path: string;
  /** How a value is written, e.g. `a whole number from 1 to 60`. */
  readonly allowed: string;
  readonly unit?: string;
  /** Present when the key may be left out and then takes this value. */
  readonly fallback?: unknown;
  readonly required: boolean;
  readonly meaning: string;
  /** True for an object whose own keys follow. */
  readonly section: boolean;
}

type Path = readonly PropertyKey[];

/**
 * The parts of a zod schema that are read here. zod publishes `def` for tools that walk schemas; the types of
 * the single classes would have to be told apart one by one.
 */
interface Def {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly defaultValue?: unknown;
  readonly shape?: Record<string, z.ZodType>;
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly entries?: Record<string, string>;
  readonly checks?: readonly { readonly _zod: { readonly def: { minimum?: number; maximum?: number } } }[];
}

const defOf = (schema: z.ZodType): Def => schema._zod.def as unknown as Def;

const WRAPPERS = new Set(['default', 'prefault', 'optional']);

/** The schema inside its default and optional wrappers. */
const unwrap = (schema: z.ZodType): z.ZodType => {
  const def = defOf(schema);
  return WRAPPERS.has(def.type) && def.innerType ? unwrap(def.innerType) : schema;
};

/** What the schema and its wrappers say about themselves; the outermost wins. */
const metaOf = (schema: z.ZodType): { description?: string; allowed?: string; unit?: string } => {
  const def = defOf(schema);
  const inner = WRAPPERS.has(def.type) && def.innerType ? metaOf(def.innerType) : {};
  return { ...inner, ...(schema.meta() as object | undefined) };
};

const lengthOf = (def: Def): { min?: number; max?: number } => {
  const limits: { min?: number; max?: number } = {};
  for (const check of def.checks ?? []) {
    if (check._zod.def.minimum !== undefined) limits.min = check._zod.def.minimum;
    if (check._zod.def.maximum !== undefined) limits.max = check._zod.def.maximum;
  }
  return limits;
};

const describeNumber = (schema: z.ZodType): string => {
  const { isInt, minValue, maxValue } = schema as z.ZodNumber;
  const kind = isInt ? 'a whole number' : 'a number';
  const bounded = (value: number | null) =>
    value !== null && Number.isFinite(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  if (bounded(minValue) && bounded(maxValue)) return `${kind} from ${minValue} to ${maxValue}`;
  return bounded(minValue) ? `${kind} of at least ${minValue}` : kind;
};

const describeString = (def: Def): string => {
  const { min, max } = lengthOf(def);
  const length = max === undefined ? '' : ` of at most ${max} characters`;
  return `${min ? 'text, not empty,' : 'text'}${length}`.replace(/,$/, '');
};

const describeArray = (def: Def): string => {
  const { min, max } = lengthOf(def);
  const size = [
    min === undefined ? [] : [`at least ${min}`],
    max === undefined ? [] : [`at most ${max}`],
  ].flat();
  const limits = size.length === 0 ? '' : ` (${size.join(', ')})`;
  const element = def.element && unwrap(def.element);
  if (!element || defOf(element).type === 'object') return `a list of objects${limits}`;
  return `a list${limits}, each ${allowedBy(element)}`;
};

const describeRecord = (def: Def): string =>
  def.keyType && def.valueType && defOf(def.keyType).type === 'enum'
    ? `an object, each key ${allowedBy(def.keyType)}, each value ${allowedBy(def.valueType)}`
    : 'an object';

/** More alternatives than this are not spelt out. */
const ENUM_SHOWN = 12;

/** How a value of this schema is written, in words. */
export const allowedBy = (schema: z.ZodType): string => {
  const { allowed } = metaOf(schema);
  if (allowed) return allowed;
  const inner = unwrap(schema);
  const def = defOf(inner);
  switch (def.type) {
    case 'string':
      return describeString(def);
    case 'number':
      return describeNumber(inner);
    case 'boolean':
      return 'true or false';
    case 'enum': {
      const options = Object.values(def.entries ?? {});
      return options.length > ENUM_SHOWN
        ? 'one of the causes'
        : `one of ${options.map((option) => JSON.stringify(option)).join(', ')}`;
    }
    case 'array':
      return describeArray(def);
    case 'union':
      return (def.options ?? []).map(allowedBy).join(', or ');
    case 'object':
      return `an object with the keys ${Object.keys(def.shape ?? {}).join(', ')}`;
    case 'record':
      return describeRecord(def);
    default:
      return 'any JSON value';
  }
};

const step = (schema: z.ZodType, key: PropertyKey): z.ZodType | undefined => {
  const def = defOf(unwrap(schema));
  if (def.type === 'object')
    return Object.hasOwn(def.shape ?? {}, key) ? def.shape?.[String(key)] : undefined;
  if (def.type === 'array') return def.element;
  return def.type === 'record' ? def.valueType : undefined;
};

/** The schema at a path of the configuration; undefined where the configuration has no such place. */
export const schemaAt = (path: Path): z.ZodType | undefined =>
  path.reduce<z.ZodType | undefined>((schema, key) => schema && step(schema, key), configSchema);

/** What is allowed at a path, with its unit and its default. */
export const allowedAt = (path: Path): string => {
  const schema = schemaAt(path);
  if (!schema) return 'any JSON value';
  const { unit } = metaOf(schema);
  const fallback = fallbackOf(schema);
  const scalar = fallback !== undefined && typeof fallback !== 'object';
  return `${allowedBy(schema)}${unit ? ` (${unit})` : ''}${scalar ? `; default ${JSON.stringify(fallback)}` : ''}`;
};

/** The rule for the names that an object at this path takes, where it is one with free names. */
export const allowedNameAt = (path: Path): string => {
  const schema = schemaAt(path);
  const keyType = schema && defOf(unwrap(schema)).keyType;
  return keyType ? allowedBy(keyType) : 'text';
};

/** The keys that the object at this path takes; none where its names are free. */
export const keysAt = (path: Path): string[] => {
  const schema = schemaAt(path);
  if (!schema) return [];
  const def = defOf(unwrap(schema));
  if (def.type === 'object') return Object.keys(def.shape ?? {});
  const names = def.keyType && defOf(def.keyType);
  return names?.type === 'enum' ? Object.values(names.entries ?? {}) : [];
};

const fallbackOf = (schema: z.ZodType): unknown => {
  const def = defOf(schema);
  return def.type === 'default' ? def.defaultValue : undefined;
};

const isRequired = (schema: z.ZodType): boolean => !WRAPPERS.has(defOf(schema).type);

const childrenOf = (schema: z.ZodType, path: string): [string, z.ZodType][] => {
  const def = defOf(unwrap(schema));
  if (def.type === 'object') {
    return Object.entries(def.shape ?? {}).map(([key, child]) => [path ? `${path}.${key}` : key, child]);
  }
  if (def.type === 'array' && def.element && defOf(def.element).type === 'object') {
    return childrenOf(def.element, `${path}[]`);
  }
  if (def.type === 'record' && def.valueType && defOf(def.valueType).type === 'object') {
    return childrenOf(def.valueType, `${path}.<name>`);
  }
  return [];
};

const describe = (path: string, schema: z.ZodType): KeyDescription[] => {
  const { description = '', unit } = metaOf(schema);
  const children = childrenOf(schema, path);
  const fallback = fallbackOf(schema);
  const own: KeyDescription = {
    path,
    allowed: allowedBy(schema),
    ...(unit === undefined ? {} : { unit }),
    ...(fallback === undefined ? {} : { fallback }),
    required: isRequired(schema),
    meaning: description,
    section: children.length > 0,
  };
  return [own, ...children.flatMap(([childPath, child]) => describe(childPath, child))];
};

/** Every key of the configuration, in the order of the schema. */
export const everyKey = (): KeyDescription[] =>
  childrenOf(configSchema, '').flatMap(([path, schema]) => describe(path, schema));
