/** Time that passes only when it is told to, with the timers of a browser. */
export const createFakeClock = (start = 1_000_000) => {
  let now = start;
  let lastId = 0;
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();

  /** Lets everything happen that waits for no time. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };

  return {
    now: () => now,
    setTimer: (run: () => void, ms: number): number => {
      lastId += 1;
      timers.set(lastId, { at: now + ms, run });
      return lastId;
    },
    clearTimer: (id: unknown): void => {
      timers.delete(id as number);
    },
    waiting: () => timers.size,
    settle,
    /** Runs what is due within `ms`, in its order. */
    pass: async (ms: number): Promise<void> => {
      await settle();
      const until = now + ms;
      for (;;) {
        const [due] = [...timers].filter(([, { at }]) => at <= until).toSorted((a, b) => a[1].at - b[1].at);
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
        await settle();
      }
      now = until;
      await settle();
    },
  };
};
