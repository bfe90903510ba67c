import type { Clock } from '../../clock.ts';
import { FINDINGS, type FindingOf, outcomeOf, type Surface } from '../findings.ts';
import type { Fact, Phases } from '../observation.ts';

/** What one attempt at looking found. */
export interface Look<S extends Surface> {
  readonly finding: FindingOf<S>;
  /** One line for a person; redacted. */
  readonly summary: string;
  readonly phases?: Phases;
  readonly facts?: Readonly<Record<string, Fact>>;
}

export interface LookPolicy<S extends Surface> {
  readonly surface: S;
  readonly timeoutMs: number;
  /** An answer that is otherwise ok and took longer than this is slow, ms. */
  readonly slowAfterMs: number;
  /** When to look again after a failure, ms after the end of the first attempt; empty: never. */
  readonly againAfterMs: readonly number[];
  readonly againTimeoutMs: number;
  /** Whether failures are to be confirmed; without, every failure counts as unconfirmed. */
  readonly confirm: boolean;
}

/** What was found after looking as often as it takes. */
export interface Seen<L> {
  readonly look: L;
  readonly at: number;
  readonly durationMs: number;
  /** Attempts that could tell something. */
  readonly attempts: number;
  readonly confirmed: boolean;
}

/** Clay's or the server's own word: it stands by itself where the probe cannot be repeated. */
const STATED: ReadonlySet<string> = new Set([
  'unauthorized',
  'forbidden',
  'payment-required',
  'rate-limited',
  'limit-reached',
  'gone',
  'rejecting',
  'minor-incident',
  'major-incident',
]);

/** Asking again would be a hammer (429), or cannot give another answer within seconds (a declared incident). */
const NOT_AGAIN: ReadonlySet<string> = new Set(['rate-limited', 'minor-incident', 'major-incident']);

/**
 * Looks, and after a failure looks again at the given times: the first attempt that does not fail is what was seen;
 * when all fail, the failure is confirmed and the last one speaks. Every attempt ends before the next is due, so that
 * looking again takes at most the last of those times plus `againTimeoutMs`.
 *
 * Rejects only when the first attempt does: what was seen before an abort is handed over unconfirmed.
 */
export const lookUntilSure = async <S extends Surface, L extends Look<S>>(
  once: (timeoutMs: number, signal?: AbortSignal) => Promise<L>,
  policy: LookPolicy<S>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Seen<L>> => {
  const at = clock.now();
  const isFailing = (look: L) => outcomeOf(policy.surface, look.finding) === 'failing';
  const lookOnce = async (timeoutMs: number) => withSlow(await once(timeoutMs, signal), policy);
  const seen = (look: L, attempts: number, confirmed: boolean): Seen<L> => ({
    look,
    at,
    durationMs: Math.max(0, clock.now() - at),
    attempts,
    confirmed,
  });

  const first = await lookOnce(policy.timeoutMs);
  if (!isFailing(first)) return seen(first, 1, true);
  const alone = () => seen(first, 1, policy.confirm && STATED.has(first.finding));
  if (!policy.confirm || NOT_AGAIN.has(first.finding)) return alone();

  let last = first;
  let attempts = 1;
  try {
    let reached = 0;
    for (const { startMs, timeoutMs } of schedule(policy)) {
      await clock.sleep(startMs - reached, signal);
      const startedAt = clock.now();
      const look = await lookOnce(timeoutMs);
      reached = startMs + Math.min(Math.max(0, clock.now() - startedAt), timeoutMs);
      if (!isFailing(look)) return seen(withFirstFailure<S, L>(look, first), attempts + 1, true);
      const told = whatACutTells(look, timeoutMs, first, policy);
      if (!told) continue;
      last = told;
      attempts += 1;
      if (NOT_AGAIN.has(last.finding)) break;
    }
  } catch {
    return seen(last, attempts, false);
  }
  return attempts === 1 ? alone() : seen(last, attempts, true);
};

/** When further attempts start, ms after the end of the first, and how long each may take. */
const schedule = (policy: LookPolicy<Surface>) => {
  const starts = [...new Set(policy.againAfterMs)].toSorted((a, b) => a - b);
  return starts.map((startMs, index) => {
    const next = starts[index + 1] ?? Number.POSITIVE_INFINITY;
    return { startMs, timeoutMs: Math.min(policy.againTimeoutMs, policy.timeoutMs, next - startMs) };
  });
};

/**
 * Further attempts have less time than the first, so one that runs out of it may have been merely slow. It never turns
 * a slow answer into an outage; and if it had less time than a good answer may take, it tells nothing at all (null).
 */
const whatACutTells = <S extends Surface, L extends Look<S>>(
  look: L,
  timeoutMs: number,
  first: L,
  policy: LookPolicy<S>,
): L | null => {
  if (look.finding !== 'timed-out' || timeoutMs >= policy.timeoutMs) return look;
  if (first.finding === 'timed-out') return look;
  if (timeoutMs < policy.slowAfterMs) return null;
  return first.finding === 'slow' ? { ...look, finding: first.finding, summary: first.summary } : look;
};

const withSlow = <S extends Surface, L extends Look<S>>(look: L, policy: LookPolicy<S>): L => {
  const { surface, slowAfterMs } = policy;
  const totalMs = look.phases?.totalMs ?? 0;
  if (!('slow' in FINDINGS[surface]) || outcomeOf(surface, look.finding) !== 'ok') return look;
  if (totalMs <= slowAfterMs) return look;
  return {
    ...look,
    finding: 'slow' as FindingOf<S>,
    summary: `${look.summary.replace(/\.$/, '')}; slow: it took ${Math.round(totalMs)} ms, and ${slowAfterMs} ms are allowed.`,
  };
};

const withFirstFailure = <S extends Surface, L extends Look<S>>(look: L, first: L): L => ({
  ...look,
  facts: { ...look.facts, firstFailure: first.finding },
});
