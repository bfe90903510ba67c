/**
 * A sealed text is ASCII, so its length is its size. DynamoDB takes 400 KB an item, names and keys included; a row of
 * Clay's 100 KB fits into one, a larger one that the configuration allows is cut.
 */
export const PART = 300_000;

/** The text in pieces of at most `PART`; one at least. */
export const partsOf = (sealed: string): readonly string[] => {
  const parts: string[] = [];
  for (let from = 0; from === 0 || from < sealed.length; from += PART)
    parts.push(sealed.slice(from, from + PART));
  return parts;
};
