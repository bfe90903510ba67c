/** What somebody wrote after the name of a fault. */
export type FaultWords =
  | {
      readonly kind: 'words';
      readonly turn: 'on' | 'off' | 'toggle';
      readonly params: Record<string, number | string>;
    }
  | { readonly kind: 'unclear'; readonly word: string };

/** Reads `on`, `off` and `name=value`; a value that looks like a number is one. */
export const parseFaultWords = (words: readonly string[]): FaultWords => {
  let turn: 'on' | 'off' | 'toggle' = 'toggle';
  const params: Record<string, number | string> = {};
  for (const word of words) {
    const [, name, value] = /^([A-Za-z]+)=(.+)$/.exec(word) ?? [];
    if (word === 'on' || word === 'off') turn = word;
    else if (name !== undefined && value !== undefined) {
      params[name] = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    } else return { kind: 'unclear', word };
  }
  return { kind: 'words', turn, params };
};
