import { isSilent } from '../../observe/findings.ts';
import { isFailing, isOk, isUnknown } from '../board.ts';
import { fallbackFor, insteadSays } from '../fallback.ts';
import type { Judgement, Question } from '../rule.ts';

/** Second runbook: "P4: Monitoring gaps". A dead source must never look green. */
export const everythingSeen: Question = {
  id: 'everything-seen',
  question: 'Can everything that is watched be seen?',
  judge: (board): Judgement => {
    // Too little to judge by is nothing that anybody failed to see.
    const blind = board.all().filter((signal) => isUnknown(signal) && !isSilent(signal));
    const blindProbes = new Set(blind.map(({ probe }) => probe));
    const missed = board.of('schedule').filter(isFailing);
    const found = [
      ...missed.map((signal) => ({
        cause: 'monitoring.gap' as const,
        subject: 'schedule',
        summary: `Claywatch itself did not run when it should have: ${signal.evidence.summary}`,
        evidence: [signal.evidence],
      })),
      ...blind.map((signal) => {
        const instead = fallbackFor(signal, board);
        return {
          cause: 'monitoring.gap' as const,
          subject: signal.probe,
          summary: `This cannot be seen, so it counts neither as fine nor as down: ${signal.evidence.summary}${insteadSays(instead)}`,
          evidence: [signal.evidence, ...instead],
        };
      }),
    ];
    const seen = board.all().filter((signal) => !isUnknown(signal) && !blindProbes.has(signal.probe));
    const cleared = [
      ...seen
        .filter(({ surface }) => surface !== 'schedule')
        .map((signal) => ({
          cause: 'monitoring.gap' as const,
          subject: signal.probe,
          evidence: [signal.evidence],
        })),
      ...board
        .of('schedule')
        .filter(isOk)
        .map((signal) => ({
          cause: 'monitoring.gap' as const,
          subject: 'schedule',
          evidence: [signal.evidence],
        })),
    ];
    return {
      answer: found.length > 0 ? 'no' : seen.length > 0 ? 'yes' : 'not-checked',
      because: found[0]?.evidence[0]?.summary ?? `${seen.length} of ${seen.length} can be seen`,
      found,
      cleared,
    };
  },
};
