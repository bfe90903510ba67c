import type { DeadLetterFault } from '../../relay/keeping.ts';
import type { Observation } from '../observation.ts';
import { duration, rows } from '../rows/words.ts';
import { MINUTE, seenInRelay } from './context.ts';

/** How long after the last one it still counts as growing. */
const GROWING = 60 * MINUTE;

const numberIn = (seen: Observation | undefined, fact: string): number | undefined => {
  const value = seen?.facts[fact];
  return typeof value === 'number' ? value : undefined;
};

/**
 * Rows that were set aside through our fault, or Clay's: each is one that somebody must look at. A row's own fault is
 * its sender's, and told to nobody else. `before` is the last look; the first one has nothing to compare with.
 */
export const observeDeadLetters = (
  feed: string,
  count: Readonly<Record<DeadLetterFault, number>>,
  before: Observation | undefined,
  now: number,
): Observation => {
  const known = numberIn(before, 'ours');
  const grewAt =
    known !== undefined && count.ours > known
      ? now
      : count.ours === 0
        ? undefined
        : numberIn(before, 'grewAt');
  const isGrowing = grewAt !== undefined && now - grewAt < GROWING;
  const held = `${rows(count.ours)} of ${feed} ${count.ours === 1 ? 'is' : 'are'} set aside through no fault of their own, and ${rows(count.row)} because Clay refuses them`;
  return seenInRelay(
    { feed, now },
    {
      surface: 'dead-letters',
      probe: 'dead-letters',
      subject: `${feed}/dead-letters`,
      finding: isGrowing ? 'growing' : 'steady',
      summary: isGrowing
        ? `${held}; the last one was added ${duration(now - grewAt)} ago. See npx claywatch dead-letters list ${feed}.`
        : `${held}.`,
      facts: { ...count, ...(grewAt === undefined ? {} : { grewAt }) },
    },
  );
};
