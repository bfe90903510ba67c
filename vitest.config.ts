import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    include: ['test/**/*.test.ts'],
    setupFiles: ['./test/support/property-seed.ts'],
    // Two cores are the smallest machine this must pass on; more workers than that only wait for each other.
    maxWorkers: 2,
    // Only what hangs is to fail by it: a machine with other work on it takes several times as long.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { include: ['shared/**', 'functions/**', 'cli/**', 'local/**'] },
  },
});
