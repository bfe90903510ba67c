import type { Cause } from '../cause.ts';
import type { Evidence } from '../observe/signals.ts';
import type { Severity } from '../severity.ts';
import type { Board } from './board.ts';
import type { PathStep } from './verdict.ts';

export interface Key {
  readonly cause: Cause;
  readonly subject: string;
}

export const sameKey = (a: Key, b: Key): boolean => a.cause === b.cause && a.subject === b.subject;

/** A cause found in force by one question. */
export interface Found extends Key {
  /** Instead of the cause's default; the config's override beats both. */
  readonly severity?: Severity;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
}

/** A cause positively seen not to hold. */
export interface Cleared extends Key {
  readonly evidence: readonly Evidence[];
}

export interface Judgement {
  readonly answer: PathStep['answer'];
  readonly because: string;
  readonly found: readonly Found[];
  readonly cleared: readonly Cleared[];
}

export type ManualAnswers = Readonly<
  Partial<Record<'red-cells' | 'auto-run' | 'connections' | 'credits', 'yes' | 'no'>>
>;

/** What a person saw in Clay, and when they said so (epoch ms). */
export interface Report {
  readonly answers: ManualAnswers;
  readonly at: number;
}

/** One question of the decision tree. Questions are asked in order; upstream ones come first. */
export interface Question {
  readonly id: string;
  /** Put so that "yes" leads on to the next question and "no" names a cause. */
  readonly question: string;
  judge(board: Board, report: Report): Judgement;
}
