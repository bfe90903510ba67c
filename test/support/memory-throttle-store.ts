import { NOTHING_SENT, type ThrottleStore } from '../../shared/notify/throttle.ts';
import { createMemoryVersionedItem } from './memory-versioned-item.ts';

/** How much was sent lately, in memory; the same contract as the real store. */
export const createMemoryThrottleStore = (): ThrottleStore => createMemoryVersionedItem(NOTHING_SENT);
