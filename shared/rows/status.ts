import type { CallbackRecord } from './ledger.ts';

export type RowResult = CallbackRecord['result'];

/**
 * What a status says of its row. `finished`: it is through, and whether anything was found is for its fields to say.
 * `pending`: Clay is still at it, and will call again.
 */
export type StatusMeaning = RowResult | 'finished' | 'pending';

/** Clay's own statuses of a cell; the set is open [C, clay-facts]. */
const CLAY: Readonly<Record<string, StatusMeaning>> = {
  SUCCESS: 'hit',
  SUCCESS_NO_DATA: 'missed',
  SUCCESS_BLOCKED_DATA: 'missed',
  ERROR_RUN_CONDITION_NOT_MET: 'skipped',
  RETRY: 'pending',
  QUEUED: 'pending',
  RUNNING: 'pending',
  RATE_LIMITED: 'pending',
  AWAITING_CALLBACK: 'pending',
};

/** Words that operators write into the template for the same things. */
const WORDS: Readonly<Record<StatusMeaning, readonly string[]>> = {
  hit: ['HIT', 'FOUND', 'MATCH', 'MATCHED', 'ENRICHED'],
  missed: [
    'MISS',
    'MISSED',
    'NOT_FOUND',
    'NOTFOUND',
    'NO_DATA',
    'NO_MATCH',
    'NO_RESULT',
    'NO_RESULTS',
    'EMPTY',
  ],
  skipped: ['SKIP', 'SKIPPED', 'NOT_RUN', 'RUN_CONDITION_NOT_MET'],
  failed: ['FAIL', 'FAILED', 'FAILURE', 'EXCEPTION', 'TIMEOUT', 'TIMED_OUT', 'REJECTED'],
  finished: ['OK', 'DONE', 'COMPLETE', 'COMPLETED', 'FINISHED', 'SUCCEEDED', 'SUCCESSFUL', '200'],
  pending: ['PENDING', 'WAITING', 'IN_PROGRESS', 'PROCESSING', 'STARTED'],
};

const KNOWN: ReadonlyMap<string, StatusMeaning> = new Map([
  ...(Object.entries(WORDS) as [StatusMeaning, readonly string[]][]).flatMap(([meaning, words]) =>
    words.map((word): [string, StatusMeaning] => [word, meaning]),
  ),
  ...Object.entries(CLAY),
]);

/** `Not found`, `not-found` and `NOT_FOUND` are one word. */
const wordOf = (status: string): string =>
  status
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');

/**
 * What a status means, by the operator's own table first; undefined when nobody knows, which is no fault: Clay adds
 * statuses, and templates hold any words.
 */
export const meaningOf = (
  status: string,
  overrides: Readonly<Record<string, RowResult>> = {},
): StatusMeaning | undefined => {
  const word = wordOf(status);
  const overridden = Object.hasOwn(overrides, status)
    ? overrides[status]
    : Object.entries(overrides).find(([name]) => wordOf(name) === word)?.[1];
  const known = overridden ?? KNOWN.get(word);
  if (known) return known;
  if (/^ERROR(_|$)/.test(word)) return 'failed';
  return word.startsWith('SUCCESS_') ? 'finished' : undefined;
};

/** The most that is kept of any word from outside, characters. */
const LONGEST = 64;

/**
 * A word from outside (a status, the name of a provider or column) as it may be kept: printable ASCII, at most 64
 * characters, without what could be somebody's data (addresses, links, long numbers). Undefined when nothing is left.
 */
export const safeWord = (text: string): string | undefined => {
  const safe = text
    .slice(0, LONGEST * 8)
    .split(/\s+/)
    .filter((word) => !/@|:\/\/|\d{5,}/.test(word))
    .join(' ')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, LONGEST)
    .trimEnd();
  return safe === '' ? undefined : safe;
};
