import { isMoreUrgent } from '../severity.ts';
import { bound } from './bounds.ts';
import type { IncidentKey } from './fact.ts';
import { type Incident, isOpen } from './incident.ts';

import type { IncidentStore } from './store.ts';
import { advance, named, note } from './turn.ts';

/** No chain is longer than the incidents that there are; a longer one goes round. */
const LONGEST_CHAIN = 20;

/** What silences it: the one it is part of, or the one that explains it. */
const silencerOf = ({ mergedInto, hiddenBy }: Incident): IncidentKey | undefined => mergedInto ?? hiddenBy;

/**
 * The incident that one is really part of: the end of the chain, for that one may have become part of another since.
 * Null when it is over, and when the chain comes back to itself, by merging or by what explains what: then nobody would
 * be told of any of them.
 */
export const mergeTarget = async (
  { current }: Pick<IncidentStore, 'current'>,
  incident: Incident,
): Promise<Incident | null> => {
  const seen = new Set([incident.id]);
  let target: Incident | null = null;
  let at = incident;
  for (let hops = 0; hops < LONGEST_CHAIN; hops += 1) {
    const key = silencerOf(at);
    if (!key) return target;
    const next = await current(key.cause, key.subject);
    const isMeant = !at.mergedInto || next?.id === at.mergedInto.id;
    if (!next || !isMeant || !isOpen(next)) return target;
    if (seen.has(next.id)) return null;
    seen.add(next.id);
    // What explains the end of the chain silences it, and is not what it is part of.
    if (at.mergedInto) target = next;
    at = next;
  }
  return null;
};

/** Why it must be told on its own again; null: it need not. */
const whyApart = (current: Incident, target: Incident | null): string | null => {
  if (!target || !isOpen(target)) return 'which it was part of, is over or part of it';
  return isMoreUrgent(current.severity, target.severity) ? 'which it was part of, is less urgent' : null;
};

/**
 * One that is part of another, against `target`, the end of its chain (`mergeTarget`): told on its own again once that
 * one is over or less urgent. Pure; the same reference when it may stay as it is.
 */
export const settleMerge = (current: Incident, target: Incident | null, now: number): Incident => {
  const { mergedInto, ...rest } = current;
  if (!mergedInto || !isOpen(current)) return current;
  const at = Math.max(now, current.updatedAt);
  const why = whyApart(current, target);
  if (why !== null || !target)
    return bound(advance(rest, at, [note(at, 'unmerged', `Told on its own: ${named(mergedInto)}, ${why}`)]));
  if (target.id === mergedInto.id) return current;
  const { id, cause, subject } = target;
  return bound({
    ...advance(current, at, [note(at, 'merged', `${mergedInto.id} became part of ${id}, and so did this`)]),
    mergedInto: { id, cause, subject },
  });
};
