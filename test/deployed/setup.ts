import type { TestProject } from 'vitest/node';
import { type Outcome, startDeployment } from './deployment.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly outcome: Outcome;
  }
}

/** One deployment for all suites; they run one after another. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const { outcome, stop } = await startDeployment((line) => console.log(line));
  if ('missing' in outcome) console.log(`SKIPPED: nothing is deployed here: ${outcome.missing}`);
  project.provide('outcome', outcome);
  return stop;
};
