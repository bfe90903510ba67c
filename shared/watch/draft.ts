import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import { changeIncident } from '../incident/change.ts';
import { isDraftDue, noteDrafted } from '../incident/drafted.ts';
import type { Incident } from '../incident/incident.ts';
import type { IncidentStore } from '../incident/store.ts';
import { draftedText, figuresOf } from '../postmortem/figures.ts';
import { type PostmortemStores, readPostmortem } from '../postmortem/read.ts';

export interface DraftDependencies {
  readonly config: Config;
  readonly clock: Pick<Clock, 'now'>;
  readonly incidentStore: IncidentStore;
  /** Without a list: earlier incidents are for the lessons, and change no number. */
  readonly stores: Omit<PostmortemStores, 'incidents'>;
}

const NO_EARLIER = { list: async () => [] };

const draftOne = async (
  incident: Incident,
  { config, clock, incidentStore, stores }: DraftDependencies,
): Promise<void> => {
  const now = clock.now();
  const postmortem = await readPostmortem(incident, { ...stores, incidents: NO_EARLIER }, { config, now });
  const figures = figuresOf(postmortem, now);
  await changeIncident(incidentStore, incident, (current) =>
    current?.id === incident.id
      ? noteDrafted(current, figures, draftedText(current, figures), clock.now())
      : current,
  );
};

/**
 * Drafts the postmortem of every incident that is over and has none yet: its main numbers go with the incident, so that
 * the message about its end says them, and its timeline says where to read the rest. Returns why some could not be
 * drafted; no message waits for that.
 */
export const draftPostmortems = async (
  incidents: readonly Incident[],
  deps: DraftDependencies,
): Promise<readonly unknown[]> => {
  const outcomes = await Promise.allSettled(
    incidents.filter(isDraftDue).map((incident) => draftOne(incident, deps)),
  );
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
};
