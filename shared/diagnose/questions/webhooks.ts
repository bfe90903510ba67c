import type { Cause } from '../../cause.ts';
import { type Finding, NO_ANSWER } from '../../observe/findings.ts';
import type { Signal } from '../../observe/signals.ts';
import type { Severity } from '../../severity.ts';
import { isFailing, isOk } from '../board.ts';
import type { Cleared, Found, Judgement, Question } from '../rule.ts';
import type { FailingOf, Named } from './rows.ts';

const INTAKE: Named = { cause: 'webhook.intake-failing', says: 'Clay does not take rows in on the webhook' };

/** Every failing finding of a webhook is here: the type makes the table complete. */
const CAUSES: Readonly<Record<FailingOf<'webhook'>, Named | null>> = {
  'limit-reached': {
    cause: 'webhook.limit-reached',
    says: 'The webhook is at its lifetime limit and refuses every row',
  },
  'failed-over': {
    cause: 'webhook.limit-reached',
    severity: 'P3',
    says: 'The webhook is at its lifetime limit, and a standby has taken over',
  },
  gone: { cause: 'webhook.gone', says: 'The webhook no longer exists at Clay, or its URL is wrong' },
  unauthorized: { cause: 'webhook.unauthorized', says: 'Clay refuses the token of the webhook' },
  rejecting: { cause: 'webhook.rejecting', says: 'Clay refuses what is sent to the webhook' },
  'rate-limited': {
    cause: 'webhook.rate-limited',
    says: 'Clay drops rows because the workspace sends too fast',
  },
  ...(Object.fromEntries([...NO_ANSWER, 'server-error'].map((finding) => [finding, INTAKE])) as Record<
    (typeof NO_ANSWER)[number] | 'server-error',
    Named
  >),
  // A slow webhook is partial trouble at Clay: clay.degraded names it.
  slow: null,
};

const TABLE: Readonly<Partial<Record<Finding, Named | null>>> = CAUSES;
const POSSIBLE: readonly Cause[] = [
  ...new Set(Object.values(CAUSES).flatMap((named) => (named ? [named.cause] : []))),
];

/** Rows have gone to a standby: that this one is full is no longer urgent, whoever sees it. */
const severityOf = (named: Named, all: readonly Signal[]): Severity | undefined =>
  named.cause === 'webhook.limit-reached' && all.some(({ finding }) => finding === 'failed-over')
    ? 'P3'
    : named.severity;

const foundOf = (all: readonly Signal[]): readonly Found[] =>
  all.filter(isFailing).flatMap(({ finding, subject, evidence }) => {
    const named = TABLE[finding];
    if (!named) return [];
    const severity = severityOf(named, all);
    return [
      {
        cause: named.cause,
        subject,
        ...(severity ? { severity } : {}),
        summary: `${named.says}: ${evidence.summary}`,
        evidence: [evidence],
      },
    ];
  });

const clearedBy = ({ subject, evidence }: Signal): readonly Cleared[] =>
  POSSIBLE.map((cause) => ({ cause, subject, evidence: [evidence] }));

/** One webhook, by everybody who looks at it: real rows, and the check that its configuration asks for. */
const judgeOne = (all: readonly Signal[]): { found: readonly Found[]; cleared: readonly Cleared[] } => {
  const retired = all.find(({ finding }) => finding === 'retired');
  // No row goes there any more, so whatever a check of it says stops nothing.
  if (retired) return { found: [], cleared: clearedBy(retired) };
  return { found: foundOf(all), cleared: all.filter(isOk).flatMap(clearedBy) };
};

/** Second runbook, step 2: "Is the webhook accepting data?", told apart by Clay's real answers (clay-facts). */
export const webhookAccepts: Question = {
  id: 'webhook-accepts',
  question: 'Do the webhooks accept rows?',
  judge: (board): Judgement => {
    const signals = board.of('webhook');
    const judged = [...Map.groupBy(signals, ({ subject }) => subject).values()].map(judgeOne);
    const found = judged.flatMap((one) => one.found);
    const cleared = judged.flatMap((one) => one.cleared);
    const spokesman = found[0]?.evidence[0] ?? cleared[0]?.evidence[0] ?? signals[0]?.evidence;
    const answer = () => {
      if (found.length > 0) return 'no';
      if (cleared.length > 0) return 'yes';
      return signals.length > 0 ? 'unknown' : 'not-checked';
    };
    return {
      answer: answer(),
      because: spokesman?.summary ?? 'no POST by default: every one is a real row',
      found,
      cleared,
    };
  },
};
