import type { Cause } from '../cause.ts';
import type { Config } from '../config/schema.ts';
import { isDrill } from '../incident/drill.ts';
import { type Incident, isOpen } from '../incident/incident.ts';
import { affectedFeeds } from '../notify/affected.ts';
import { slugOf } from '../observe/rows/limits.ts';
import { compareSeverity, isMoreUrgent } from '../severity.ts';
import type { OverviewResponse } from './overview-shape.ts';

export type StageName = OverviewResponse['feeds'][number]['stages'][number]['stage'];

/** Where in the pipeline a cause is, and what it does to the rows there. */
export interface Place {
  /** Empty: no row meets it. */
  readonly stages: readonly StageName[];
  readonly state: 'broken' | 'slow';
  /** stops: no row gets past it · hampers: some do, or later · nothing: rows do not notice */
  readonly rows: 'stops' | 'hampers' | 'nothing';
}

const NOWHERE: Place = { stages: [], state: 'slow', rows: 'nothing' };
const stopsAt = (...stages: readonly StageName[]): Place => ({ stages, state: 'broken', rows: 'stops' });
const failsAt = (...stages: readonly StageName[]): Place => ({ stages, state: 'broken', rows: 'hampers' });
const slowAt = (...stages: readonly StageName[]): Place => ({ stages, state: 'slow', rows: 'hampers' });

/** Complete by its type: a new cause has to say where it is. */
export const PLACES: Readonly<Record<Cause, Place>> = {
  'clay.outage': stopsAt('webhook', 'table'),
  'clay.degraded': slowAt('webhook', 'table'),
  'webhook.intake-failing': stopsAt('webhook'),
  'webhook.limit-reached': stopsAt('webhook'),
  'webhook.limit-approaching': NOWHERE,
  'webhook.gone': stopsAt('webhook'),
  'webhook.unauthorized': stopsAt('webhook'),
  'webhook.rejecting': failsAt('webhook'),
  'webhook.rate-limited': slowAt('webhook'),
  'table.full': stopsAt('table'),
  'credits.exhausted': stopsAt('table'),
  'actions.exhausted': stopsAt('table'),
  'credits.running-out': NOWHERE,
  'actions.running-out': NOWHERE,
  'credits.burn-spike': NOWHERE,
  'rows.looping': failsAt('sender'),
  'rows.lost': failsAt('table'),
  'enrichment.stalled': stopsAt('table'),
  'enrichment.all-empty': failsAt('table'),
  'enrichment.slow': slowAt('table'),
  'enrichment.low-hit-rate': failsAt('table'),
  'provider.failing': failsAt('table'),
  'provider.rate-limited': slowAt('table'),
  'crm.sync-failing': failsAt('table'),
  'callback.unreachable': stopsAt('callback'),
  'callback.failing': failsAt('callback'),
  'api-key.invalid': NOWHERE,
  'api-key.forbidden': NOWHERE,
  'api.rate-limited': NOWHERE,
  'secret.rotation-failed': NOWHERE,
  'secret.rotated': NOWHERE,
  'own.unhealthy': failsAt('sender'),
  'monitoring.gap': NOWHERE,
  drill: NOWHERE,
};

const partOf = (subject: string): string => subject.slice(subject.indexOf('/') + 1);

/** The relay's own troubles are where its rows wait; messages to people are no part of the pipeline. */
const placeOfOwn = (subject: string): Place => {
  if (subject === 'messages') return NOWHERE;
  return /\/(?:relay|dead-letters)$/.test(subject) ? failsAt('queue') : PLACES['own.unhealthy'];
};

/** Where an incident is: a drill is nowhere, whatever its severity. */
export const placeOf = ({ cause, subject }: Pick<Incident, 'cause' | 'subject'>): Place =>
  cause === 'own.unhealthy' ? placeOfOwn(subject) : PLACES[cause];

/** What the rows of a feed go through. */
export interface InUse {
  readonly webhook: string | null;
  readonly table: string | null;
}

/** A webhook or a table that rows no longer go to is in nobody's way. */
const isInTheWay = (
  { cause, subject }: Pick<Incident, 'cause' | 'subject'>,
  feed: string,
  { feeds }: Pick<Config, 'feeds'>,
  { webhook, table }: InUse,
): boolean => {
  if (!subject.startsWith(`${feed}/`)) return true;
  const part = partOf(subject);
  if (cause.startsWith('webhook.')) {
    const isKnown = feeds[feed]?.webhooks.some(({ id }) => id === part) ?? false;
    return !isKnown || webhook === null || webhook === part;
  }
  return cause !== 'table.full' || table === null || slugOf(table) === part;
};

/** An incident that marks a part of a feed. */
export interface Mark {
  readonly incident: Incident;
  readonly place: Place;
}

/** Open, told on its own, and no practice. */
export const isReal = (incident: Incident): boolean =>
  isOpen(incident) && !incident.hiddenBy && !isDrill(incident);

/** The most urgent first, and of those the oldest. */
export const byUrgency = (one: Incident, other: Incident): number =>
  compareSeverity(one.severity, other.severity) ||
  one.openedAt - other.openedAt ||
  (one.id < other.id ? -1 : 1);

/** What of the open incidents is in the way of a feed's rows, the most urgent first. */
export const marksOf = (
  incidents: readonly Incident[],
  feed: string,
  config: Pick<Config, 'feeds' | 'probes'>,
  inUse: InUse,
): readonly Mark[] =>
  incidents
    .filter(isReal)
    .map((incident) => ({ incident, place: placeOf(incident) }))
    .filter(
      ({ incident, place }) =>
        place.stages.length > 0 &&
        affectedFeeds(incident, config).includes(feed) &&
        isInTheWay(incident, feed, config, inUse),
    )
    .toSorted((one, other) => byUrgency(one.incident, other.incident));

/** Whether no row gets past it: what is no more than a P3 leaves a way. */
export const isStop = ({ incident, place }: Mark): boolean =>
  place.rows === 'stops' && isMoreUrgent(incident.severity, 'P3');
