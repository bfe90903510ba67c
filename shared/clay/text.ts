/** Control, formatting and direction characters, and lone surrogates: they could forge what a message shows. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu;

/** Text from outside as one plain line of at most `maxCharacters`; longer text ends in an ellipsis. */
export const plainLine = (text: string, maxCharacters: number): string => {
  // What follows this is cut anyway; a huge text must not cost its whole length.
  const line = text
    .slice(0, maxCharacters * 8)
    .replace(UNSAFE, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= maxCharacters ? line : `${characters.slice(0, maxCharacters - 1).join('')}…`;
};
