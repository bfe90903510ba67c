import type { Clock } from '../../clock.ts';

/** Wakes one that waits, or the next one that would. */
export interface Bell {
  ring(): void;
  /** Resolves when rung, at the latest after `ms`; leaves no sleeper behind. */
  wait(ms: number): Promise<void>;
}

/** Given as the reason, so that no error is made for each ring. */
const RUNG = 'rung';

export const createBell = (clock: Clock): Bell => {
  let isRung = false;
  let waiting: AbortController | null = null;
  return {
    ring: () => {
      isRung = true;
      waiting?.abort(RUNG);
    },
    wait: async (ms) => {
      if (!isRung) {
        waiting = new AbortController();
        await clock.sleep(ms, waiting.signal).catch(() => undefined);
        waiting = null;
      }
      isRung = false;
    },
  };
};
