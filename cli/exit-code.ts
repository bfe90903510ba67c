import type { Conclusion } from '../shared/diagnose/verdict.ts';

/**
 * Exit codes; scripts depend on them. `unavailable` is a store that does not answer (EX_UNAVAILABLE of sysexits.h),
 * `internal` a fault of Claywatch itself (EX_SOFTWARE).
 */
export const EXIT = {
  healthy: 0,
  problem: 1,
  'cannot-tell': 2,
  usage: 64,
  unavailable: 69,
  internal: 70,
} as const satisfies Record<Conclusion | 'usage' | 'unavailable' | 'internal', number>;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
