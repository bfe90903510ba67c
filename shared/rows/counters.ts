/**
 * Numbers by name. Names are flat, so that any two sets add up without knowing what they count:
 *
 * | name | counts |
 * |---|---|
 * | `s` `k` | submitted; of these, only reported as a number |
 * | `c` `un` | called back; of these, never announced |
 * | `ra` `ru` | sends accepted beyond the first of their row; attempts whose outcome is not known |
 * | `r <result>` | callbacks by result |
 * | `f <status>` | failed callbacks by status |
 * | `p <provider> <what>` | callbacks by provider: results, `credits`, `limited` |
 * | `q <column> <result>` | callbacks by column |
 * | `m ok`, `m failed`, `m wrong` | results of the CRM column |
 * | `cr` `ac` `cm` | credits, actions, credits on misses; thousandths |
 * | `t <bin>` | round trips by bin |
 * | `a <webhook>` `u <webhook>` | accepted and unanswered by webhook |
 * | `z <webhook> <since>` `y <webhook> <since>` | the same, of what was sent after a rebase |
 *
 * The parts of a name are divided by a line break, which no word holds.
 */
export type Counters = Record<string, number>;

export const OTHER = 'other';

export const nameOf = (...parts: readonly (string | number)[]): string => parts.join('\n');
export const partsOf = (name: string): readonly string[] => name.split('\n');

export const count = (counters: Counters, name: string, by = 1): void => {
  if (by !== 0) counters[name] = (counters[name] ?? 0) + by;
};

export const addCounters = (to: Counters, from: Counters): void => {
  for (const [name, value] of Object.entries(from)) count(to, name, value);
};

/** The numbers by what follows the first part of their names. */
export const countersUnder = (counters: Counters, first: string): readonly (readonly [string, number])[] =>
  Object.entries(counters).flatMap(([name, value]) =>
    name.startsWith(`${first}\n`) ? [[name.slice(first.length + 1), value] as const] : [],
  );

/** The dimensions whose words come from outside. */
const OPEN_DIMENSIONS = ['f', 'p', 'q'];

/** How often each word of a dimension was counted. */
const weights = (counters: Counters, dimension: string): Map<string, number> => {
  const found = new Map<string, number>();
  for (const [rest, value] of countersUnder(counters, dimension)) {
    const [word = '', what] = partsOf(rest);
    found.set(word, (found.get(word) ?? 0) + (what === 'credits' ? 0 : value));
  }
  found.delete(OTHER);
  return found;
};

const heaviest = (one: readonly [string, number], two: readonly [string, number]): number =>
  two[1] - one[1] || (one[0] < two[0] ? -1 : 1);

/**
 * Keeps the `most` words of each open dimension that were counted most, and counts the rest as `other`: whatever is
 * sent, state stays bounded and sums stay exact.
 */
export const boundWords = (counters: Counters, most: number): Counters => {
  const dropped = new Set<string>();
  for (const dimension of OPEN_DIMENSIONS) {
    const words = weights(counters, dimension);
    if (words.size <= most) continue;
    for (const [word] of [...words].toSorted(heaviest).slice(most)) dropped.add(nameOf(dimension, word));
  }
  if (dropped.size === 0) return counters;
  const bounded: Counters = {};
  for (const [name, value] of Object.entries(counters)) {
    const [dimension = '', word = '', ...rest] = partsOf(name);
    const isDropped = dropped.has(nameOf(dimension, word));
    count(bounded, isDropped ? nameOf(dimension, OTHER, ...rest) : name, value);
  }
  return bounded;
};
