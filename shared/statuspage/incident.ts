import type { Config } from '../config/schema.ts';
import { isDrill } from '../incident/drill.ts';
import { type Incident, type IncidentStatus, isOpen, type TimelineEntry } from '../incident/incident.ts';
import { runbookFor } from '../runbook/index.ts';
import type { PageComponent } from './components.ts';
import { publicText } from './public-text.ts';
import { impactOf } from './state.ts';
import type { PublicIncident, PublicUpdate } from './statuspage-shape.ts';
import { base36, instant, sound } from './times.ts';

type Settings = Config['statusPage'];
type State = PublicIncident['status'];

/** What a person has confirmed for the public. */
type Confirmed = TimelineEntry & { readonly kind: 'updated'; readonly audience: 'public' };

const isConfirmed = (entry: TimelineEntry): entry is Confirmed =>
  entry.kind === 'updated' && entry.audience === 'public';

/** Oldest first. */
const confirmedOf = ({ timeline }: Incident): readonly Confirmed[] => timeline.filter(isConfirmed);

export const isConfirmedIncident = (incident: Incident): boolean => confirmedOf(incident).length > 0;

/** Practice is nobody's business outside, and neither is what is less urgent than the page shows. */
const isForThePage = (incident: Incident, { severities }: Settings): boolean =>
  !isDrill(incident) && severities.includes(incident.peakSeverity);

/** Whether its words show. Those that were once confirmed stay, also when something else turns out to explain it. */
export const isShown = (incident: Incident, settings: Settings): boolean =>
  isForThePage(incident, settings) && isConfirmedIncident(incident);

/** Whether it counts for the states of components. What another one explains does not count twice. */
export const counts = (incident: Incident, settings: Settings): boolean =>
  isForThePage(incident, settings) &&
  !incident.hiddenBy &&
  !incident.mergedInto &&
  (settings.states === 'measured' || isConfirmedIncident(incident));

/**
 * Made from times that the page shows anyway, so that it stays the same and says nothing of the cause: the incident's own
 * id is derived from that, and could be guessed back.
 */
const publicId = (incident: Incident, first: TimelineEntry): string =>
  `${base36(incident.openedAt)}-${base36(first.at)}`;

const STATES: Readonly<Record<IncidentStatus, State>> = {
  triggered: 'investigating',
  acknowledged: 'identified',
  mitigated: 'monitoring',
  resolved: 'resolved',
  reviewed: 'resolved',
};

/** Closed by a person and kept closed although it may still be so: not over before that time has passed. */
const isHeld = ({ closedBy }: Incident): boolean => typeof closedBy?.until === 'number';

/** Whether the page says that it is over. */
export const isOver = (incident: Incident): boolean => !isOpen(incident) && !isHeld(incident);

const stateNow = (incident: Incident): State =>
  !isOpen(incident) && isHeld(incident) ? 'monitoring' : STATES[incident.status];

const STATE_AFTER: Partial<Record<TimelineEntry['kind'], State>> = {
  triggered: 'investigating',
  reopened: 'investigating',
  unacknowledged: 'investigating',
  'acknowledgement-stale': 'investigating',
  acknowledged: 'identified',
  mitigated: 'monitoring',
  resolved: 'resolved',
};

/** How it stood when something was said. */
const stateWhen = ({ timeline }: Incident, said: TimelineEntry): State => {
  const before = timeline.slice(0, timeline.indexOf(said));
  return before.reduce<State>((state, { kind }) => STATE_AFTER[kind] ?? state, 'investigating');
};

const OVER = 'This incident is resolved.';

/** Named by its time, so that it keeps its name when older ones are no longer kept. */
const updateIds = (id: string, entries: readonly Confirmed[]): readonly string[] =>
  entries.map(({ at }, index) => {
    const same = entries.slice(0, index).filter((one) => one.at === at).length;
    return `${id}-${base36(at)}${same === 0 ? '' : `-${same + 1}`}`;
  });

const updatesOf = (incident: Incident, id: string): readonly PublicUpdate[] => {
  const confirmed = confirmedOf(incident);
  const ids = updateIds(id, confirmed);
  const updates = confirmed.map((entry, index) => ({
    id: ids[index] ?? id,
    status: stateWhen(incident, entry),
    body: publicText(entry.text),
    at: entry.at,
  }));
  const end = incident.resolvedAt ?? incident.updatedAt;
  const over = { id: `${id}-over-${base36(end)}`, status: 'resolved' as const, body: OVER, at: end };
  return [...updates, ...(isOver(incident) ? [over] : [])]
    .sort((one, other) => sound(other.at) - sound(one.at))
    .map(({ at, ...update }) => ({
      ...update,
      incident_id: id,
      created_at: instant(at),
      updated_at: instant(at),
      display_at: instant(at),
    }));
};

/** The first sentence of what the runbook says to the public of it; it is read when it is long over, too. */
const headlineOf = (incident: Incident): string =>
  (runbookFor(incident).publicImpact.split(/\.(?:\s|$)/)[0] ?? '').replace(/ currently\b/, '');

/**
 * An incident as the public sees it; null unless somebody has confirmed something of it. Of what is stored nothing else
 * gets through: its words are the runbook's and those that a person wrote for the public.
 */
export const publicIncident = (
  incident: Incident,
  hit: readonly PageComponent[],
  { pageId, link }: { readonly pageId: string; readonly link: (id: string) => string | null },
): PublicIncident | null => {
  const [first] = confirmedOf(incident);
  if (!first) return null;
  const id = publicId(incident, first);
  const updates = updatesOf(incident, id);
  const said = updates[0]?.created_at ?? instant(first.at);
  return {
    id,
    name: headlineOf(incident),
    status: stateNow(incident),
    impact: impactOf(incident.peakSeverity),
    started_at: instant(incident.detectedAt),
    created_at: instant(first.at),
    updated_at: said,
    resolved_at: isOver(incident) ? instant(incident.resolvedAt ?? incident.updatedAt) : null,
    monitoring_at: incident.mitigatedAt === undefined ? null : instant(incident.mitigatedAt),
    shortlink: link(id),
    page_id: pageId,
    incident_updates: [...updates],
    components: hit.map((component) => ({ id: component.id, name: component.name })),
  };
};
