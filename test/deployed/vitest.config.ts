import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** By name: what a suite does to the installation, the next one finds. */
class InOrder extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId)));
  }
}

/** `npm run test:deployed`: not part of `npm test`, because it needs Python and a minute or two. */
export default defineConfig({
  test: {
    root: '.',
    reporters: ['default', './test/support/summary-reporter.ts'],
    include: ['test/deployed/**/*.suite.ts'],
    globalSetup: ['./test/deployed/setup.ts'],
    fileParallelism: false,
    sequence: { sequencer: InOrder },
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
