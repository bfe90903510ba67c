import type { Clock } from '../../shared/clock.ts';
import type { ChannelMemory } from '../../shared/notify/channels/port.ts';

const KEPT_MS = 90 * 24 * 60 * 60_000;

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Kept {
  readonly values: Map<string, string>;
  readonly expiresAt: number;
  lease: { readonly holder: string; readonly until: number } | null;
}

/** What a channel remembers, in memory; the same contract as the real store. */
export const createMemoryChannelMemory = ({
  clock,
}: {
  readonly clock: Pick<Clock, 'now'>;
}): ChannelMemory => {
  const incidents = new Map<string, Kept>();
  const alive = (incidentId: string): Kept | undefined => {
    const kept = incidents.get(incidentId);
    return kept && kept.expiresAt > clock.now() ? kept : undefined;
  };
  const touch = (incidentId: string): Kept => {
    const { values = new Map<string, string>(), lease = null } = alive(incidentId) ?? {};
    const kept: Kept = { values, lease, expiresAt: clock.now() + KEPT_MS };
    incidents.set(incidentId, kept);
    return kept;
  };
  return {
    load: async (incidentId) => {
      await yieldTurn();
      return Object.fromEntries(alive(incidentId)?.values ?? []);
    },
    save: async (incidentId, values) => {
      await yieldTurn();
      const entries = Object.entries(values);
      if (entries.length === 0) return;
      const kept = touch(incidentId);
      for (const [name, value] of entries) kept.values.set(name, value);
    },
    claim: async (incidentId, holder, forMs) => {
      await yieldTurn();
      const now = clock.now();
      const lease = alive(incidentId)?.lease;
      if (lease && lease.holder !== holder && lease.until > now && lease.until <= now + 2 * forMs)
        return false;
      touch(incidentId).lease = { holder, until: now + forMs };
      return true;
    },
    release: async (incidentId, holder) => {
      await yieldTurn();
      const kept = incidents.get(incidentId);
      if (kept?.lease?.holder === holder) kept.lease = null;
    },
  };
};
