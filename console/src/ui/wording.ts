/** A part of a sentence of ours. */
export interface Part {
  /** name: what stands between backticks · instant: a time, ISO 8601 */
  readonly kind: 'text' | 'name' | 'instant';
  readonly text: string;
}

const SPECIAL = /`([^`]+)`|(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z)/g;

/** Names and times within a sentence. Nothing of it is lost, and a lone backtick is text. */
export const partsOf = (sentence: string): readonly Part[] => {
  const parts: Part[] = [];
  let from = 0;
  for (const match of sentence.matchAll(SPECIAL)) {
    if (match.index > from) parts.push({ kind: 'text', text: sentence.slice(from, match.index) });
    const [whole, name] = match;
    parts.push(name === undefined ? { kind: 'instant', text: whole } : { kind: 'name', text: name });
    from = match.index + whole.length;
  }
  if (from < sentence.length) parts.push({ kind: 'text', text: sentence.slice(from) });
  return parts;
};
