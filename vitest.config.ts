import { defineConfig } from 'vitest/config';

/** Tests that synthesize templates. */
const INFRA = ['test/infra/**/*.test.ts', 'test/security/rights.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    // Two cores are the smallest machine this must pass on; more workers than that only wait for each other.
    maxWorkers: 2,
    coverage: { include: ['shared/**', 'functions/**', 'cli/**', 'local/**'] },
    projects: [
      { extends: true, test: { name: 'product', include: ['test/**/*.test.ts'], exclude: INFRA } },
      // CDK takes seconds to load, and the functions seconds to bundle: once for all of them.
      { extends: true, test: { name: 'infra', include: INFRA, isolate: false } },
    ],
    setupFiles: ['./test/support/property-seed.ts'],
    // Only what hangs is to fail by it: a machine with other work on it takes several times as long.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
