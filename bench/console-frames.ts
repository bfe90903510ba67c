import type { Page } from 'playwright-core';
import { percentile } from './report.ts';

export interface Frames {
  readonly frames: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Tasks over 50 ms while it scrolled. */
  readonly longTasks: number;
  readonly longestTaskMs: number;
}

/** Runs in the page: scrolls a step with every frame, to the end and back. */
const scrolling = (ms: number) => `new Promise((done) => {
  const deltas = [];
  const tasks = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  });
  observer.observe({ type: 'longtask' });
  const begin = performance.now();
  let last = begin;
  let step = 90;
  const frame = (now) => {
    if (now > last) deltas.push(now - last);
    last = now;
    const before = scrollY;
    scrollBy(0, step);
    if (scrollY === before) step = -step;
    if (now - begin < ${ms}) return requestAnimationFrame(frame);
    setTimeout(() => { observer.disconnect(); done({ deltas, tasks }); }, 100);
  };
  requestAnimationFrame(frame);
})`;

/** What every frame took while the page scrolled for so long. */
export const scroll = async (page: Page, ms: number): Promise<Frames> => {
  const { deltas, tasks } = await page.evaluate<{
    readonly deltas: readonly number[];
    readonly tasks: readonly number[];
  }>(scrolling(ms));
  return {
    frames: deltas.length,
    p50Ms: percentile(deltas, 0.5),
    p95Ms: percentile(deltas, 0.95),
    longTasks: tasks.length,
    longestTaskMs: Math.max(0, ...tasks),
  };
};
