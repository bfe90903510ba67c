import type { Signal } from '../../observe/signals.ts';
import { evidenceFrom, isOk, isUnknown } from '../board.ts';
import type { Judgement, Key, Question } from '../rule.ts';

const ALL_EMPTY: Key = { cause: 'enrichment.all-empty', subject: 'workspace' };

const feedsIn = (signals: readonly Signal[]): string => signals.map(({ subject }) => subject).join(', ');

/**
 * Second runbook, "All providers returning empty: account-level issue". A block or a limit of the account hits every
 * feed: one in which something is still found shows that it is none.
 */
export const providersKnowSomething: Question = {
  id: 'providers-know-something',
  question: 'Does any provider find anything?',
  judge: (board): Judgement => {
    const signals = board.of('hit-rate');
    const judged = signals.filter((signal) => !isUnknown(signal));
    const empty = judged.filter(({ finding }) => finding === 'all-empty');
    const finding = judged.filter((signal) => signal.finding !== 'all-empty');
    if (empty.length > 0 && finding.length === 0)
      return {
        answer: 'no',
        because: empty[0]?.evidence.summary ?? '',
        found: [
          {
            ...ALL_EMPTY,
            summary: `Every provider comes back empty (${feedsIn(empty)}), which points at the account and not at a provider: ${empty[0]?.evidence.summary ?? ''}`,
            evidence: evidenceFrom(empty),
          },
        ],
        cleared: [],
      };
    const partly: Judgement['found'] = empty.map(({ subject, evidence }) => ({
      cause: 'enrichment.low-hit-rate',
      subject,
      summary: `Every provider of this feed comes back empty, while ${feedsIn(finding)} still finds rows: ${evidence.summary}`,
      evidence: [evidence],
    }));
    return {
      answer:
        partly.length > 0 ? 'no' : judged.length > 0 ? 'yes' : signals.length > 0 ? 'unknown' : 'not-checked',
      because: signals[0]?.evidence.summary ?? 'nobody counts rows',
      found: partly,
      // That too few rows are found is no proof that the account is well again.
      cleared: finding.some(isOk) ? [{ ...ALL_EMPTY, evidence: evidenceFrom(finding.filter(isOk)) }] : [],
    };
  },
};
