import { isCancel, select } from '@clack/prompts';
import type { ManualQuestion } from '../shared/diagnose/verdict.ts';
import type { ManualAnswers, TriageReport } from '../shared/triage/triage.ts';
import type { Terminal } from './terminal.ts';

const ask = async ({ question, where }: ManualQuestion, terminal: Terminal) =>
  select({
    message: `${question}\n${where}`,
    options: [
      { value: 'yes', label: 'yes' },
      { value: 'no', label: 'no' },
      { value: 'skip', label: 'do not know' },
    ],
    initialValue: 'skip',
    input: terminal.stdin,
    output: terminal.stdout,
  });

/**
 * Puts the questions of the diagnosis to the person, one by one; each answer may make others needless. Ctrl-C or
 * Escape ends the asking, and what was answered until then counts.
 */
export const askQuestions = async (
  seen: TriageReport,
  refine: (answers: ManualAnswers) => TriageReport,
  terminal: Terminal,
): Promise<TriageReport> => {
  const asked = new Set<string>();
  let answers: ManualAnswers = {};
  let report = seen;
  while (true) {
    const next = report.diagnosis.questions.find(({ id }) => !asked.has(id));
    if (!next) return report;
    asked.add(next.id);
    const answer = await ask(next, terminal);
    if (isCancel(answer)) return report;
    if (answer === 'yes' || answer === 'no') {
      answers = { ...answers, [next.id]: answer };
      report = refine(answers);
    }
  }
};
