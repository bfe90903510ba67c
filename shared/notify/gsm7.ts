/** The GSM 03.38 default alphabet, without its line breaks: one septet each. */
const BASIC = new Set(
  '@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Its extension table: two septets each. */
const EXTENSION = new Set('^{}\\[~]|€');

const REPLACEMENTS: Readonly<Record<string, string>> = {
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2212': '-',
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u2026': '...',
  '\u2192': '->',
  '`': "'",
};

/** One SMS: what is longer is sent, and paid, as several. */
export const SEGMENT_SEPTETS = 160;
/** Of a message in two parts: each loses seven septets to say that it is one. */
export const TWO_SEGMENTS_SEPTETS = 2 * 153;

const septetsOf = (character: string): number => {
  if (BASIC.has(character)) return 1;
  return EXTENSION.has(character) ? 2 : 0;
};

/** How many septets a text of GSM-7 characters takes; NaN when a character would turn the whole message into UCS-2. */
export const septets = (text: string): number => {
  let total = 0;
  for (const character of text) total += septetsOf(character) || Number.NaN;
  return total;
};

const inAlphabet = (character: string): string => {
  if (septetsOf(character) > 0) return character;
  const replaced = REPLACEMENTS[character] ?? character.normalize('NFKD');
  return [...replaced].filter((one) => septetsOf(one) > 0).join('');
};

/** The text in the GSM-7 alphabet, on one line: transliterated where possible, otherwise left out. */
export const toGsm7 = (text: string): string =>
  [...text.replace(/\s+/g, ' ')].map(inAlphabet).join('').trim();

/** The longest beginning of a GSM-7 text within `max` septets, with two dots where something was left out. */
export const fitGsm7 = (text: string, max: number): string => {
  if (septets(text) <= max) return text;
  const dots = '..';
  let kept = '';
  let used = dots.length;
  for (const character of text) {
    used += septetsOf(character);
    if (used > max) break;
    kept += character;
  }
  return max < dots.length ? '' : `${kept.trimEnd()}${dots}`;
};
