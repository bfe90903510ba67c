/** What stands where something is not shown. */
const HIDDEN = '(hidden)';

/** Whoever has a webhook URL can write rows and spend credits [C]. */
const WEBHOOK = /\/sources\/webhook|pull-in-data-from-a-webhook/i;
const CREDENTIAL =
  /\b(?:bearer|basic) \S+|\b(?:sk|pk|rk|whsec|ghp|gho|xox[a-z])[-_][-_A-Za-z0-9.]+|\b(?:AKIA|ASIA|eyJ)[A-Za-z0-9_.-]{8,}/gi;
/** Rows are personal data, and most of them hold an address. */
const MAIL_ADDRESS = /[^@]@[^@]+\.[a-z]/i;
const URL_LIKE = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;

/** Mail programs make links of these too. */
const BARE_HOST = /\bwww\.[^\s/]+/gi;

const unclickable = (host: string): string => host.replaceAll('.', '[.]');

/** Host and path of a URL, without anything that may be a secret; a host that is not known cannot be clicked. */
const shownUrl = (text: string, knownHosts: ReadonlySet<string>): string => {
  const url = URL.parse(text);
  if (!url || `${url.username}${url.password}` !== '') return HIDDEN;
  const path = url.pathname === '/' ? '' : url.pathname.replaceAll('//', '/');
  return knownHosts.has(url.host) ? `${url.protocol}//${url.host}${path}` : `${unclickable(url.host)}${path}`;
};

const shownWord = (word: string, knownHosts: ReadonlySet<string>): string => {
  if (WEBHOOK.test(word)) return HIDDEN;
  const shown = word.includes('://')
    ? word.replace(URL_LIKE, (url) => shownUrl(url, knownHosts))
    : word.replace(BARE_HOST, (host) => (knownHosts.has(host) ? host : unclickable(host)));
  return shown.includes('@') && MAIL_ADDRESS.test(shown) ? HIDDEN : shown;
};

/** Enough for anything that is shown; what comes in may be megabytes. */
const READ_AT_MOST = 2_000;

/**
 * Text by somebody else, as one line that is safe to show anywhere: no control, format or private characters, no line
 * separators, no stacks of accents, no webhook URL, credential, mail address or query of a URL, at most `max`
 * characters. Never empty. Takes time in proportion to what it reads, whatever the text.
 */
export const oneLine = (text: string, max: number, knownHosts: ReadonlySet<string> = new Set()): string => {
  const line = text
    .slice(0, READ_AT_MOST)
    .toWellFormed()
    .replace(/[\p{Cf}\p{Co}\p{Cn}\uFFFD]/gu, '')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(CREDENTIAL, HIDDEN)
    .split(' ')
    .map((word) => shownWord(word, knownHosts))
    .join(' ')
    .trim();
  return line === '' ? '-' : cut(line, max);
};

/** The first `max` characters (code points), the last of them dots where something was left out. */
export const cut = (text: string, max: number): string => {
  const characters = [...text];
  return characters.length <= max
    ? text
    : `${characters
        .slice(0, Math.max(0, max - 3))
        .join('')
        .trimEnd()}...`;
};

/** Printable ASCII: accents taken off, everything else left out. */
export const ascii = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '')
    .trim();

/** Columns of plain-text mail: fits 80 with two levels of quoting. */
export const WIDTH = 74;

const pieces = (word: string, room: number): readonly string[] => {
  // No text has more characters than units; almost every word is short.
  if (word.length <= room) return word === '' ? [] : [word];
  const characters = [...word];
  return Array.from({ length: Math.ceil(characters.length / room) }, (_, index) =>
    characters.slice(index * room, (index + 1) * room).join(''),
  );
};

/**
 * Wraps one paragraph. `first` stands before the first line, `rest` before the others; as long as `rest` is not empty,
 * no text can begin a line and pass for a heading. A word that is longer than a line is broken.
 */
export const wrap = (text: string, first = '', rest = ''): string => {
  const longest = Math.max(1, WIDTH - Math.max(first.length, rest.length));
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ').flatMap((one) => pieces(one, longest))) {
    const joined = `${line}${isEmpty ? '' : ' '}${word}`;
    if (!isEmpty && joined.length > WIDTH && [...joined].length > WIDTH) {
      lines.push(line);
      line = `${rest}${word}`;
    } else line = joined;
    isEmpty = false;
  }
  return [...lines, line].map((one) => one.trimEnd()).join('\n');
};
