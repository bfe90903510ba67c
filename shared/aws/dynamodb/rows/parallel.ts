/**
 * Does `work` on every item, so many at a time, and gives the results in order. Waits for all before it throws the
 * first fault, so that nothing is under way any more when the caller hears of it.
 */
export const inParallel = async <T, R>(
  items: readonly T[],
  atATime: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  const workers = Array.from({ length: Math.min(atATime, items.length) }, worker);
  const settled = await Promise.allSettled(workers);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return results;
};
