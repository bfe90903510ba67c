import { defineConfig } from 'vitest/config';

/** `npm run test:browser`: not part of `npm test`, because it needs a Chromium on the machine. */
export default defineConfig({
  test: {
    root: '.',
    reporters: ['default', './test/support/summary-reporter.ts'],
    include: ['test/browser/**/*.suite.ts'],
    globalSetup: ['./test/browser/setup.ts'],
    // Each suite has a runtime and a browser of its own: two at a time are what the smallest machine takes.
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
