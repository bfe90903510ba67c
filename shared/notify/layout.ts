import { wrap } from './text.ts';

const INDENT = '  ';

/*
 * Plain text of headings, paragraphs and lists. Only our own words begin a line in its first column: text by others is
 * always indented, so it cannot pass for a heading.
 */

export const paragraph = (text: string): string => wrap(text, INDENT, INDENT);
export const bullet = (text: string): string => wrap(text, '  - ', '    ');
/** `Name: text`, as the communication template has it. */
export const field = (name: string, text: string): string => wrap(text, `${name}: `, INDENT);
export const numbered = (index: number, text: string): string => wrap(text, `  ${index + 1}. `, '     ');
/** What somebody wrote, marked as theirs on every line. */
export const quote = (text: string): string => wrap(text, '  > ', '  > ');

/** A heading with its lines; nothing when there are none. */
export const section = (heading: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [[heading, ...lines].join('\n')];

/** Says how many were left out of a list. */
export const more = (all: readonly unknown[], shown: number): readonly string[] =>
  all.length > shown ? [`  (${all.length - shown} more)`] : [];

export const counted = (many: number, one: string): string => `${many} ${one}${many === 1 ? '' : 's'}`;

/** `a`, `a and b`, `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
