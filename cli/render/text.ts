import type { Style } from '../terminal.ts';

/** How a page is drawn. */
export interface Page {
  readonly style: Style;
  /** Columns. */
  readonly width: number;
}

/** Control, formatting and direction characters: in text from outside they could forge or hide what is shown. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu;
const LONGEST = 1_000;

/** Text from outside, fit for a terminal. */
export const plain = (text: string): string => text.slice(0, LONGEST).replace(UNSAFE, ' ').trim();

/** The same of several lines: they stay, and so does what they begin with. */
export const plainLines = (text: string): string =>
  text.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, ' ');

const escaped = (text: string): string =>
  Array.from(
    { length: text.length },
    (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

/**
 * A document as JSON, fit for a terminal as well as for programs: beside what JSON escapes anyway, whatever a terminal
 * obeys or that would hide or turn round what follows.
 */
export const jsonText = (document: unknown): string =>
  `${JSON.stringify(document, null, 2).replace(/[\u007f-\u009f\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, escaped)}\n`;

/** Code points; wide and combining characters are counted as one column each. */
const columnsOf = (text: string): number => [...text].length;

const pieces = (word: string, width: number): string[] =>
  word.match(new RegExp(`.{1,${Math.max(1, width)}}`, 'gu')) ?? [''];

/** Lines of at most `width` columns; a word that is longer than a line is cut. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((long) => pieces(long, width))) {
    if (line && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
};

/** A paragraph: the first line begins with `mark`, the others are indented as far. */
export const hang = (mark: string, text: string, width: number): string[] =>
  wrap(plain(text), width - mark.length).map((line, index) =>
    index === 0 ? mark + line : ' '.repeat(mark.length) + line,
  );

/** Text from outside, cut or filled to exactly `width` columns. */
export const cell = (text: string, width: number): string => {
  const characters = [...plain(text)];
  return characters.length > width
    ? `${characters.slice(0, width - 1).join('')}…`
    : characters.join('') + ' '.repeat(width - characters.length);
};

/** The same, flush right, with a column free before it. */
export const cellRight = (text: string, width: number): string => {
  const shown = cell(text, width - 1).trimEnd();
  return ' '.repeat(width - [...shown].length) + shown;
};

export const joined = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
