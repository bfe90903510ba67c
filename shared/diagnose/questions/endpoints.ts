import type { Cause } from '../../cause.ts';
import { type Finding, type FindingOf, NO_ANSWER, type Surface } from '../../observe/findings.ts';
import type { Signal } from '../../observe/signals.ts';
import { type Board, isFailing, isOk } from '../board.ts';
import type { Cleared, Found, Judgement, Question } from '../rule.ts';

/** A question whose every "no" is one finding on one surface: the whole answer is a table. */
interface EndpointQuestion<S extends Surface> {
  readonly id: string;
  readonly question: string;
  readonly surface: S;
  /** Every failing finding of the surface must be here: the type makes the table complete. */
  readonly causes: Readonly<
    Record<FailingFindingOf<S>, { readonly cause: Cause; readonly says: string } | null>
  >;
}

type NotFailing =
  | 'unreachable'
  | 'up'
  | 'healthy'
  | 'passing'
  | 'on-time'
  | 'blocked'
  | 'unexpected-answer'
  | 'not-run';
type FailingFindingOf<S extends Surface> = Exclude<FindingOf<S>, NotFailing>;

type CauseTable = Readonly<Partial<Record<Finding, { readonly cause: Cause; readonly says: string } | null>>>;

const foundIn = (signals: readonly Signal[], table: CauseTable): readonly Found[] =>
  signals.filter(isFailing).flatMap(({ finding, subject, evidence }) => {
    const row = table[finding];
    if (!row) return [];
    return [{ cause: row.cause, subject, summary: `${row.says}: ${evidence.summary}`, evidence: [evidence] }];
  });

/** Seen working, a subject is cleared of every cause that the table could name. */
const clearedIn = (signals: readonly Signal[], possible: readonly Cause[]): readonly Cleared[] =>
  signals
    .filter(isOk)
    .flatMap(({ subject, evidence }) => possible.map((cause) => ({ cause, subject, evidence: [evidence] })));

const causesIn = (table: CauseTable): readonly Cause[] => [
  ...new Set(Object.values(table).flatMap((row) => (row ? [row.cause] : []))),
];

const answerOf = (signals: readonly Signal[], found: readonly Found[]): Judgement['answer'] => {
  if (found.length > 0) return 'no';
  if (signals.some(isOk)) return 'yes';
  return signals.length > 0 ? 'unknown' : 'not-checked';
};

const endpointQuestion = <S extends Surface>({
  id,
  question,
  surface,
  causes,
}: EndpointQuestion<S>): Question => {
  const table = causes as CauseTable;
  const possible = causesIn(table);
  const judge = (board: Board): Judgement => {
    const signals = board.of(surface);
    const found = foundIn(signals, table);
    const cleared = clearedIn(signals, possible);
    const spokesman = found[0]?.evidence[0] ?? cleared[0]?.evidence[0] ?? signals[0]?.evidence;
    return {
      answer: answerOf(signals, found),
      because: spokesman?.summary ?? 'not configured',
      found,
      cleared,
    };
  };
  return { id, question, judge };
};

const all = <F extends string>(findings: readonly F[], row: { cause: Cause; says: string }) =>
  Object.fromEntries(findings.map((finding) => [finding, row])) as Record<F, { cause: Cause; says: string }>;

const TRANSPORT = [...NO_ANSWER, 'server-error'] as const;

/** Second runbook, step 1.4: "Check your callback endpoint". */
export const callbackReachable = endpointQuestion({
  id: 'callback-reachable',
  question: 'Is our callback endpoint reachable from outside?',
  surface: 'callback',
  causes: {
    ...all([...TRANSPORT, 'not-found'] as const, {
      cause: 'callback.unreachable',
      says: 'Enriched rows cannot come back: our callback endpoint is down',
    }),
    'condition-failed': {
      cause: 'callback.failing',
      says: 'Our callback endpoint answers, but not as it should',
    },
    slow: { cause: 'callback.failing', says: 'Our callback endpoint is slow' },
  },
});

/** First runbook, step 1: "your integration health endpoint"; step 2: "investigate infrastructure". */
export const integrationHealthy = endpointQuestion({
  id: 'integration-healthy',
  question: 'Is our own integration healthy?',
  surface: 'integration',
  causes: all([...TRANSPORT, 'condition-failed', 'slow'] as const, {
    cause: 'own.unhealthy',
    says: 'Our own integration is unhealthy',
  }),
});

export const servicesPass = endpointQuestion({
  id: 'services-pass',
  question: 'Do our own services pass their probes?',
  surface: 'service',
  causes: all([...TRANSPORT, 'condition-failed', 'rate-limited', 'slow'] as const, {
    cause: 'own.unhealthy',
    says: 'One of our own services is unhealthy',
  }),
});

/** First runbook, step 1: "error rate metrics". */
export const metricsGood = endpointQuestion({
  id: 'metrics-good',
  question: 'Do our own metrics say that all is well?',
  surface: 'metrics',
  causes: {
    'condition-failed': { cause: 'own.unhealthy', says: 'Our own metrics are not as they should be' },
  },
});

/** Second runbook, step 2: "Provider connection lost … Provider rate limited". */
export const providersPass = endpointQuestion({
  id: 'providers-pass',
  question: 'Do the enrichment providers answer?',
  surface: 'provider',
  causes: {
    ...all([...TRANSPORT, 'condition-failed', 'slow'] as const, {
      cause: 'provider.failing',
      says: 'An enrichment provider is failing',
    }),
    'rate-limited': { cause: 'provider.rate-limited', says: 'An enrichment provider limits our rate' },
  },
});

/** Second runbook, step 3: "P2: CRM Sync Failures". */
export const crmPasses = endpointQuestion({
  id: 'crm-passes',
  question: 'Does the CRM take our calls?',
  surface: 'crm',
  causes: all([...TRANSPORT, 'condition-failed', 'rate-limited', 'slow'] as const, {
    cause: 'crm.sync-failing',
    says: 'The CRM does not take our calls',
  }),
});
