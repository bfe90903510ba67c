import type { TestProject } from 'vitest/node';
import { findChromium, HOW_TO_GET_ONE } from './chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where Chromium is; empty: there is none, and every suite is skipped. */
    readonly chromium: string;
  }
}

/** Looks for the browser once, and says so when there is none. */
export default (project: TestProject): void => {
  const found = findChromium(process.env) ?? '';
  if (found === '') console.warn(`\nSKIPPED: there is no Chromium on this machine. ${HOW_TO_GET_ONE}\n`);
  project.provide('chromium', found);
};
