import type { Clock } from '../../shared/clock.ts';

/**
 * Reads at most once within `ms`, however many ask: callers meanwhile share the answer. A failure is not kept, and
 * neither is an answer from the future of a clock that was set back.
 */
export const recent = <T>(
  read: () => Promise<T>,
  { clock, ms }: { readonly clock: Pick<Clock, 'now'>; readonly ms: number },
): (() => Promise<T>) => {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const age = clock.now() - (last?.at ?? Number.NEGATIVE_INFINITY);
    if (last && age >= 0 && age < ms) return last.answer;
    const asked = { at: clock.now(), answer: read() };
    last = asked;
    asked.answer.catch(() => {
      if (last === asked) last = undefined;
    });
    return asked.answer;
  };
};
