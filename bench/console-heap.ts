import type { CDPSession, Page } from 'playwright-core';

export interface Held {
  readonly heapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
}

export interface Growth {
  readonly polls: number;
  readonly before: Held;
  readonly after: Held;
}

const STEP_MS = 3_000;
/** What is loaded and made once is there after so many. */
const WARM_UP = 20;
const QUIET_MS = 15;

const heldBy = async (cdp: CDPSession): Promise<Held> => {
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters');
  return { heapBytes: usedSize, nodes, listeners: jsEventListeners };
};

/** Resolves when no request of the page is under way. */
const watchRequests = (page: Page): (() => Promise<void>) => {
  const open = new Set<unknown>();
  page.on('request', (request) => open.add(request));
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  const pause = () => new Promise((done) => setTimeout(done, QUIET_MS));
  return async () => {
    do await pause();
    while (open.size > 0);
  };
};

/**
 * What a page holds on to while it polls: its timers are moved by hand, three seconds at a time, and its requests are
 * real. The page must have been opened with `page.clock.install()`.
 */
export const measureGrowth = async (
  page: Page,
  steps: number,
  between: (step: number) => Promise<void> = async () => {},
): Promise<Growth> => {
  const cdp = await page.context().newCDPSession(page);
  const settled = watchRequests(page);
  const run = async (from: number, to: number): Promise<void> => {
    for (let step = from; step < to; step += 1) {
      await between(step);
      await page.clock.runFor(STEP_MS);
      await settled();
    }
  };
  await run(0, WARM_UP);
  const before = await heldBy(cdp);
  await run(WARM_UP, WARM_UP + steps);
  return { polls: steps, before, after: await heldBy(cdp) };
};
