import type { Config } from '../config/schema.ts';
import type { Incident } from '../incident/incident.ts';
import { affectedFeeds, feedOf } from '../notify/affected.ts';
import { RUNBOOK } from '../runbook/index.ts';
import type { Silence } from '../silence/silence.ts';

export type PageConfig = Pick<Config, 'installation' | 'feeds' | 'probes' | 'schedule' | 'statusPage'>;

/** One line of the page. */
export interface PageComponent {
  /** `feed-leads`, or `ALERTING`. */
  readonly id: string;
  /** Null: whether it is being watched, and people are told. */
  readonly feed: string | null;
  readonly name: string;
  readonly description: string | null;
}

/** The id of what is no feed. */
export const ALERTING = 'alerting';

const idOf = (feed: string): string => `feed-${feed}`;

/** What the page shows: the feeds in the order of the configuration, and alerting. */
export const componentsOf = ({ feeds, statusPage }: PageConfig): readonly PageComponent[] => {
  const { components, alerting } = statusPage;
  return [
    ...Object.keys(feeds).flatMap((feed): readonly PageComponent[] => {
      const own = Object.hasOwn(components, feed) ? components[feed] : undefined;
      return own?.show === false
        ? []
        : [{ id: idOf(feed), feed, name: own?.name ?? feed, description: own?.description ?? null }];
    }),
    ...(alerting.show
      ? [{ id: ALERTING, feed: null, name: alerting.name, description: alerting.description ?? null }]
      : []),
  ];
};

/** The components that an incident hits. */
export const hitBy = (
  incident: Pick<Incident, 'cause' | 'subject'>,
  components: readonly PageComponent[],
  config: PageConfig,
): readonly PageComponent[] => {
  const hit = affectedFeeds(incident, config);
  return components.filter(({ feed }) => (feed === null ? watches(incident) : hit.includes(feed)));
};

/** Whether it is about looking itself rather than about rows. */
const watches = ({ cause }: Pick<Incident, 'cause'>): boolean => cause === 'monitoring.gap';

/** The feeds that planned work may hit; what it does not narrow down is all of them. */
const feedsOfWork = ({ match }: Silence, config: PageConfig): readonly string[] => {
  const all = Object.keys(config.feeds);
  const { feed, subject, causes } = match;
  if (feed !== undefined) return [feed];
  const about = subject === undefined ? null : feedOf({ subject }, config);
  if (about !== null) return [about];
  // Work on what only shows (a key, a rotation) hits nobody.
  return causes?.every((cause) => RUNBOOK[cause].reach === 'nobody') ? [] : all;
};

/** The components that planned work covers. */
export const coveredBy = (
  silence: Silence,
  components: readonly PageComponent[],
  config: PageConfig,
): readonly PageComponent[] => {
  const feeds = feedsOfWork(silence, config);
  return components.filter(({ feed }) => feed !== null && feeds.includes(feed));
};
