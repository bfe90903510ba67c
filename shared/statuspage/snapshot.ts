import { type Incident, isOpen } from '../incident/incident.ts';
import type { Silence } from '../silence/silence.ts';
import type { Watched } from '../watch/watched.ts';

/** Everything that the page is made of, as it was read at one time. */
export interface Snapshot {
  /** Open ones, and those of the time that the page tells of; each once, in any order. */
  readonly incidents: readonly Incident[];
  /** What was opened before this is not known in full, epoch ms: more is kept than is read. */
  readonly completeSince: number;
  readonly silences: readonly Silence[];
  /** When the watch looked; null before its first run. */
  readonly watched: Watched | null;
}

/** Where the page reads; each read is bounded, however much is kept. */
export interface SnapshotSource {
  /** Open ones, or still owing a message; at most `limit` of them. */
  active(limit: number): Promise<readonly Incident[]>;
  /** Newest first, opened at or after `since`. */
  list(query: { readonly since: number; readonly limit: number }): Promise<readonly Incident[]>;
  /** Newest first, made at or after `since`. */
  silences(query: { readonly since: number; readonly limit: number }): Promise<readonly Silence[]>;
  watched(): Promise<Watched | null>;
}

const DAY = 86_400_000;
/** What began before the history and ended in it, and work that was planned long ahead. */
const LOOK_BACK_DAYS = 120;
const MOST_ACTIVE = 200;
export const MOST_INCIDENTS = 300;
const MOST_SILENCES = 200;
/** What is over seldom changes, and is most of what there is to read. */
const HISTORY_MS = 60_000;

interface History {
  readonly at: number;
  readonly since: number;
  readonly listed: readonly Incident[];
}

/** Whether something that was open when the history was read is so no longer. */
const isOutdated = ({ listed }: History, active: readonly Incident[]): boolean => {
  const stillActive = new Set(active.map(({ id }) => id));
  return listed.some((incident) => isOpen(incident) && !stillActive.has(incident.id));
};

const latest = (incidents: readonly Incident[]): readonly Incident[] => {
  const byId = new Map<string, Incident>();
  for (const incident of incidents) {
    const known = byId.get(incident.id);
    if (!known || known.version < incident.version) byId.set(incident.id, incident);
  }
  return [...byId.values()];
};

/**
 * Reads what the page is made of, a bounded amount each time. Incidents that are over are read again once a minute, or
 * as soon as one of them is found to be over.
 */
export const createSnapshotReader = (
  source: SnapshotSource,
  { now }: { readonly now: () => number },
): (() => Promise<Snapshot>) => {
  let kept: History | undefined;

  const readHistory = async (): Promise<History> => {
    const at = now();
    const since = at - LOOK_BACK_DAYS * DAY;
    const listed = await source.list({ since, limit: MOST_INCIDENTS });
    kept = { at, since, listed };
    return kept;
  };
  const history = async (): Promise<History> => {
    const age = kept ? now() - kept.at : Number.POSITIVE_INFINITY;
    return kept && age >= 0 && age < HISTORY_MS ? kept : readHistory();
  };

  return async () => {
    const [active, recent, silences, watched] = await Promise.all([
      source.active(MOST_ACTIVE),
      history(),
      source.silences({ since: now() - LOOK_BACK_DAYS * DAY, limit: MOST_SILENCES }),
      source.watched(),
    ]);
    const { listed, since } = isOutdated(recent, active) ? await readHistory() : recent;
    const oldest = Math.min(...listed.map(({ openedAt }) => openedAt));
    return {
      incidents: latest([...active, ...listed]),
      completeSince: listed.length < MOST_INCIDENTS ? since : oldest,
      silences,
      watched,
    };
  };
};
