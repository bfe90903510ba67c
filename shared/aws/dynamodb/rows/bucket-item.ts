import type { Attempt } from '../../../rows/attempt.ts';
import { NEW_ROW, type Row, type RowBack, type RowFact } from '../../../rows/row.ts';
import type { Item } from '../document.ts';

/*
 * A bucket's item. Every write costs a unit per kilobyte of it, so names and values are short:
 *
 * | attribute | holds |
 * |---|---|
 * | `s<slot>` | submitted, as reported: `<webhook><time>[.<count>]`; or the first accepted attempt of a forwarder |
 * | `a<slot>` | the last attempt that is open |
 * | `r<slot>` | all other attempts, each after `+` (accepted) or `?` (open), divided by commas |
 * | `u<slot>:<webhook>` | sent, no answer seen: `<time>`; the webhook in full |
 * | `c<slot>` | came back: `<result><crm><status><provider><column><time>[.<credits>[.<actions>]]` |
 * | `e<slot>` | the end of the entity's hash |
 * | `d<code>` | a word; other attributes hold its code of two signs |
 * | `v` | how often attempts were changed, a number |
 * | `x` | the ids of rows that forwarders sent are not of our making |
 *
 * An attempt is `<webhook><time>/[<attempt>][!<token>]`; the number is left out when it is 1. Result and CRM are one sign each. Numbers are to the base 36, times in ms since the bucket was opened, amounts in thousandths.
 *
 * `c`, `e`, `d`, `u`, and an `s` that was reported, once there, never change. The attempts of a row (`a`, `r`, and an `s`
 * that a forwarder wrote) change on condition that all three are as they were read, and with each such write `v` grows.
 */

/** A bucket as it is stored. */
export interface Bucket {
  readonly rows: ReadonlyMap<number, Row>;
  /** Words by their code. */
  readonly words: ReadonlyMap<string, string>;
  /** How often attempts to send its rows were changed. */
  readonly changes: number;
  /** Its rows have ids that say their place. */
  readonly isIssued: boolean;
}

export const EMPTY_BUCKET: Bucket = { rows: new Map(), words: new Map(), changes: 0, isIssued: true };

/** Attributes to set; each must not be there yet. Of words, the same may be there. */
export interface Marks {
  readonly facts: ReadonlyMap<string, string>;
  readonly words: ReadonlyMap<string, string>;
  /** Attributes that would make a fact old news. */
  readonly absent: ReadonlySet<string>;
}

const RESULTS = { h: 'hit', m: 'missed', s: 'skipped', f: 'failed' } as const;
const CRM = { o: 'ok', f: 'failed', w: 'wrong', '-': '' } as const;
const CODE_SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** No word; providers and columns may be missing. */
const NO_WORD = '..';

/** FNV-1a. A code that another word has already is found out by the write's condition, and the next one is taken. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
};

const codeText = (code: number): string =>
  `${CODE_SIGNS[Math.floor(code / 64) % 64]}${CODE_SIGNS[code % 64]}`;

/** The code of a word: its own, unless another word was there first. */
const codeOf = (word: string, words: ReadonlyMap<string, string>): string => {
  let code = hashOf(word);
  while ((words.get(codeText(code)) ?? word) !== word) code += 1;
  return codeText(code);
};

/** Gives words their codes, and collects those that the bucket does not have yet, by attribute. */
export const createCoder = (stored: Bucket['words']) => {
  const known = new Map(stored);
  const words = new Map<string, string>();
  const coded = (word: string): string => {
    if (word === '') return NO_WORD;
    const code = codeOf(word, known);
    if (!stored.has(code)) words.set(`d${code}`, word);
    known.set(code, word);
    return code;
  };
  return { coded, words };
};

/** A sign of a token for each six of 24 bits: enough to tell two claims of one attempt apart. */
export const tokenText = (token: string): string => {
  const hash = hashOf(token);
  return codeText(hash % 4_096) + codeText(Math.floor(hash / 4_096) % 4_096);
};

const number = (text: string | undefined): number => (text ? Number.parseInt(text, 36) : 0);
const tailOf = (...amounts: readonly number[]): string => {
  const last = amounts.findLastIndex((amount) => amount > 0);
  return amounts
    .slice(0, last + 1)
    .map((amount) => `.${amount > 0 ? amount.toString(36) : ''}`)
    .join('');
};

export const slotName = (slot: number): string => slot.toString(36);

/** The marks of facts on rows of a bucket that was opened at `openedAt`. */
export const marksFor = (
  facts: readonly { readonly slot: number; readonly said: RowFact }[],
  openedAt: number,
  bucket: Bucket,
): Marks => {
  const marks = new Map<string, string>();
  const absent = new Set<string>();
  const { coded, words } = createCoder(bucket.words);
  const time = (at: number) => (at - openedAt).toString(36);
  for (const { slot, said } of facts) {
    const name = slotName(slot);
    if (said.kind === 'back') {
      const { at, result, crm, status, provider, column, credits, actions } = said.fact;
      const what = `${result[0]}${crm[0] ?? '-'}${[status, provider, column].map(coded).join('')}`;
      marks.set(`c${name}`, `${what}${time(at)}${tailOf(credits, actions)}`);
      continue;
    }
    if (said.kind === 'unknown') {
      marks.set(`u${name}:${said.fact.webhook}`, time(said.fact.at));
      if (!bucket.rows.get(slot)?.submitted) absent.add(`s${name}`);
    } else {
      const { at, webhook, count } = said.fact;
      const rest = count === undefined ? '' : `.${count.toString(36)}`;
      marks.set(`s${name}`, `${coded(webhook)}${time(at)}${rest}`);
    }
    if (said.entity !== undefined && bucket.rows.get(slot)?.entity === undefined)
      marks.set(`e${name}`, said.entity);
  }
  return { facts: marks, words, absent: new Set([...absent].filter((name) => !marks.has(name))) };
};

