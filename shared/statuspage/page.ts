import { type Incident, isOpen } from '../incident/incident.ts';
import { feedOf } from '../notify/affected.ts';
import { isAbout, isInForce, endOf as silenceEnd } from '../silence/match.ts';
import type { Silence } from '../silence/silence.ts';
import { normalGapMs, type Watched } from '../watch/watched.ts';
import type { ComponentStatus } from './component-status.ts';
import {
  ALERTING,
  componentsOf,
  coveredBy,
  hitBy,
  type PageComponent,
  type PageConfig,
} from './components.ts';
import { historyOf } from './history.ts';
import { counts, isOver, isShown, publicIncident } from './incident.ts';
import { plannedWork, publicMaintenance } from './maintenance.ts';
import type { Snapshot } from './snapshot.ts';
import { type Span, without } from './spans.ts';
import { isWorse, overall, worst } from './state.ts';
import type { PublicComponent, StatusPageDocument } from './statuspage-shape.ts';
import { instant, sound } from './times.ts';
import { hitsRows, statusNow, type Trouble, troublesOf } from './trouble.ts';

const MINUTE = 60_000;
/** A run takes as long as it takes, and the page is read a little later. */
const SLACK_MS = 60_000;
/** A message that was tried and is owed for longer than this has not reached people in time. */
const OWED_TOO_LONG_MS = 10 * MINUTE;
const MOST_PAST = 100;

/** What of an incident counts for one component. */
interface Hit {
  readonly incident: Incident;
  readonly components: readonly PageComponent[];
}

interface Page {
  readonly config: PageConfig;
  readonly components: readonly PageComponent[];
  readonly now: number;
  readonly snapshot: Snapshot;
  /** Planned work that shows, with what it covers. */
  readonly work: readonly { readonly silence: Silence; readonly components: readonly PageComponent[] }[];
  readonly hits: readonly Hit[];
  readonly isWatched: boolean;
}

const isLate = ({ pending }: Incident, now: number): boolean =>
  pending.some(({ attempts, createdAt }) => attempts > 0 && now - createdAt > OWED_TOO_LONG_MS);

/** The times at which planned work covers an incident. */
const coveringOf = (incident: Incident, { work, config }: Page): readonly Span[] => {
  const about = { ...incident, feed: feedOf(incident, config) };
  return work
    .filter(({ silence }) => isAbout(silence, about))
    .map(({ silence }) => ({ from: silence.from, to: silenceEnd(silence) }));
};

const outside = (troubles: readonly Trouble[], covered: readonly Span[]): readonly Trouble[] =>
  covered.length === 0
    ? troubles
    : troubles.flatMap((trouble) =>
        without([trouble], covered).map((span) => ({ ...span, status: trouble.status })),
      );

const hitsOf = (component: PageComponent, { hits }: Page): readonly Incident[] =>
  hits.filter(({ components }) => components.includes(component)).map(({ incident }) => incident);

/** How a component stands, and since when. */
interface Standing {
  readonly status: ComponentStatus;
  readonly since: number | null;
}

const fromIncidents = (component: PageComponent, page: Page): readonly Standing[] =>
  hitsOf(component, page)
    .filter(isOpen)
    .filter(
      (incident) => !coveringOf(incident, page).some(({ from, to }) => from <= page.now && page.now < to),
    )
    .map((incident) => ({ status: statusNow(incident), since: sound(incident.detectedAt) }));

const fromWork = (component: PageComponent, { work, now }: Page): readonly Standing[] =>
  work
    .filter(({ silence, components }) => isInForce(silence, now) && components.includes(component))
    .map(({ silence }) => ({ status: 'under_maintenance' as const, since: silence.from }));

const fromWatch = ({ feed }: PageComponent, page: Page): readonly Standing[] => {
  const { snapshot, isWatched, now } = page;
  const since = snapshot.watched?.lastRunAt ?? null;
  if (!isWatched) return [{ status: feed === null ? 'major_outage' : 'unknown', since }];
  return feed === null && page.hits.some(({ incident }) => isLate(incident, now))
    ? [{ status: 'degraded_performance', since: null }]
    : [];
};

const standingOf = (component: PageComponent, page: Page): Standing => {
  const all = [
    ...fromIncidents(component, page),
    ...fromWork(component, page),
    ...fromWatch(component, page),
  ];
  const status = worst(all.map((one) => one.status));
  if (status === 'operational') return { status, since: null };
  const since = all.flatMap((one) => (one.status === status && one.since !== null ? [one.since] : []));
  return { status, since: since.length === 0 ? null : Math.min(...since) };
};

const gapsOf = (watched: Watched | null, { isWatched, now }: Page): readonly Span[] => [
  ...(watched?.gaps ?? []),
  ...(watched && !isWatched ? [{ from: watched.lastRunAt, to: now }] : []),
];

