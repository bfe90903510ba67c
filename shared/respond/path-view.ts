import { DECISION_TREE } from '../diagnose/tree.ts';
import type { Incident } from '../incident/incident.ts';
import { oneLine } from '../notify/text.ts';
import type { ShowResponse } from './incident-shape.ts';

const BECAUSE = 240;
const QUESTIONS = new Map(DECISION_TREE.map(({ id, question }) => [id, question]));

/** A question that the tree no longer asks is named by its id. */
const questionOf = (id: string): string => QUESTIONS.get(id) ?? id;

/**
 * The way through the decision tree to the cause of an incident, from the network outward; the last question is the one
 * that names it. Empty where no tree decided it (a drill), and of an incident that an earlier version opened. Pure.
 */
export const pathOf = ({ path = [] }: Pick<Incident, 'path'>): ShowResponse['path'] =>
  path.map(({ id, answer, because, cause }, index) => ({
    question: questionOf(id),
    answer,
    because: oneLine(because, BECAUSE),
    cause,
    taken: index === path.length - 1,
  }));
