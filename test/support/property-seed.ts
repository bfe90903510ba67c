import fc from 'fast-check';

/**
 * On a developer's machine properties explore new cases with every run; in CI a change is judged by the same cases as
 * the one before it. `FC_SEED` repeats a run that failed.
 */
const seed = process.env.FC_SEED ?? (process.env.CI ? '20261121' : undefined);
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
