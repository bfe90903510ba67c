import { HIDDEN, redactText } from '../config/redact.ts';
import { oneLine } from '../notify/text.ts';

/** UTF-16 units; what people write is cut to this when it is stored. */
const LONGEST = 2_000;
/** Longer than any word; `redactText` reads no further than a few of these. */
const LONGEST_WORD = 200;
/** An address on the web without its scheme. */
const BARE_ADDRESS = /\bwww\.|[a-z0-9-]\.[a-z]{2,}(?::\d+)?[/?#]\S/i;

const safeWord = (word: string): string =>
  word.length > LONGEST_WORD || BARE_ADDRESS.test(word) ? HIDDEN : redactText(word);

/**
 * What a person wrote for the public, as one line of text: without anything that could be a key, a webhook, an address
 * on the web, or the mail address or telephone number of a person. They read it before they confirmed it; this is for
 * what slipped through. It is text, and nothing more: whoever shows it escapes it.
 */
export const publicText = (text: string): string => {
  const words = text
    .slice(0, LONGEST)
    .toWellFormed()
    // First: an address with something invisible in it would not be seen to be one.
    .replace(/[\p{Cf}\p{Co}\p{Cn}\uFFFD]/gu, '')
    .split(/[\p{Cc}\p{Z}]+/u);
  return oneLine(words.map(safeWord).join(' '), LONGEST);
};
