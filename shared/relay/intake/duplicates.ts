import { type Refusal, refusal } from './outcome.ts';
import type { SeenStore } from './ports.ts';
import type { PreparedRow } from './prepare.ts';

interface Judged {
  readonly row: PreparedRow | null;
  readonly fault: Refusal | null;
}

interface Window {
  readonly feed: string;
  readonly windowMs: number;
  /** The key that identifies the record, for the message. */
  readonly key: string;
  readonly now: number;
}

const entitiesOf = (judged: readonly Judged[]): readonly string[] => [
  ...new Set(judged.flatMap(({ row, fault }) => (fault === null && row?.entity ? [row.entity] : []))),
];

/** Refuses a record that was taken within the window, or that comes a second time in the same request. */
export const refuseDuplicates = async (
  seen: SeenStore,
  judged: readonly Judged[],
  { feed, windowMs, key, now }: Window,
): Promise<readonly (Refusal | null)[]> => {
  const entities = windowMs > 0 ? entitiesOf(judged) : [];
  if (entities.length === 0) return judged.map(({ fault }) => fault);
  const lastTaken = await seen.lastTaken(feed, entities);
  const taken = new Set(entities.filter((_, index) => now - (lastTaken[index] ?? -windowMs) < windowMs));
  return judged.map(({ row, fault }) => {
    if (fault !== null || row?.entity === undefined) return fault;
    if (taken.has(row.entity)) {
      return refusal(
        'row.duplicate',
        `A row with the same ${key} was taken within ${windowMs / 60_000} min.`,
      );
    }
    taken.add(row.entity);
    return null;
  });
};
