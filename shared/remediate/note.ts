import { hasAction, type NewAction } from '../incident/actions.ts';
import type { Incident } from '../incident/incident.ts';
import type { ControlStep, RemediationAction } from './action.ts';
import type { Case } from './state.ts';

/** The names under which things are noted once. */
export const REF = {
  hold: (feed: string, since: number) => `hold:${feed}:${since}`,
  breaker: (feed: string, since: number) => `breaker:${feed}:${since}`,
  resume: (feed: string, since: number) => `resume:${feed}:${since}`,
  overruled: (feed: string, since: number) => `overruled:${feed}:${since}`,
  failover: (feed: string, at: number) => `failover:${feed}:${at}`,
  reconcile: (feed: string, at: number) => `reconcile:${feed}:${at}`,
  propose: (what: string, feed: string, of: string | number) => `propose:${what}:${feed}:${of}`,
} as const;

type Noted = Pick<NewAction, 'ref' | 'kind' | 'since' | 'text'> & { readonly mode?: NewAction['mode'] };

/** The action with its note; nothing when there is neither anything to do nor to note. */
export const act = (
  { incident, feed }: { readonly incident: Incident; readonly feed: string },
  { mode = 'act', ...noted }: Noted,
  steps: readonly ControlStep[] = [],
): readonly RemediationAction[] => {
  const isNoted = hasAction(incident, noted.ref);
  if (isNoted && steps.length === 0) return [];
  const note = isNoted ? null : { incident: incident.id, action: { ...noted, feed, mode } };
  return [{ feed, cause: incident.cause, subject: incident.subject, mode, steps, note }];
};

/** What was done in the present opening for this feed. */
export const doneFor = ({ incident, feed }: Pick<Case, 'incident' | 'feed'>) =>
  (incident.actions ?? []).filter(
    (action) => action.feed === feed && action.opening === incident.reopenings && action.mode === 'act',
  );
