import type { Conclusion } from '../shared/diagnose/verdict.ts';

/** Exit codes; scripts depend on them. `internal` is a fault of Claywatch itself (EX_SOFTWARE of sysexits.h). */
export const EXIT = {
  healthy: 0,
  problem: 1,
  'cannot-tell': 2,
  usage: 64,
  internal: 70,
} as const satisfies Record<Conclusion | 'usage' | 'internal', number>;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
