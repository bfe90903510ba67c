import type { Clock } from '../../shared/clock.ts';
import { applyPace, FULL_PACE, type PaceRules, type PaceState } from '../../shared/relay/pace.ts';
import type { Pacer } from '../../shared/relay/pacer.ts';
import { createSharedPacer } from '../../shared/relay/shared-pacer.ts';

/** What pacers of several processes share. */
export interface MemoryPace {
  state: PaceState | null;
}

export interface MemoryPacerOptions {
  readonly rules: PaceRules;
  readonly clock: Pick<Clock, 'now'>;
  /** Given to several pacers, they are processes on one store. */
  readonly pace?: MemoryPace;
  /** Awaited before every call of the store, so that others come first. */
  readonly network?: () => Promise<void>;
}

/** The pacer over a store in memory that changes as atomically as the real one. */
export const createMemoryPacer = ({
  rules,
  clock,
  pace = { state: null },
  network = () => Promise.resolve(),
}: MemoryPacerOptions): Pacer =>
  createSharedPacer({
    rules,
    clock,
    store: {
      load: async () => {
        await network();
        return pace.state;
      },
      change: async (change) => {
        await network();
        const changed = applyPace(pace.state ?? FULL_PACE, change);
        if (changed === 'conflict') return 'conflict';
        pace.state = changed;
        return { next: changed.next };
      },
    },
  });
