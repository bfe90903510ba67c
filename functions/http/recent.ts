import type { Clock } from '../../shared/clock.ts';

interface Recent {
  readonly clock: Pick<Clock, 'now'>;
  readonly ms: number;
}

/** More different questions than one process is asked; the oldest answer is forgotten. */
const MOST = 200;

/**
 * Reads at most once within `ms`, however many ask: callers meanwhile share the answer. A failure is not kept, and
 * neither is an answer from the future of a clock that was set back. Questions are told apart as JSON.
 */
export const recentOf = <A extends readonly unknown[], T>(
  read: (...asked: A) => Promise<T>,
  { clock, ms }: Recent,
): ((...asked: A) => Promise<T>) => {
  const known = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();
  return (...asked) => {
    const key = JSON.stringify(asked);
    const last = known.get(key);
    const age = clock.now() - (last?.at ?? Number.NEGATIVE_INFINITY);
    if (last && age >= 0 && age < ms) return last.answer;
    const next = { at: clock.now(), answer: read(...asked) };
    known.delete(key);
    known.set(key, next);
    const [oldest] = known.keys();
    if (known.size > MOST && oldest !== undefined) known.delete(oldest);
    next.answer.catch(() => {
      if (known.get(key) === next) known.delete(key);
    });
    return next.answer;
  };
};
