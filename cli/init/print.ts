/** A value as it is written, in the form in which the repository's formatter leaves it. */
export type Written = string | number | boolean | readonly Written[] | Fields;

/** An object of the configuration, key by key. */
export interface Fields {
  readonly fields: readonly Field[];
}

export interface Field {
  readonly key: string;
  readonly value: Written;
  /** A line or two above it: what it is for. */
  readonly why?: readonly string[];
  /** What could stand here, below the last key, as a comment. */
  readonly hint?: readonly string[];
}

/** As `formatter` and `lineWidth` of biome.json say. */
const WIDTH = 110;
const INDENT = '  ';

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Characters that a line of source must not hold, or that an editor would hide or turn around. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\ufeff]/gu;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string): string =>
  NAMED[character] ??
  [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');

/** Text as a literal; whatever it holds, it is read back as that text. Single quotes, unless that means more escapes. */
export const literal = (text: string): string => {
  const count = (sign: string) => text.split(sign).length - 1;
  const quote = count("'") > count('"') ? '"' : "'";
  const body = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replace(HIDDEN, escaped);
  return `${quote}${body}${quote}`;
};

/** `__proto__: x` would set the prototype; computed, it is a key like any other. */
const keyText = (key: string): string => (key === '__proto__' ? "['__proto__']" : literal(key));

/** The formatter takes quotes away where no key of the object needs them. */
const keysOf = (fields: readonly Field[]): readonly string[] =>
  fields.map(({ key }) => (IDENTIFIER.test(key) && key !== '__proto__' ? key : keyText(key)));

const isFields = (value: Written): value is Fields => typeof value === 'object' && 'fields' in value;
const isList = (value: Written): value is readonly Written[] => Array.isArray(value);

/** On one line; null where it may not stand on one. */
const inline = (value: Written): string | null => {
  if (typeof value === 'string') return literal(value);
  if (isList(value)) {
    if (mustBreak(value)) return null;
    const parts = value.map(inline);
    return parts.includes(null) ? null : `[${parts.join(', ')}]`;
  }
  if (!isFields(value)) return String(value);
  const { fields } = value;
  if (fields.some(({ why, hint }) => why !== undefined || hint !== undefined)) return null;
  if (fields.length === 0) return '{}';
  const keys = keysOf(fields);
  const parts = fields.map((field, index) => {
    const text = inline(field.value);
    return text === null ? null : `${keys[index]}: ${text}`;
  });
  return parts.includes(null) ? null : `{ ${parts.join(', ')} }`;
};

/** The formatter sets several objects with several keys each one below the other. */
const mustBreak = (list: readonly Written[]): boolean =>
  list.length > 1 && list.every((item) => isFields(item) && item.fields.length > 1);

const comment = (lines: readonly string[] | undefined, pad: string): readonly string[] =>
  (lines ?? []).map((line) => `${pad}// ${line}`);

const fieldLines = (fields: readonly Field[], pad: string): readonly string[] => {
  const keys = keysOf(fields);
  return fields.flatMap(({ value, why, hint }, index) => [
    ...comment(why, pad),
    ...lines(value, pad, `${keys[index]}: `, ','),
    ...comment(hint, pad),
  ]);
};

/** A value with what stands before and behind it, as lines of source. */
const lines = (value: Written, pad: string, before: string, behind: string): readonly string[] => {
  const flat = inline(value);
  if (flat !== null && `${pad}${before}${flat}${behind}`.length <= WIDTH)
    return [`${pad}${before}${flat}${behind}`];
  const deeper = `${pad}${INDENT}`;
  if (isList(value))
    return [`${pad}${before}[`, ...value.flatMap((item) => lines(item, deeper, '', ',')), `${pad}]${behind}`];
  if (typeof value === 'object' && isFields(value))
    return [`${pad}${before}{`, ...fieldLines(value.fields, deeper), `${pad}}${behind}`];
  // A text that is longer than a line stands below its key.
  return before.endsWith(': ')
    ? [`${pad}${before.trimEnd()}`, `${deeper}${flat}${behind}`]
    : [`${pad}${before}${flat}${behind}`];
};

/** The sections of the configuration, an empty line between them. */
export const sections = (fields: readonly Field[]): string =>
  fields.map((field) => fieldLines([field], INDENT).join('\n')).join('\n\n');

/** The value as the code reads it. */
export const readBack = (written: Written): unknown => {
  if (isList(written)) return written.map(readBack);
  if (typeof written !== 'object' || !isFields(written)) return written;
  return Object.fromEntries(written.fields.map(({ key, value }) => [key, readBack(value)]));
};
