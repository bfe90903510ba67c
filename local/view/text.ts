import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/** Colours on a terminal that has them, unless NO_COLOR says otherwise (https://no-color.org). */
export const colorsFor = (
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Colors => pc.createColors(Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb');

/** Text from elsewhere without anything that a terminal would obey. */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\n' ? character : ''));

/** `17:24:40`, in UTC. */
export const timeOfDay = (epochMs: number): string => new Date(epochMs).toISOString().slice(11, 19);

export const indent = (text: string, prefix: string): string =>
  text
    .split('\n')
    .map((line) => `${prefix}${line}`.trimEnd())
    .join('\n');

/** Broken between words into lines of at most `columns`, a longer word left whole. */
export const wrap = (text: string, columns: number): string => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
};

const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'y');

/** At most `columns` wide, colour codes not counted; a line on a terminal that must not wrap. */
export const clip = (line: string, columns: number): string => {
  if (stripVTControlCharacters(line).length <= columns) return line;
  let width = 0;
  let out = '';
  for (let at = 0; at < line.length; ) {
    COLOUR.lastIndex = at;
    const code = COLOUR.exec(line)?.[0];
    if (code) {
      out += code;
      at += code.length;
      continue;
    }
    if (width === columns - 1) return `${out}…${ESCAPE}[0m`;
    const character = String.fromCodePoint(line.codePointAt(at) ?? 32);
    out += character;
    width += 1;
    at += character.length;
  }
  return out;
};

/** A path as somebody in this directory would type it. */
export const shownPath = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
};

const DEFAULT_STATE = '.claywatch';

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** What commands are told to find a runtime with this state directory. */
export const stateFlag = (stateDir: string): string => {
  const shown = shownPath(stateDir);
  return shown === DEFAULT_STATE ? '' : ` --state ${quoted(shown)}`;
};
