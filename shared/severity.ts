/**
 * Severities of both runbooks. P1: complete data flow stopped, respond within 15 min · P2: degraded, 1 h ·
 * P3: minor impact, 4 h · P4: no user impact, next business day.
 */
export const SEVERITIES = ['P1', 'P2', 'P3', 'P4'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Negative when `a` is more urgent than `b`; usable with `sort`. */
export const compareSeverity = (a: Severity, b: Severity): number =>
  SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);

export const isMoreUrgent = (a: Severity, b: Severity): boolean => compareSeverity(a, b) < 0;
