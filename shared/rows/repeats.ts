import { openIn, type Row, submissionOf } from './row.ts';
import { HOUR } from './sum.ts';

/** How many entities are named, by their number of entries only. */
const MOST = 20;

/**
 * How often the entities entered that entered most often within the last hour, most first. Made from the rows that a
 * fold reads anyway: a row that was first heard of over an hour ago and sent only now is not among them.
 */
export const repeatsIn = (rows: Iterable<Row>, now: number): readonly number[] => {
  const entries = new Map<string, number>();
  for (const row of rows) {
    const { entity } = row;
    const at = (submissionOf(row) ?? row.unknown[0] ?? openIn(row)[0])?.at;
    if (entity === undefined || at === undefined || at <= now - HOUR) continue;
    entries.set(entity, (entries.get(entity) ?? 0) + 1);
  }
  return [...entries.values()].toSorted((one, other) => other - one).slice(0, MOST);
};
