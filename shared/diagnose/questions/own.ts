import { isFailing, isOk } from '../board.ts';
import type { Judgement, Question } from '../rule.ts';

/** An alert that reached nobody is worse than none: our own way to people is watched like everything else. */
export const messagesArrive: Question = {
  id: 'messages-arrive',
  question: 'Do our own messages reach people?',
  judge: (board): Judgement => {
    const signals = board.of('messages');
    const failing = signals.filter(isFailing);
    const passing = signals.filter(isOk);
    return {
      answer:
        failing.length > 0
          ? 'no'
          : passing.length > 0
            ? 'yes'
            : signals.length > 0
              ? 'unknown'
              : 'not-checked',
      because: (failing[0] ?? passing[0] ?? signals[0])?.evidence.summary ?? 'nobody is told anything',
      found: failing.map(({ subject, evidence }) => ({
        cause: 'own.unhealthy',
        subject,
        severity: 'P2',
        summary: `Messages of Claywatch do not reach people: ${evidence.summary}`,
        evidence: [evidence],
      })),
      cleared: passing.map(({ subject, evidence }) => ({
        cause: 'own.unhealthy',
        subject,
        evidence: [evidence],
      })),
    };
  },
};
