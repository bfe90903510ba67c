import { defineConfig } from 'vitest/config';

/** `npm run test:deployed`: not part of `npm test`, because it needs Python and a minute or two. */
export default defineConfig({
  test: {
    root: '.',
    reporters: ['default', './test/support/summary-reporter.ts'],
    include: ['test/deployed/**/*.suite.ts'],
    globalSetup: ['./test/deployed/setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