/** An attempt as text. */
export const attemptText = (
  { attempt, webhook, at, token }: Omit<Attempt, 'outcome'>,
  openedAt: number,
  coded: (word: string) => string,
): string => {
  const time = `${coded(webhook)}${(at - openedAt).toString(36)}`;
  return `${time}/${attempt === 1 ? '' : attempt.toString(36)}${token === undefined ? '' : `!${token}`}`;
};

const readAttempt = (
  text: string,
  outcome: Attempt['outcome'],
  openedAt: number,
  words: Bucket['words'],
): Attempt => {
  const [sent = '', token] = text.slice(2).split('!');
  const [time, attempt] = sent.split('/');
  return {
    attempt: number(attempt) || 1,
    webhook: words.get(text.slice(0, 2)) ?? '',
    at: openedAt + number(time),
    outcome,
    ...(token !== undefined && { token }),
  };
};

const readAttempts = (
  item: Item,
  slot: string,
  openedAt: number,
  words: Bucket['words'],
): readonly Attempt[] => {
  const [open, accepted, rest] = ['a', 's', 'r'].map((kind) => item[`${kind}${slot}`]?.S);
  return [
    ...(open === undefined ? [] : [readAttempt(open, 'open', openedAt, words)]),
    ...(isAttempt(accepted) ? [readAttempt(accepted, 'accepted', openedAt, words)] : []),
    ...(rest ?? '')
      .split(',')
      .filter((text) => text !== '')
      .map((text) => readAttempt(text.slice(1), text[0] === '+' ? 'accepted' : 'open', openedAt, words)),
  ].toSorted((one, other) => one.attempt - other.attempt);
};

/** Did a forwarder write this, or was it reported? */
export const isAttempt = (submitted: string | undefined): submitted is string =>
  submitted?.includes('/') ?? false;

const readSubmitted = (
  value: string,
  openedAt: number,
  words: Bucket['words'],
): NonNullable<Row['submitted']> => {
  const [time, count] = value.slice(2).split('.');
  return {
    at: openedAt + number(time),
    webhook: words.get(value.slice(0, 2)) ?? '',
    ...(count !== undefined && { count: number(count) }),
  };
};

const readBack = (value: string, openedAt: number, words: Bucket['words']): RowBack => {
  const [time, credits, actions] = value.slice(8).split('.');
  const word = (from: number) => words.get(value.slice(from, from + 2)) ?? '';
  return {
    at: openedAt + number(time),
    result: RESULTS[value[0] as keyof typeof RESULTS] ?? 'failed',
    crm: CRM[value[1] as keyof typeof CRM] ?? '',
    status: word(2),
    provider: word(4),
    column: word(6),
    credits: number(credits),
    actions: number(actions),
  };
};

const withMark = (row: Row, name: string, value: string, openedAt: number, words: Bucket['words']): Row => {
  switch (name[0]) {
    case 's':
      return isAttempt(value) ? row : { ...row, submitted: readSubmitted(value, openedAt, words) };
    case 'c':
      return { ...row, back: readBack(value, openedAt, words) };
    case 'e':
      return { ...row, entity: value };
    case 'u':
      return {
        ...row,
        unknown: [...row.unknown, { at: openedAt + number(value), webhook: name.slice(3) }],
      };
    default:
      return row;
  }
};

const MARK = /^(?:[scear][0-9a-j]|u[0-9a-j]:.*)$/s;
const OF_ATTEMPTS = 'asr';

/** Reads an item that `marksFor` and `sendMarksFor` made. */
export const readBucket = (item: Item, openedAt: number): Bucket => {
  const words = new Map<string, string>();
  for (const [name, { S: word }] of Object.entries(item))
    if (word !== undefined && /^d[\w-]{2}$/.test(name)) words.set(name.slice(1), word);
  const rows = new Map<number, Row>();
  const sent = new Set<number>();
  for (const [name, { S: value }] of Object.entries(item)) {
    if (value === undefined || !MARK.test(name)) continue;
    const slot = Number.parseInt(name[1] ?? '', 36);
    rows.set(slot, withMark(rows.get(slot) ?? NEW_ROW, name, value, openedAt, words));
    if (OF_ATTEMPTS.includes(name[0] ?? '')) sent.add(slot);
  }
  for (const slot of sent) {
    const sends = readAttempts(item, slotName(slot), openedAt, words);
    if (sends.length > 0) rows.set(slot, { ...(rows.get(slot) ?? NEW_ROW), sends });
  }
  return { rows, words, changes: Number(item.v?.N ?? 0), isIssued: item.x === undefined };
};
