import { lineOf, linkOf } from './words.ts';

/** What a text object holds at most, characters. */
export const LONGEST_TEXT = 3_000;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/**
 * Signs that would format what follows, as ones that look alike: Slack has no way to escape them. An underscore within
 * a word is harmless, and names of environment variables are full of them.
 */
const LOOK_ALIKE: Readonly<Record<string, string>> = { '*': '∗', '~': '∼', '`': 'ˋ', _: 'ˍ', ':': '꞉' };
const FORMATS = /[*~`]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=[a-z0-9_+'-]*[a-z+][a-z0-9_+'-]*:)/gi;

/**
 * Untrusted text for mrkdwn, at most `max` characters as it is sent: shows as it is written. It mentions nobody, links
 * nothing and formats nothing. Never empty, because Slack refuses an empty text.
 */
export const mrkdwn = (text: string, max: number): string => {
  const line = lineOf(text, max).replace(FORMATS, (sign) => LOOK_ALIKE[sign] ?? sign);
  let escaped = '';
  for (const character of line) {
    const next = ENTITIES[character] ?? character;
    if (escaped.length + next.length > max - 1) return `${escaped}…`;
    escaped += next;
  }
  return escaped === '' ? '-' : escaped;
};

/** Untrusted text for a plain_text object, which knows no formats and no mentions. */
export const plain = (text: string, max: number): string => {
  const line = lineOf(text.replaceAll('<', '‹').replaceAll('>', '›'), max);
  return line === '' ? '-' : line;
};

/** A link with our own words on it; empty when it is none that may be sent. */
export const slackLink = (url: string | null, label: string): string => {
  const href = linkOf(url)?.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E');
  return href === undefined ? '' : `<${href.replaceAll('&', '&amp;')}|${label}>`;
};

/** An instant in the reader's own time zone; UTC where Slack cannot show that. */
export const slackTime = (at: number): string => {
  const date = new Date(at);
  if (Number.isNaN(date.getTime()) || at < 0) return 'an unknown time';
  const fallback = `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `<!date^${Math.floor(at / 1_000)}^{date_short_pretty} {time}|${fallback}>`;
};