const historyFor = (component: PageComponent, page: Page) => {
  const { snapshot, config, now, work } = page;
  const gaps = gapsOf(snapshot.watched, page);
  // A time without a look is an outage of the watching, and of all else it is not known.
  const own = component.feed === null ? gaps.map((gap) => ({ ...gap, status: 'major_outage' as const })) : [];
  return historyOf(
    {
      troubles: [
        ...own,
        ...hitsOf(component, page).flatMap((incident) =>
          outside(troublesOf(incident, now), coveringOf(incident, page)),
        ),
      ],
      work: work
        .filter(({ components }) => components.includes(component))
        .map(({ silence }) => ({ from: silence.from, to: Math.min(silenceEnd(silence), now) })),
      since: snapshot.watched ? Math.max(snapshot.watched.since, snapshot.completeSince) : null,
      gaps: component.feed === null ? [] : gaps,
      isCounted: config.statusPage.states === 'measured',
    },
    now,
  );
};

const instantOrNull = (at: number | null): string | null => (at === null ? null : instant(at));

const componentFor = (component: PageComponent, index: number, page: Page): PublicComponent => {
  const { status, since } = standingOf(component, page);
  return {
    id: component.id,
    name: component.name,
    description: component.description,
    status,
    position: index + 1,
    group: false,
    group_id: null,
    showcase: true,
    only_show_if_degraded: false,
    page_id: pageId(page.config),
    since: instantOrNull(since),
    history: historyFor(component, page),
  };
};

/** The installation's name is its own business. */
const pageId = (_config: PageConfig): string => 'status';

const byStart = (one: { readonly started_at: string }, other: { readonly started_at: string }): number =>
  other.started_at.localeCompare(one.started_at);

const pageOf = (snapshot: Snapshot, config: PageConfig, now: number): Page => {
  const components = componentsOf(config);
  const { statusPage } = config;
  const lastRunAt = snapshot.watched?.lastRunAt;
  return {
    config,
    components,
    now,
    snapshot,
    work: statusPage.maintenance
      ? plannedWork(snapshot.silences).map((silence) => ({
          silence,
          components: coveredBy(silence, components, config),
        }))
      : [],
    hits: snapshot.incidents
      .filter((incident) => counts(incident, statusPage))
      .map((incident) => ({
        incident,
        components: hitBy(incident, components, config).filter(
          ({ feed }) => feed === null || hitsRows(incident),
        ),
      })),
    isWatched: lastRunAt !== undefined && now - lastRunAt <= normalGapMs(config) + SLACK_MS,
  };
};

/**
 * The public status page as one document; its HTML and its feed are made of this and of nothing else. Pure, total.
 *
 * @param url where the page is, without a slash at its end; null: not known
 */
export const statusPageOf = (
  snapshot: Snapshot,
  config: PageConfig,
  { now, url }: { readonly now: number; readonly url: string | null },
): StatusPageDocument => {
  const page = pageOf(snapshot, config, now);
  const { statusPage } = config;
  const id = pageId(config);
  const link = (anchor: string): string | null => (url === null ? null : `${url}#${anchor}`);
  const components = page.components.map((component, index) => componentFor(component, index, page));
  const shown = snapshot.incidents
    .filter((incident) => isShown(incident, statusPage))
    .flatMap((incident) => {
      const hit = hitsRows(incident) ? hitBy(incident, page.components, config) : [];
      const told = publicIncident(incident, hit, { pageId: id, link });
      return told ? [{ told, over: isOver(incident) }] : [];
    });
  const open = shown.filter(({ over }) => !over).map(({ told }) => told);
  const past = shown.filter(({ over }) => over).map(({ told }) => told);
  const work = page.work
    .flatMap(({ silence, components: covered }) => {
      const told = publicMaintenance(silence, covered, { pageId: id, link, now });
      return told ? [told] : [];
    })
    .sort((one, other) => one.scheduled_for.localeCompare(other.scheduled_for));
  const inWords = new Set(open.flatMap((incident) => incident.components.map((one) => one.id)));
  const { indicator, description } = overall(
    components.filter((one) => one.id !== ALERTING).map(({ status }) => status),
    components.find((one) => one.id === ALERTING)?.status ?? 'operational',
  );
  const checkedAt = instantOrNull(snapshot.watched?.lastRunAt ?? null);
  return {
    page: {
      id,
      name: statusPage.title,
      description: statusPage.description ?? null,
      url,
      time_zone: 'Etc/UTC',
      updated_at: changedAt(components, [...open, ...past], work, now),
    },
    status: { indicator, description },
    checked_at: checkedAt,
    unconfirmed: components.some(
      (one) => isWorse(one.status, 'unknown') && one.id !== ALERTING && !inWords.has(one.id),
    ),
    components,
    incidents: open.sort(byStart),
    scheduled_maintenances: work,
    past_incidents: past.sort(byStart).slice(0, MOST_PAST),
  };
};

/** When anything that is shown last changed: a page on which nothing happens stays the same to its readers' caches. */
const changedAt = (
  components: readonly PublicComponent[],
  incidents: readonly { readonly updated_at: string }[],
  work: readonly { readonly updated_at: string; readonly scheduled_for: string }[],
  now: number,
): string => {
  const present = instant(now);
  const days = `${present.slice(0, 10)}T00:00:00Z`;
  return [
    ...components.flatMap(({ since }) => since ?? []),
    ...incidents.map(({ updated_at }) => updated_at),
    ...work.flatMap(({ updated_at, scheduled_for }) => [updated_at, scheduled_for]),
  ]
    .filter((at) => at <= present)
    .reduce((newest, at) => (at > newest ? at : newest), days);
};
