import { closest, distance } from 'fastest-levenshtein';
import type * as z from 'zod';
import { allowedAt, allowedNameAt, everyKey, keysAt } from './keys.ts';
import { HIDDEN, shownKey, shownValue } from './redact.ts';

/** One thing wrong with a configuration; every part of it is safe to show. */
export interface Problem {
  /** `feeds.leads.webhooks[0].limit`; empty for the whole. */
  readonly path: string;
  readonly text: string;
}

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

const PLAIN_KEY = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** A path as a person writes it, with keys hidden that are no keys but values in the wrong place. */
export const shownPath = (path: Path): string => {
  let text = '';
  for (const [index, key] of path.entries()) {
    const known = keysAt(path.slice(0, index)).includes(String(key));
    const shown = known ? String(key) : shownKey(key);
    if (typeof key === 'number') text += `[${key}]`;
    else if (PLAIN_KEY.test(shown)) text += text ? `.${shown}` : shown;
    else text += shown === HIDDEN ? `.${HIDDEN}` : `[${JSON.stringify(shown)}]`;
  }
  return text;
};

/** Typing errors are compared up to this length; nobody mistypes a longer key. */
const LONGEST_TYPO = 60;

/** The name that was probably meant, if any is near enough. */
export const nearest = (typed: string, names: readonly string[]): string | undefined => {
  if (names.length === 0 || typed.length > LONGEST_TYPO) return undefined;
  const lower = typed.toLowerCase();
  const found = closest(
    lower,
    names.map((name) => name.toLowerCase()),
  );
  const name = names.find((candidate) => candidate.toLowerCase() === found);
  return name && distance(lower, found) <= Math.max(2, Math.floor(typed.length * 0.4)) ? name : undefined;
};

/** Where a key of this very name lives, when it was only put in the wrong place. */
const elsewhere = (typed: string): string | undefined => {
  const homes = everyKey().filter(({ path }) => path.split('.').at(-1) === typed);
  return homes.length === 1 ? homes[0]?.path : undefined;
};

const unknownKey = (path: Path, key: string): Problem => {
  const known = keysAt(path);
  const meant = nearest(key, known) ?? elsewhere(key);
  const hint = meant ? `did you mean ${meant}?` : `allowed here: ${known.join(', ')}`;
  const shown = known.length > 20 && !meant ? 'unknown key' : `unknown key; ${hint}`;
  return { path: shownPath([...path, key]), text: shown };
};

const at = (input: unknown, path: Path): unknown => {
  let value = input;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
};

const wrongValue = (path: Path, input: unknown): Problem => {
  const value = at(input, path);
  const allowed = allowedAt(path);
  return {
    path: shownPath(path),
    text:
      value === undefined ? `missing; must be ${allowed}` : `${shownValue(path, value)}; must be ${allowed}`,
  };
};

/** How many problems one complaint of the schema stands for. */
export const countOf = (issue: Issue): number => (issue.code === 'unrecognized_keys' ? issue.keys.length : 1);

/** What one complaint of the schema means to the person who wrote the file; at most `most` problems of it. */
export const problemsOf = (issue: Issue, input: unknown, most: number): Problem[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, most).map((key) => unknownKey(issue.path, key));
  }
  if (issue.code === 'invalid_key') {
    const parent = issue.path.slice(0, -1);
    return [{ path: shownPath(issue.path), text: `the key must be ${allowedNameAt(parent)}` }];
  }
  return [wrongValue(issue.path, input)];
};
