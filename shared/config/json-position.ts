/** Where a text stops being JSON, counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

const SPACE = /[ \t\r\n]*/y;
const TOKEN =
  /[[\]{},:]|"[^"\\\p{Cc}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\p{Cc}]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

type State = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'done';

/** The closing brackets that are owed, innermost last; changed by the steps. */
type Owed = string[];
/** What may follow once a token was taken; null when the token is not allowed here. */
type Step = (owed: Owed, token: string) => State | null;

const afterValue = (owed: Owed): State => (owed.length === 0 ? 'done' : 'comma-or-end');

const close: Step = (owed, token) => {
  if (owed.at(-1) !== token) return null;
  owed.pop();
  return afterValue(owed);
};

const value: Step = (owed, token) => {
  if (token === '{') {
    owed.push('}');
    return 'key-or-end';
  }
  if (token === '[') {
    owed.push(']');
    return 'value-or-end';
  }
  return ']},:'.includes(token) ? null : afterValue(owed);
};

const key: Step = (_, token) => (token.startsWith('"') ? 'colon' : null);

const separator: Step = (owed, token) => {
  if (token !== ',') return close(owed, token);
  return owed.at(-1) === '}' ? 'key' : 'value';
};

const steps: Record<State, Step> = {
  value,
  'value-or-end': (owed, token) => (token === ']' ? close(owed, token) : value(owed, token)),
  key,
  'key-or-end': (owed, token) => (token === '}' ? close(owed, token) : key(owed, token)),
  colon: (_, token) => (token === ':' ? 'value' : null),
  'comma-or-end': separator,
  done: () => null,
};

const match = (pattern: RegExp, text: string, offset: number): string | null => {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? null;
};

const positionAt = (text: string, offset: number): TextPosition => {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
};

/**
 * Where the first thing stands that JSON does not allow; null for a text that is JSON. The engine's own message
 * quotes the text around it, which may be a secret, and often gives no position.
 */
export const jsonErrorPosition = (text: string): TextPosition | null => {
  const owed: Owed = [];
  let state: State = 'value';
  let offset = 0;
  while (true) {
    offset += match(SPACE, text, offset)?.length ?? 0;
    const token = match(TOKEN, text, offset);
    if (token === null && offset === text.length && state === 'done') return null;
    const following: State | null = token === null ? null : steps[state](owed, token);
    if (token === null || following === null) return positionAt(text, offset);
    state = following;
    offset += token.length;
  }
};
