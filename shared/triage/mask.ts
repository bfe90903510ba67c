import type { SecretReader } from '../config/secret-reference.ts';

/** Shorter values are too common in text to be told apart from it. */
const SHORTEST = 6;
const HIDDEN = '(hidden)';

export interface SecretMask {
  /** Reads like the reader it was made from, and remembers the values. */
  readonly secrets: SecretReader;
  /** The same data with every value that was read taken out of every text. */
  readonly hide: <T>(data: T) => T;
}

/** The forms in which an endpoint may send a secret back: as it is, percent-encoded, the token of a URL alone. */
const formsOf = (secret: string): string[] => {
  const value = secret.toWellFormed();
  const url = URL.parse(value);
  const parts = url ? [url.pathname, ...url.pathname.split('/'), url.search.slice(1), url.password] : [];
  const forms = [value, ...parts.filter((part) => part.length >= 12)];
  return [...forms, ...forms.map(encodeURIComponent), ...forms.map((form) => btoa(asBytes(form)))];
};

/** `btoa` takes bytes; text beyond them is encoded as UTF-8 first. */
const asBytes = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));

/**
 * A last line of defence: observations are made without secrets, but an endpoint decides what it answers, and may
 * answer with what it was sent.
 */
export const createSecretMask = (reader: SecretReader): SecretMask => {
  const forms = new Set<string>();
  const hideText = (text: string): string => {
    let hidden = text;
    for (const form of [...forms].sort((a, b) => b.length - a.length))
      hidden = hidden.replaceAll(form, HIDDEN);
    return hidden;
  };
  const hide = (data: unknown): unknown => {
    if (typeof data === 'string') return hideText(data);
    if (Array.isArray(data)) return data.map(hide);
    if (data === null || typeof data !== 'object') return data;
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [hideText(key), hide(value)]));
  };
  return {
    secrets: {
      read: async (reference) => {
        const value = await reader.read(reference);
        for (const form of formsOf(value)) if (form.length >= SHORTEST) forms.add(form);
        return value;
      },
    },
    hide: hide as SecretMask['hide'],
  };
};
