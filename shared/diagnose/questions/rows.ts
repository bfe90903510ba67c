import type { Cause } from '../../cause.ts';
import type { FINDINGS, Finding, FindingOf, Surface } from '../../observe/findings.ts';
import type { Signal } from '../../observe/signals.ts';
import type { Severity } from '../../severity.ts';
import { type Board, isFailing, isOk } from '../board.ts';
import type { Cleared, Found, Judgement, Question } from '../rule.ts';
import { feedOf } from '../subject.ts';

export interface Named {
  readonly cause: Cause;
  readonly severity?: Severity;
  readonly says: string;
}

export type FailingOf<S extends Surface> = {
  [F in FindingOf<S>]: (typeof FINDINGS)[S][F] extends 'failing' ? F : never;
}[FindingOf<S>];

/** A question whose every "no" is a finding on one surface that rests on counts. */
interface CountQuestion<S extends Surface> {
  readonly id: string;
  readonly question: string;
  readonly surface: S;
  /** Every failing finding of the surface must be here: the type makes the table complete. */
  readonly causes: Readonly<Record<FailingOf<S>, readonly Named[]>>;
  /** Whether a subject that is seen working is cleared of the cause; default: it is. */
  readonly clears?: (cause: Cause, signal: Signal, board: Board) => boolean;
  /** Why it is not looked at; default: nobody counts rows. */
  readonly notLooked?: string;
}

const notCounted = 'nobody counts rows';

export const countQuestion = <S extends Surface>(asked: CountQuestion<S>): Question => {
  const table = asked.causes as Readonly<Partial<Record<Finding, readonly Named[]>>>;
  const possible = [
    ...new Set(Object.values(table).flatMap((rows) => (rows ?? []).map(({ cause }) => cause))),
  ];
  return {
    id: asked.id,
    question: asked.question,
    judge: (board): Judgement => {
      const signals = board.of(asked.surface);
      const found: Found[] = signals.filter(isFailing).flatMap(({ finding, subject, evidence }) =>
        (table[finding] ?? []).map(({ cause, severity, says }) => ({
          cause,
          subject,
          ...(severity ? { severity } : {}),
          summary: `${says}: ${evidence.summary}`,
          evidence: [evidence],
        })),
      );
      const cleared: Cleared[] = signals
        .filter(isOk)
        .flatMap((signal) =>
          possible
            .filter((cause) => asked.clears?.(cause, signal, board) ?? true)
            .map((cause) => ({ cause, subject: signal.subject, evidence: [signal.evidence] })),
        );
      const seen = found[0]?.evidence[0] ?? cleared[0]?.evidence[0] ?? signals[0]?.evidence;
      return {
        answer: answerOf(signals, found),
        because: seen?.summary ?? asked.notLooked ?? notCounted,
        found,
        cleared,
      };
    },
  };
};

const answerOf = (signals: readonly Signal[], found: readonly Found[]): Judgement['answer'] => {
  if (found.length > 0) return 'no';
  if (signals.some(isOk)) return 'yes';
  return signals.length > 0 ? 'unknown' : 'not-checked';
};

/** Whoever looks at the thing itself, if anybody does, sees it working too. */
const isUndisputed = (board: Board, surface: Surface, subject: string): boolean =>
  board.of(surface).every((signal) => signal.subject !== subject || isOk(signal));

const inFeed = (board: Board, surface: Surface, subject: string): readonly Signal[] =>
  board.of(surface).filter((signal) => signal.subject === feedOf(subject));

/** Second runbook, step 2: "Has the webhook reached its 50,000 rows?", counted instead of guessed. */
export const webhookHasRoom = countQuestion({
  id: 'webhook-has-room',
  question: 'Do the webhooks have room for more rows?',
  surface: 'webhook-count',
  causes: {
    near: [
      {
        cause: 'webhook.limit-approaching',
        severity: 'P4',
        says: 'The webhook comes near its lifetime limit',
      },
    ],
    'standby-missing': [
      {
        cause: 'webhook.limit-approaching',
        severity: 'P2',
        says: 'The webhook is about to reach its lifetime limit, and nothing can take over',
      },
    ],
    reached: [
      {
        cause: 'webhook.limit-reached',
        severity: 'P1',
        says: 'The webhook is at its lifetime limit, and nothing can take over',
      },
      { cause: 'webhook.limit-approaching', severity: 'P2', says: 'The webhook is at its lifetime limit' },
    ],
    'reached-standby-ready': [
      {
        cause: 'webhook.limit-reached',
        severity: 'P3',
        says: 'The webhook is at its lifetime limit; send to the standby instead',
      },
      { cause: 'webhook.limit-approaching', severity: 'P4', says: 'The webhook is at its lifetime limit' },
    ],
  },
  // Room by count does not outweigh what the webhook itself last said.
  clears: (cause, { subject }, board) =>
    cause !== 'webhook.limit-reached' || isUndisputed(board, 'webhook', subject),
});

