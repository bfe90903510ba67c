import type { Cause } from '../../cause.ts';
import type { Found, Judgement, ManualAnswers, Question } from '../rule.ts';

interface ManualQuestionRule {
  readonly id: string;
  readonly question: string;
  readonly asks: keyof ManualAnswers;
  /** The answer that names a cause. */
  readonly bad: 'yes' | 'no';
  readonly cause: Cause;
  readonly subject: string;
  readonly says: string;
}

/**
 * Questions of the second runbook that only a person with Clay's UI open can answer. The tree phrases them so that
 * "yes" leads on; the person is asked in the runbook's own words.
 */
const manual = ({ id, question, asks, bad, cause, subject, says }: ManualQuestionRule): Question => ({
  id,
  question,
  judge: (_board, { answers, at }): Judgement => {
    const answer = answers[asks];
    if (answer === undefined)
      return { answer: 'not-checked', because: 'only a person can see this in Clay', found: [], cleared: [] };
    const evidence = [
      {
        probe: 'person',
        at,
        summary: `A person looked in Clay and answered "${answer}".`,
        finding: answer,
        kind: 'reported' as const,
        facts: {},
      },
    ];
    const found: Found[] = answer === bad ? [{ cause, subject, summary: says, evidence }] : [];
    return {
      answer: answer === bad ? 'no' : 'yes',
      because: 'a person looked',
      found,
      cleared: found.length === 0 ? [{ cause, subject, evidence }] : [],
    };
  },
});

export const cellsClean = manual({
  id: 'cells-clean',
  question: 'Is the table free of red error cells?',
  asks: 'red-cells',
  bad: 'yes',
  cause: 'provider.failing',
  subject: 'table-cells',
  says: 'Cells are red in Clay: a column fails. The message in the cell says which provider or mapping it is.',
});

export const autoRunOn = manual({
  id: 'auto-run-on',
  question: 'Is auto-run on, for the table and for the column?',
  asks: 'auto-run',
  bad: 'no',
  cause: 'enrichment.stalled',
  subject: 'table-auto-run',
  says: 'Auto-run is off: rows go in and are never enriched.',
});

export const connectionsUp = manual({
  id: 'connections-up',
  question: 'Are all providers connected in Clay?',
  asks: 'connections',
  bad: 'no',
  cause: 'provider.failing',
  subject: 'connections',
  says: 'A provider has lost its connection in Clay.',
});
