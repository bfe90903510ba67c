import type { SendAnswer } from '../../relay/answer.ts';
import type { AnswerWindow } from '../../relay/control.ts';
import { type Observation, observation } from '../observation.ts';
import { number, percent, rows } from '../rows/words.ts';
import { answersIn, LATELY_MINUTES, MINUTE, type RelaySeen, totalOf } from './context.ts';
import { PACE_PROBE } from './probes.ts';

/** Fewer rows answered 429 than this, or a smaller share of them, are sent again and cost nothing. */
const MIN_LIMITED = 10;
const MIN_SHARE = 0.05;
/** What lasts so many windows of five minutes, of the last ones, does not pass by itself. */
const LONG_WINDOWS = 3;
const OF_WINDOWS_MINUTES = 20;

/** The answers of all webhooks of the workspace, as if they were of one. */
const together = (seen: readonly RelaySeen[]): readonly AnswerWindow[] => {
  const byStart = new Map<number, Partial<Record<SendAnswer, number>>>();
  for (const { tally } of seen)
    for (const { windows } of Object.values(tally.webhooks))
      for (const { start, counts } of windows) {
        const sum = byStart.get(start) ?? {};
        for (const [answer, count] of Object.entries(counts) as [SendAnswer, number][])
          sum[answer] = (sum[answer] ?? 0) + count;
        byStart.set(start, sum);
      }
  return [...byStart].map(([start, counts]) => ({ start, counts }));
};

const lastOf = (seen: readonly RelaySeen[], pick: 'rate' | 'accepted'): number =>
  Math.max(
    Number.NEGATIVE_INFINITY,
    ...seen.flatMap(({ tally }) =>
      Object.values(tally.webhooks).flatMap(({ lastAcceptedAt, lastFailure }) => {
        if (pick === 'accepted') return lastAcceptedAt ?? [];
        return lastFailure?.answer === 'rate' ? lastFailure.at : [];
      }),
    ),
  );

const isMuch = (limited: number, of: number): boolean => limited >= MIN_LIMITED && limited >= of * MIN_SHARE;

/**
 * The 429 that rows get. The limit is one for all webhooks of a workspace [C], and so is this: whoever else sends
 * through the same workspace slows us down. Null where nothing is relayed.
 */
export const observePace = (
  seen: readonly RelaySeen[],
  now: number,
  everyMinutes: number,
): Observation | null => {
  if (seen.length === 0) return null;
  // What was before the last run was that run's to say: several runs in a row are then several times.
  const since = everyMinutes * MINUTE;
  const windows = together(seen);
  const lately = answersIn({ windows }, LATELY_MINUTES, now);
  const limited = lately.rate ?? 0;
  const of = totalOf(lately);
  const bad = windows.filter(
    ({ start, counts }) =>
      start <= now &&
      start + 5 * MINUTE > now - OF_WINDOWS_MINUTES * MINUTE &&
      isMuch(counts.rate ?? 0, totalOf(counts)),
  ).length;
  const told = `Clay answered 429 to ${number(limited)} of ${rows(of)} that were sent in the last ${LATELY_MINUTES} min${of > 0 ? ` (${percent(limited / of)})` : ''}`;
  const said = {
    probe: PACE_PROBE,
    surface: 'pace',
    subject: 'workspace',
    at: now,
    durationMs: 0,
    // Two runs in a row, as for everything that passes by itself.
    attempts: 2,
    facts: { limited, sent: of, badWindows: bad },
  } as const;
  const isStillSo = now - lastOf(seen, 'rate') <= since;
  if (isStillSo && isMuch(limited, of))
    return bad >= LONG_WINDOWS
      ? observation({
          ...said,
          finding: 'limited-long',
          summary: `${told}, and it has gone on for a quarter of an hour: somebody else sends through this workspace, or its limit is lower.`,
        })
      : observation({
          ...said,
          finding: 'limited',
          summary: `${told}. None is lost: they are sent again, more slowly.`,
        });
  if (!isStillSo && now - lastOf(seen, 'accepted') <= 2 * since)
    return observation({ ...said, finding: 'kept', summary: `${told}.` });
  return observation({ ...said, finding: 'idle', summary: `${told}: too little to say.` });
};
