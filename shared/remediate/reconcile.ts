import { isOpen } from '../incident/incident.ts';
import type { RemediationAction } from './action.ts';
import { replayCommand } from './command.ts';
import { act, doneFor, REF } from './note.ts';
import { type Case, rowsText } from './state.ts';

/** Sent so lately that they may well be on their way. An age that the ledger counts by, minutes. */
const ON_THE_WAY = 5;

/**
 * What is left of the rows once it is over: those that Clay accepted and that have not come back, and the command that
 * sends them again. A person decides: each is paid for again [C].
 */
export const reconcileActions = (one: Case): readonly RemediationAction[] => {
  const { incident, feed, settings, relayed } = one;
  const { snapshot } = relayed;
  const { resolvedAt } = incident;
  if (isOpen(incident) || resolvedAt === undefined || doneFor(one).length === 0) return [];
  if (!snapshot || settings.callbacks.secret === undefined) return [];
  const { ages, oldestAt } = snapshot.outstanding;
  const missing = ages
    .filter(({ upToMinutes }) => upToMinutes === null || upToMinutes > ON_THE_WAY)
    .reduce((sum, { rows }) => sum + rows, 0);
  const noted = { ref: REF.reconcile(feed, resolvedAt), kind: 'reconcile', since: resolvedAt } as const;
  if (missing === 0 || oldestAt === null)
    return act(one, { ...noted, text: `Every row of ${feed} that Clay accepted has come back.` });
  const since = Math.floor(oldestAt / 60_000) * 60_000;
  return act(one, {
    ...noted,
    text: `${rowsText(missing)} of ${feed} that Clay accepted ${missing === 1 ? 'has' : 'have'} not come back. What sending again would take: ${replayCommand(feed, since)}`,
  });
};
