import { type Incident, isOpen, isPage, type PendingNotification } from '../../shared/incident/incident.ts';
import type { Night, Stored } from './night.ts';

/** A message that an incident owed at some time of the night. */
export interface Owed extends PendingNotification {
  readonly incidentId: string;
  /** By the order of events of the night. */
  readonly seq: number;
  readonly isPage: boolean;
  readonly version: number;
  /** Whether it was marked as sent. */
  isSent: boolean;
  /** The version that no longer owed it and had not sent it. */
  withdrawnBy: Stored | null;
}

const IMPROVEMENTS: ReadonlySet<string> = new Set(['resolved', 'severity-lowered']);

/** Everything that was ever owed, from what was stored and nothing else. */
export const owedIn = ({ stored }: Pick<Night, 'stored'>): readonly Owed[] => {
  const all = new Map<string, Owed>();
  for (const version of stored) {
    const { incident, seq } = version;
    const sent = new Set(incident.deliveries.map(({ id }) => id));
    for (const pending of incident.pending)
      if (!all.has(pending.id))
        all.set(pending.id, {
          ...pending,
          ...{ incidentId: incident.id, seq, isPage: isPage(pending), isSent: false, withdrawnBy: null },
          version: Number(pending.id.split(':')[1]),
        });
    const still = new Set(incident.pending.map(({ id }) => id));
    for (const owed of all.values()) {
      if (owed.incidentId !== incident.id) continue;
      if (sent.has(owed.id)) owed.isSent = true;
      else if (!owed.isSent && !still.has(owed.id)) owed.withdrawnBy ??= version;
    }
  }
  return [...all.values()];
};

const newKinds = ({ before, incident }: Stored): ReadonlySet<string> =>
  new Set(incident.timeline.slice(before?.timeline.length ?? 0).map(({ kind }) => kind));

/** Whether a message may have been withdrawn: it was no longer true, or somebody saw to it that nobody hears of it. */
export const isRightlyWithdrawn = (owed: Owed, by: Stored): boolean => {
  const { incident } = by;
  const kinds = newKinds(by);
  if (kinds.has('withheld')) return true;
  if (owed.isPage && incident.status !== 'triggered') return true;
  if (owed.transition === 'update-due') return kinds.has('updated');
  return IMPROVEMENTS.has(owed.transition) && owed.dueAt > owed.createdAt && isOpen(incident);
};

/** How often nobody had it: each time is a reason to call somebody. */
export const timesNobodyHadIt = (versions: readonly Incident[]): number =>
  versions.filter(
    ({ status }, index) => status === 'triggered' && versions[index - 1]?.status !== 'triggered',
  ).length;
