/** SQS's own limits of one batch. */
export const BATCH_ENTRIES = 10;
export const BATCH_BYTES = 1_048_576;

/** Splits in order, so that no batch has more entries or more bytes than SQS takes; one entry is always a batch. */
export const batchesOf = <T>(
  entries: readonly T[],
  bytesOf: (entry: T) => number,
): readonly (readonly T[])[] => {
  const batches: T[][] = [];
  let open: T[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const more = bytesOf(entry);
    if (open.length === BATCH_ENTRIES || (open.length > 0 && bytes + more > BATCH_BYTES)) {
      batches.push(open);
      open = [];
      bytes = 0;
    }
    open.push(entry);
    bytes += more;
  }
  return open.length > 0 ? [...batches, open] : batches;
};
