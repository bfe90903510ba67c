import { bound } from './bounds.ts';
import { type DraftedFigures, type Incident, isOpen } from './incident.ts';
import { advance, note } from './turn.ts';

/** The figures that were drafted for this end of the incident; null: none, or of an earlier end. */
export const draftedFor = ({ drafted, resolvedAt }: Incident): DraftedFigures | null =>
  drafted !== undefined && drafted.resolvedAt === resolvedAt ? drafted : null;

/** Whether it is over and its postmortem is still to be drafted. */
export const isDraftDue = (incident: Incident): boolean =>
  !isOpen(incident) && incident.resolvedAt !== undefined && draftedFor(incident) === null;

/** The incident with the figures of its postmortem; the same reference when it is open again or has them already. */
export const noteDrafted = (
  incident: Incident,
  drafted: DraftedFigures,
  text: string,
  now: number,
): Incident => {
  if (!isDraftDue(incident) || drafted.resolvedAt !== incident.resolvedAt) return incident;
  const at = Math.max(now, incident.updatedAt);
  return bound({ ...advance(incident, at, [note(at, 'drafted', text)]), drafted });
};
