import { later } from './exchange.ts';
import type { Channel } from './port.ts';

/** Longer than a delivery takes; after a crash the incident is free again. */
const HELD_MS = 30_000;
const BUSY_AGAIN_MS = 2_000;

/**
 * A channel that takes one message of an incident at a time. A second one that is handed over meanwhile is told to come
 * later, so that two of them never both begin a thread.
 */
export const oneAtATime = (channel: Channel): Channel => ({
  ...channel,
  deliver: async (bulletin, memory) => {
    const holder = crypto.randomUUID();
    if (!(await memory.claim(bulletin.incidentId, holder, HELD_MS)))
      return later('another message of the incident is being delivered', BUSY_AGAIN_MS);
    try {
      return await channel.deliver(bulletin, memory);
    } finally {
      // What was delivered is delivered: if it cannot be given back, its time runs out.
      await memory.release(bulletin.incidentId, holder).catch(() => {});
    }
  },
});
