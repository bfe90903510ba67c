import type { Clock } from '../clock.ts';
import { changeIncident } from './change.ts';
import type { ChangeKind } from './decide.ts';
import type { Incident } from './incident.ts';
import { mergeTarget, settleMerge } from './merge.ts';
import type { IncidentPolicy } from './policy.ts';
import type { IncidentChange } from './record.ts';
import type { IncidentStore } from './store.ts';
import { tick } from './tick.ts';

export interface PassTimeDependencies {
  readonly store: IncidentStore;
  readonly policy: IncidentPolicy;
  readonly clock: Pick<Clock, 'now'>;
}

export interface PassedTime {
  readonly changes: readonly IncidentChange[];
  /** Why some incidents could not be looked after; the others were. The next run tries again. */
  readonly failures: readonly unknown[];
}

/** What this version owes that the one before did not. */
const kindOf = (before: Incident | null, after: Incident): ChangeKind => {
  const known = new Set(before?.pending.map(({ id }) => id));
  return after.pending.findLast(({ id }) => !known.has(id))?.transition ?? 'updated';
};

const changeOne = async (
  { store }: PassTimeDependencies,
  { id, cause, subject }: Incident,
  change: (current: Incident) => Incident,
): Promise<readonly IncidentChange[]> => {
  const { before, after } = await changeIncident(store, { cause, subject }, (current) =>
    current?.id === id ? change(current) : current,
  );
  return after && after !== before ? [{ transition: kindOf(before, after), incident: after }] : [];
};

/** Merging first: one that is told on its own again may have a deadline behind it. */
const passOne = async (deps: PassTimeDependencies, seen: Incident): Promise<readonly IncidentChange[]> => {
  const { store, policy, clock } = deps;
  const target = seen.mergedInto ? await mergeTarget(store, seen) : null;
  const settled =
    settleMerge(seen, target, clock.now()) === seen
      ? []
      : await changeOne(deps, seen, (current) =>
          // Merged into another one meanwhile: that one is looked at in the next run.
          current.mergedInto?.id === seen.mergedInto?.id
            ? settleMerge(current, target, clock.now())
            : current,
        );
  const now = settled.at(-1)?.incident ?? seen;
  // What lists them may lag by a moment, and so may this, by a run; it saves reading every open incident every minute.
  if (tick(now, policy, clock.now()) === now) return settled;
  return [...settled, ...(await changeOne(deps, seen, (current) => tick(current, policy, clock.now())))];
};

/**
 * What the passing of time does to every incident that concerns anybody: deadlines, stale acknowledgements, promised
 * updates, and merges that are over. Each change is one conditional write with the messages that it owes inside, so it
 * is safe to repeat and to run twice at once. Rejects only when the incidents cannot be listed.
 */
export const passTime = async (deps: PassTimeDependencies): Promise<PassedTime> => {
  const outcomes = await Promise.allSettled(
    (await deps.store.active()).map((incident) => passOne(deps, incident)),
  );
  return {
    changes: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])),
    failures: outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])),
  };
};
