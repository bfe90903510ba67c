import { isoInstant } from '../../shared/clock.ts';
import type { DeadLetter, DeadLetterFault, DeadLetterReason } from '../../shared/relay/keeping.ts';
import type { LetterOutcome } from '../../shared/replay/dead-letters.ts';
import type { StoreSource } from '../store.ts';
import { amount, moment, NO_NUMBER, rows, time } from './amounts.ts';
import { cell, cellRight, hang, joined, jsonText, type Page, plain } from './text.ts';
import { sourceText } from './usage.ts';

export interface LettersSeen {
  readonly feed: string;
  /** The first of them. */
  readonly letters: readonly DeadLetter[];
  /** Of all of them, most first. */
  readonly reasons: readonly {
    readonly fault: DeadLetterFault;
    readonly reason: DeadLetterReason;
    readonly count: number;
  }[];
  readonly total: number;
}

const FAULTS: Readonly<Record<DeadLetterFault, string>> = {
  row: "the row's own fault",
  ours: "our fault or Clay's",
};

const REASONS: Readonly<Record<DeadLetterReason, string>> = {
  'too-large': 'larger than Clay takes',
  'bad-request': 'refused by Clay as malformed',
  'unknown-answer': 'answers that nobody understands, again and again',
  'uncertain-too-often': 'sent again and again without an answer',
  unreadable: 'not a row of ours, or sealed with another key',
  undeliverable: 'whoever sent it died each time',
};

const ID_WIDTH = 28;

const letterLine = ({ id, at, reason, status, locked }: DeadLetter, now: number): string =>
  [
    cell(id, ID_WIDTH),
    cellRight(time(Math.max(0, now - at)), 8),
    '  ',
    cell(reason, 20),
    cellRight(status === null ? NO_NUMBER : String(status), 5),
    locked ? '  locked' : '',
  ].join('');

export const renderLetters = (
  { feed, letters, reasons, total }: LettersSeen,
  source: StoreSource,
  now: number,
  { style, width }: Page,
): string => {
  const head = [style.bold(plain(feed)), ...hang('  ', `In ${sourceText(source)}.`, width).map(style.dim)];
  if (total === 0) return joined([...head, '  No row was set aside.']);
  return joined([
    ...head,
    ...(['ours', 'row'] as const).flatMap((fault) => {
      const of = reasons.filter((each) => each.fault === fault);
      if (of.length === 0) return [];
      const sum = of.reduce((all, { count }) => all + count, 0);
      return [
        `  ${FAULTS[fault]}: ${amount(sum)}`,
        ...of.flatMap(({ reason, count }) =>
          hang(`    ${amount(count).padStart(7)}  `, `${reason}: ${REASONS[reason]}`, width),
        ),
      ];
    }),
    '',
    ...letters.map((letter) => letterLine(letter, now)),
    ...(total > letters.length ? [`… and ${rows(total - letters.length)} more (--limit).`] : []),
  ]);
};

const letterDocument = ({ row, body, at, ...letter }: DeadLetter, isRevealed: boolean) => ({
  ...letter,
  at: isoInstant(at),
  row: row && {
    id: row.id,
    takenAt: isoInstant(row.takenAt),
    after: row.after,
    tries: row.tries,
    origin: row.origin,
    bytes: new TextEncoder().encode(row.json).length,
    ...(isRevealed && { json: row.json }),
  },
  ...(body !== undefined && {
    bodyBytes: new TextEncoder().encode(body).length,
    ...(isRevealed && { body }),
  }),
});

export const renderLettersJson = ({ letters, ...seen }: LettersSeen, source: StoreSource): string =>
  jsonText({ version: 1, source, ...seen, letters: letters.map((letter) => letterDocument(letter, false)) });

export const renderLetterJson = (letter: DeadLetter, isRevealed: boolean, source: StoreSource): string =>
  jsonText({ version: 1, source, letter: letterDocument(letter, isRevealed) });

/** The content, line by line as it is, without what could forge the screen. */
const contentLines = ({ row, body, locked }: DeadLetter, isRevealed: boolean): readonly string[] => {
  if (locked) return ['The key at hand does not open it.'];
  const text = row?.json ?? body ?? '';
  if (!isRevealed)
    return [
      `${amount(new TextEncoder().encode(text).length)} bytes; --reveal shows them. They are personal data.`,
    ];
  const lines: string[] = [];
  for (let from = 0; from < text.length; from += 1_000) lines.push(plain(text.slice(from, from + 1_000)));
  return lines;
};

export const renderLetter = (
  letter: DeadLetter,
  isRevealed: boolean,
  now: number,
  { style, width }: Page,
): string => {
  const line = (name: string, text: string) => hang(`  ${`${name}:`.padEnd(10)}`, text, width);
  const { row, fault, reason, at, status, webhook, detail } = letter;
  return joined([
    style.bold(plain(letter.id)),
    ...line('set aside', `${moment(at)}, ${time(Math.max(0, now - at))} ago`),
    ...line('fault', FAULTS[fault]),
    ...line('reason', `${reason}: ${REASONS[reason]}`),
    ...line('detail', detail),
    ...line('answer', status === null ? 'none' : `${status}${webhook === null ? '' : ` of ${webhook}`}`),
    ...(row ? line('row', `${row.id}, taken ${moment(row.takenAt)}, tried ${amount(row.tries)} times`) : []),
    ...(isRevealed
      ? ['', ...contentLines(letter, true)]
      : line('content', contentLines(letter, false).join(' '))),
  ]);
};

const OUTCOMES: Readonly<Record<LetterOutcome['outcome'], string>> = {
  queued: 'queued again',
  dropped: 'dropped for good',
  'not-found': 'not found: sent again, dropped or expired meanwhile',
  'no-row': 'not sent: it holds no row that can be read',
};

export const renderOutcomes = (outcomes: readonly LetterOutcome[], { width }: Page): string =>
  joined(outcomes.flatMap(({ id, outcome }) => hang('', `${id}  ${OUTCOMES[outcome]}`, width)));

export const renderOutcomesJson = (outcomes: readonly LetterOutcome[]): string =>
  jsonText({ version: 1, letters: outcomes });
