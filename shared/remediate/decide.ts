import { sameKey } from '../diagnose/rule.ts';
import type { RemediationAction } from './action.ts';
import { earlyActions, failoverActions, reopenedTables } from './failovers.ts';
import { holdActions } from './holds.ts';
import { reconcileActions } from './reconcile.ts';
import type { Case, RelayedFeed, RemediationState } from './state.ts';

const casesOf = (relayed: RelayedFeed, state: RemediationState): readonly Case[] => {
  const { config, incidents, verdicts, now } = state;
  const { feed } = relayed.control;
  const settings = config.feeds[feed];
  if (!settings) return [];
  return incidents.map((incident) => ({
    config,
    incident,
    verdict: verdicts.find((verdict) => sameKey(verdict, incident)) ?? null,
    feed,
    settings,
    relayed,
    now,
  }));
};

/** A hold because of an incident that there is no record of any more: nothing would ever end it. */
const orphaned = ({ control }: RelayedFeed, { incidents }: RemediationState): readonly RemediationAction[] =>
  control.holds.flatMap(({ kind, cause, subject }) => {
    if (kind !== 'cause' || cause === undefined || subject === undefined) return [];
    if (incidents.some((incident) => sameKey(incident, { cause, subject }))) return [];
    const steps = [{ kind: 'release', why: 'There is no such incident any more.' }] as const;
    return [{ feed: control.feed, cause, subject, mode: 'act', steps, note: null }];
  });

/**
 * What to do about the incidents, for every feed whose rows are relayed; pure. What is done already, and noted, is not
 * decided again; what is done and not noted, because a run died between the two, is only noted.
 *
 * 1. An outage, a webhook that takes nothing in, a webhook that is gone or refuses us, used-up credits or actions: hold.
 * 2. A webhook or a table that is full: another webhook, or hold when there is none. That another one takes over before
 *    the limit is the forwarder's to do; where it may not, it is proposed.
 * 3. The cause is seen to be over: let go exactly what was held because of it, and say what is left of the rows.
 */
export const decideRemediation = (state: RemediationState): readonly RemediationAction[] =>
  state.feeds.flatMap((relayed) => {
    const cases = casesOf(relayed, state);
    return [
      ...cases.flatMap(failoverActions),
      ...earlyActions(relayed, state),
      ...reopenedTables(relayed, state),
      ...cases.flatMap(holdActions),
      ...cases.flatMap(reconcileActions),
      ...orphaned(relayed, state),
    ];
  });
