import { sharedStart } from '../shared/rows/row-id.ts';

/**
 * Rows as a log names them: by the beginning that the ids of up to twenty have in common (docs/observability.md). An id
 * that is not of our making is not named: it may be somebody's address.
 */
export const rowBuckets = (rowIds: Iterable<string>): readonly string[] => [
  ...new Set([...rowIds].flatMap((id) => sharedStart(id) ?? [])),
];

/** Of these ids, those of our own making. */
export const ownRowIds = (rowIds: Iterable<string>): readonly string[] =>
  [...rowIds].filter((id) => sharedStart(id) !== null);
