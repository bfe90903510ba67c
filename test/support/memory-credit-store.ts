import { NO_CREDITS } from '../../shared/credits/state.ts';
import type { CreditStore } from '../../shared/credits/store.ts';
import { createMemoryVersionedItem } from './memory-versioned-item.ts';

/** The credit history in memory; the same contract as the real store. */
export const createMemoryCreditStore = (): CreditStore => createMemoryVersionedItem(NO_CREDITS);