/** The other 50,000: a full table says nothing, its rows just vanish. */
const byCount = countQuestion({
  id: 'table-has-room',
  question: 'Do the tables have room for more rows?',
  surface: 'table-count',
  causes: {
    near: [{ cause: 'table.full', severity: 'P4', says: 'The table is nearly full' }],
    full: [
      { cause: 'table.full', severity: 'P1', says: 'The table is full and takes rows no more, silently' },
    ],
  },
  // Room by count proves nothing while rows do not come back; where they are watched, they must.
  clears: (_cause, signal, board) => {
    const flow = inFeed(board, 'flow', signal.subject);
    return flow.length === 0 || flow.some(isOk);
  },
});

/**
 * A table that is nearly full by count and whose rows no longer come back is full: the count may be off by rows that
 * were there before. With room left, the same silence is `enrichment.stalled`, the same gaps are `rows.lost`.
 */
export const tableHasRoom: Question = {
  ...byCount,
  judge: (board, report) => {
    const judged = byCount.judge(board, report);
    const found = judged.found.map((one): Found => {
      const vanishing = (['flow', 'losses'] as const).flatMap((surface) =>
        inFeed(board, surface, one.subject).filter(isFailing),
      );
      const [first] = vanishing;
      if (!first || one.severity === 'P1') return one;
      return {
        ...one,
        severity: 'P1',
        summary: `The table is nearly full by count, and rows no longer come back: ${first.evidence.summary}`,
        evidence: [...one.evidence, ...vanishing.map(({ evidence }) => evidence)],
      };
    });
    return { ...judged, found };
  },
};

/** Second runbook, P1: "enrichment stopped"; what auto-run off, a stuck column and manual mode have in common. */
export const rowsComeBack = countQuestion({
  id: 'rows-come-back',
  question: 'Do rows that Clay accepted come back?',
  surface: 'flow',
  causes: { stalled: [{ cause: 'enrichment.stalled', says: 'Clay takes rows and none come back' }] },
});

export const nothingLost = countQuestion({
  id: 'nothing-lost',
  question: 'Do all of them come back?',
  surface: 'losses',
  causes: { losing: [{ cause: 'rows.lost', says: 'Some rows that Clay accepted never come back' }] },
});

export const rowsInTime = countQuestion({
  id: 'rows-in-time',
  question: 'Do they come back in time?',
  surface: 'round-trip',
  causes: { late: [{ cause: 'enrichment.slow', says: 'Rows come back late' }] },
});

export const rowsFound = countQuestion({
  id: 'rows-found',
  question: 'Do providers find enough of them?',
  surface: 'hit-rate',
  causes: {
    // Named by `providersKnowSomething`, for all feeds together.
    'all-empty': [],
    'low-input': [{ cause: 'enrichment.low-hit-rate', says: 'Too few rows are found; the rows changed' }],
    'low-provider': [
      { cause: 'enrichment.low-hit-rate', says: 'Too few rows are found; a provider changed' },
    ],
    low: [{ cause: 'enrichment.low-hit-rate', says: 'Too few rows are found' }],
  },
});

export const providersServe = countQuestion({
  id: 'providers-serve',
  question: 'Does every provider do its part in the rows?',
  surface: 'provider-rows',
  causes: {
    failing: [{ cause: 'provider.failing', says: 'An enrichment provider fails' }],
    throttled: [{ cause: 'provider.rate-limited', says: 'An enrichment provider limits our rate' }],
  },
});

export const crmTakesRows = countQuestion({
  id: 'crm-takes-rows',
  question: 'Does the CRM column push the rows on?',
  surface: 'crm-rows',
  causes: {
    failing: [{ cause: 'crm.sync-failing', says: 'Rows do not reach the CRM' }],
    wrong: [{ cause: 'crm.sync-failing', says: 'Wrong data reaches the CRM' }],
  },
});

export const callbacksReadable = countQuestion({
  id: 'callbacks-readable',
  question: 'Can the callbacks that arrive be read?',
  surface: 'callback-rows',
  causes: {
    failing: [{ cause: 'callback.failing', says: 'Our endpoint refuses callbacks' }],
    'all-refused': [
      { cause: 'callback.failing', severity: 'P1', says: 'Our endpoint refuses nearly all callbacks' },
    ],
  },
  clears: (_cause, { subject }, board) => isUndisputed(board, 'callback', subject),
});

export const rowsGoStraight = countQuestion({
  id: 'rows-go-straight',
  question: 'Does every record enter once?',
  surface: 'loops',
  causes: { looping: [{ cause: 'rows.looping', says: 'The same records enter again and again' }] },
});

export const burnUsual = countQuestion({
  id: 'burn-usual',
  question: 'Do credits burn at the usual rate?',
  surface: 'burn',
  causes: { spike: [{ cause: 'credits.burn-spike', says: 'Credits burn unusually fast' }] },
});
