import type { QueueDepth, RowQueue, Seal } from './queue.ts';

/** For whoever only counts rows, and has no business reading them. */
export const NO_SEAL: Seal = {
  seal: () => Promise.reject(new Error('this process has no key to seal rows with')),
  open: async () => null,
};

/** How many rows wait, by feed; null where the queue does not answer. One queue that fails hides no other. */
export const readDepths = async (
  queue: Pick<RowQueue, 'depth'>,
  feeds: readonly string[],
  onFault: (error: unknown) => void = () => {},
): Promise<Readonly<Record<string, QueueDepth | null>>> =>
  Object.fromEntries(
    await Promise.all(
      feeds.map(async (feed) => {
        const depth = await queue.depth(feed).catch((error: unknown) => {
          onFault(error);
          return null;
        });
        return [feed, depth] as const;
      }),
    ),
  );
