/** What stands where a value is not shown. */
export const HIDDEN = '(hidden)';

const KNOWN_SECRET = /\b(sk|pk|rk|whsec|ghp|gho|xox[a-z]|AKIA|ASIA|eyJ)[-_A-Za-z0-9]|(bearer|basic)\s+\S/i;
const UUID = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/i;
/** Longer than a word that a person types. */
const LONG_WORD = 24;
const LONG_RUN = 40;
const MIXED_WORD = 10;

const looksRandom = (word: string): boolean =>
  word.length >= LONG_WORD ||
  (word.length >= MIXED_WORD && (word.match(/\d/g)?.length ?? 0) >= 2 && /[a-z]/i.test(word));

/**
 * Whether a text could be a key, a token or a password by its look. Errs on the side of yes: hiding a harmless
 * value costs a glance at the file, showing a secret costs a rotation.
 */
export const looksSecret = (text: string): boolean =>
  KNOWN_SECRET.test(text) ||
  UUID.test(text) ||
  text.split(/\s+/).some((run) => run.length > LONG_RUN) ||
  text.split(/[^A-Za-z0-9]+/).some(looksRandom);

const SECRET_KEY =
  /token|secret|passw|pwd|api[-_]?key|auth|credential|cookie|bearer|private|signature|^key$/i;
/** Places whose whole content is somebody's data or goes out as a header. */
const SECRET_PLACE = new Set<PropertyKey>(['headers', 'row']);

/** Whether a value at this path is hidden whatever it looks like. */
export const isSecretPlace = (path: readonly PropertyKey[]): boolean =>
  path.some((key) => SECRET_PLACE.has(key) || (typeof key === 'string' && SECRET_KEY.test(key))) ||
  (path.includes('webhooks') && path.at(-1) === 'url');

/** A URL whose parts are harmless: no user name, no query, no fragment, no webhook, nothing that looks random. */
const isHarmlessUrl = (text: string): boolean => {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || text.length > 200) return false;
  const bare = url.username + url.password + url.search + url.hash === '' && !/[@?#]/.test(text);
  const parts = [...url.hostname.split('.'), ...url.pathname.split('/')];
  return bare && !/webhook|hooks?\b/i.test(text) && !parts.some(looksSecret);
};

const shownText = (text: string): string => {
  if (text.includes('://')) return isHarmlessUrl(text) ? JSON.stringify(text) : HIDDEN;
  return looksSecret(text) ? HIDDEN : JSON.stringify(text);
};

/** A value as an error message may show it. Objects and lists are only counted. */
export const shownValue = (path: readonly PropertyKey[], value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (isSecretPlace(path)) return HIDDEN;
  return typeof value === 'string' ? shownText(value) : String(value);
};

/** A key as an error message may show it: a person may have put the value where the key belongs. */
export const shownKey = (key: PropertyKey): string => {
  const text = String(key);
  return text.length > LONG_RUN || text.includes('://') || looksSecret(text) ? HIDDEN : text;
};

/** What follows the name of a scheme is a secret whatever it looks like. */
const CREDENTIAL = /\b(?:bearer|basic)\s+\S+/gi;
/** An e-mail address, or a telephone number as SMS takes it. */
const PERSON = /[^\s"'<>(),;:]+@[^\s"'<>(),;:]+|\+\d{7,15}\b/g;

/** A text by somebody else (an exception's message), without what could be a secret or names a person. */
export const redactText = (text: string): string =>
  text
    .slice(0, 2_000)
    .replace(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, HIDDEN)
    .replace(CREDENTIAL, HIDDEN)
    .replace(PERSON, HIDDEN)
    .split(/(\s+|["'`(),;:=<>{}[\]])/)
    .map((word) => (looksSecret(word) ? HIDDEN : word))
    .join('')
    .slice(0, 500);
