import { NEW_ROW, type Row, type RowBack, type RowFact } from '../../../rows/row.ts';
import type { Item } from '../document.ts';

/*
 * A bucket's item. Every write unit is a kilobyte of it, so names and values are short:
 *
 * | attribute | holds |
 * |---|---|
 * | `s<slot>` | submitted: `<time>.<webhook>[.<count>]` |
 * | `u<slot>:<webhook>` | sent, no answer seen: `<time>` |
 * | `c<slot>` | came back: `<time>.<what>[.<credits>[.<actions>]]`, amounts in thousandths |
 * | `e<slot>` | the end of the entity's hash |
 * | `d<code>` | the words that `<webhook>` and `<what>` stand for |
 *
 * Numbers are to the base 36, times in ms since the bucket was opened. An attribute, once there, never changes.
 */

/** A bucket as it is stored. */
export interface Bucket {
  readonly rows: ReadonlyMap<number, Row>;
  /** Words by their code. */
  readonly words: ReadonlyMap<string, string>;
}

export const EMPTY_BUCKET: Bucket = { rows: new Map(), words: new Map() };

/** Attributes to set; each must not be there yet. Of words, the same may be there. */
export interface Marks {
  readonly facts: ReadonlyMap<string, string>;
  readonly words: ReadonlyMap<string, string>;
  /** Attributes that would make a fact old news. */
  readonly absent: ReadonlySet<string>;
}

const RESULTS = { h: 'hit', m: 'missed', s: 'skipped', f: 'failed' } as const;
const CRM = { o: 'ok', f: 'failed', '': '' } as const;
const CODE_SIGNS = 3;

/** FNV-1a. A code that another word has already is found out by the write's condition, and the next one is taken. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
};

const codes = 36 ** CODE_SIGNS;
const codeText = (code: number): string => (code % codes).toString(36).padStart(CODE_SIGNS, '0');

/** The code of a word: its own, unless another word was there first. */
const codeOf = (word: string, words: ReadonlyMap<string, string>): string => {
  let code = hashOf(word);
  while ((words.get(codeText(code)) ?? word) !== word) code += 1;
  return codeText(code);
};

const number = (text: string | undefined): number => (text ? Number.parseInt(text, 36) : 0);
const tailOf = (...amounts: readonly number[]): string => {
  const last = amounts.findLastIndex((amount) => amount > 0);
  return amounts
    .slice(0, last + 1)
    .map((amount) => `.${amount > 0 ? amount.toString(36) : ''}`)
    .join('');
};

const backWord = ({ result, status, provider, column, crm }: RowBack): string =>
  `${result[0]}${crm[0] ?? ''}\n${status}\n${provider}\n${column}`;

const slotName = (slot: number): string => slot.toString(36);

/** The marks of facts on rows of a bucket that was opened at `openedAt`. */
export const marksFor = (
  facts: readonly { readonly slot: number; readonly said: RowFact }[],
  openedAt: number,
  bucket: Bucket,
): Marks => {
  const marks = new Map<string, string>();
  const words = new Map<string, string>();
  const absent = new Set<string>();
  const known = new Map(bucket.words);
  const coded = (word: string): string => {
    const code = codeOf(word, known);
    if (!bucket.words.has(code)) words.set(`d${code}`, word);
    known.set(code, word);
    return code;
  };
  const time = (at: number) => (at - openedAt).toString(36);
  for (const { slot, said } of facts) {
    const name = slotName(slot);
    if (said.kind === 'back') {
      const { fact } = said;
      marks.set(`c${name}`, `${time(fact.at)}.${coded(backWord(fact))}${tailOf(fact.credits, fact.actions)}`);
      continue;
    }
    if (said.kind === 'unknown') {
      marks.set(`u${name}:${said.fact.webhook}`, time(said.fact.at));
      if (!bucket.rows.get(slot)?.submitted) absent.add(`s${name}`);
    } else {
      const { at, webhook, count } = said.fact;
      marks.set(
        `s${name}`,
        `${time(at)}.${coded(`w\n${webhook}`)}${count === undefined ? '' : `.${count.toString(36)}`}`,
      );
    }
    if (said.entity !== undefined && bucket.rows.get(slot)?.entity === undefined)
      marks.set(`e${name}`, said.entity);
  }
  return { facts: marks, words, absent: new Set([...absent].filter((name) => !marks.has(name))) };
};

const readSubmitted = (value: string, openedAt: number, words: Bucket['words']): Row['submitted'] => {
  const [time, code = '', count] = value.split('.');
  return {
    at: openedAt + number(time),
    webhook: words.get(code)?.slice(2) ?? '',
    ...(count !== undefined && { count: number(count) }),
  };
};

const readBack = (value: string, openedAt: number, words: Bucket['words']): RowBack => {
  const [time, code = '', credits, actions] = value.split('.');
  const [kind = '', status = '', provider = '', column = ''] = (words.get(code) ?? '').split('\n');
  return {
    at: openedAt + number(time),
    result: RESULTS[kind[0] as keyof typeof RESULTS] ?? 'failed',
    crm: CRM[(kind[1] ?? '') as keyof typeof CRM] ?? '',
    status,
    provider,
    column,
    credits: number(credits),
    actions: number(actions),
  };
};

const withMark = (row: Row, name: string, value: string, openedAt: number, words: Bucket['words']): Row => {
  switch (name[0]) {
    case 's':
      return { ...row, submitted: readSubmitted(value, openedAt, words) } as Row;
    case 'c':
      return { ...row, back: readBack(value, openedAt, words) };
    case 'e':
      return { ...row, entity: value };
    default:
      return {
        ...row,
        unknown: [...row.unknown, { at: openedAt + number(value), webhook: name.slice(3) }],
      };
  }
};

const MARK = /^(?:[sce][0-9a-f]|u[0-9a-f]:.*)$/s;

/** Reads an item that `marksFor` made. */
export const readBucket = (item: Item, openedAt: number): Bucket => {
  const words = new Map<string, string>();
  for (const [name, { S: word }] of Object.entries(item))
    if (word !== undefined && /^d[0-9a-z]{3}$/.test(name)) words.set(name.slice(1), word);
  const rows = new Map<number, Row>();
  for (const [name, { S: value }] of Object.entries(item)) {
    if (value === undefined || !MARK.test(name)) continue;
    const slot = Number.parseInt(name[1] ?? '', 36);
    rows.set(slot, withMark(rows.get(slot) ?? NEW_ROW, name, value, openedAt, words));
  }
  return { rows, words };
};
