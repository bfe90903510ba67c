import type { SendAnswer } from './answer.ts';
import type { AnswerWindow, RelayTally, TallySeen } from './control.ts';

export const TALLY_WINDOW_MS = 5 * 60_000;
/** How far back a tally reaches. */
export const TALLY_KEPT_MS = 2 * 60 * 60_000;

/**
 * Answers that speak against the webhook itself. A row's own fault, being too fast and a limit do not: the row is set
 * aside, the pace falls, another webhook takes over.
 */
export const FAILURES: ReadonlySet<SendAnswer> = new Set([
  'unauthorized',
  'gone',
  'server',
  'uncertain',
  'unreachable',
  'unknown',
]);

type WebhookTally = RelayTally['webhooks'][string];

export const NO_TALLY: Omit<RelayTally, 'feed'> = {
  webhooks: {},
  lookedAt: null,
  emptyAt: null,
  oldestTakenAt: null,
};

export const NO_WEBHOOK_TALLY: WebhookTally = {
  windows: [],
  lastAcceptedAt: null,
  lastFailure: null,
  streak: 0,
};

/** What answers of one webhook add to what others count of it. */
export interface WebhookSeen {
  readonly webhook: string;
  /** By start of the window. */
  readonly windows: readonly AnswerWindow[];
  readonly lastAcceptedAt: number | null;
  readonly lastFailure: WebhookTally['lastFailure'];
  /** `set`: a row was accepted, and so many failed after it. `add`: none was. */
  readonly streak: { readonly kind: 'set' | 'add'; readonly failures: number };
}

type Answer = TallySeen['answers'][number];

const windowsOf = (answers: readonly Answer[]): readonly AnswerWindow[] => {
  const byStart = new Map<number, Partial<Record<SendAnswer, number>>>();
  for (const { at, answer } of answers) {
    const start = at - (at % TALLY_WINDOW_MS);
    const counts = byStart.get(start) ?? {};
    counts[answer] = (counts[answer] ?? 0) + 1;
    byStart.set(start, counts);
  }
  return [...byStart].map(([start, counts]) => ({ start, counts }));
};

/** The answers of one call by webhook, in the order of their arrival. */
export const seenByWebhook = ({ answers }: Pick<TallySeen, 'answers'>): readonly WebhookSeen[] =>
  [...Map.groupBy(answers, ({ webhook }) => webhook)].map(([webhook, own]) => {
    const lastAccepted = own.findLastIndex(({ answer }) => answer === 'accepted');
    const failure = own.findLast(({ answer }) => answer !== 'accepted');
    return {
      webhook,
      windows: windowsOf(own),
      lastAcceptedAt: own[lastAccepted]?.at ?? null,
      lastFailure: failure ? { answer: failure.answer, status: failure.status, at: failure.at } : null,
      streak: {
        kind: lastAccepted < 0 ? 'add' : 'set',
        failures: own.slice(lastAccepted + 1).filter(({ answer }) => FAILURES.has(answer)).length,
      },
    };
  });

/** Windows in order, without those that are older than what is kept, seen from the newest of them. */
export const keptWindows = (
  windows: readonly AnswerWindow[],
  newest = Math.max(...windows.map(({ start }) => start)),
): readonly AnswerWindow[] =>
  windows
    .filter(({ start }) => start > newest - TALLY_KEPT_MS)
    .toSorted((one, other) => one.start - other.start);
