import type { Severity } from '../../severity.ts';
import type { AlertStep } from './pagerduty-plan.ts';
import type { Bulletin } from './port.ts';
import { isoOf, lineOf, linesOf, linkOf, STATUS_WORDS, TRANSITION_WORDS } from './words.ts';

/** Limits of the Events API v2, characters. An event is at most 512 KB, which the bounds below keep far away from. */
const LONGEST_KEY = 255;
const LONGEST_SUMMARY = 1_024;

const SEVERITIES: Readonly<Record<Severity, string>> = {
  P1: 'critical',
  P2: 'error',
  P3: 'warning',
  P4: 'info',
};

/** The same for every event of one alert; its end is kept, which tells incidents and generations apart. */
export const dedupKey = (
  { installation, incidentId }: Pick<Bulletin, 'installation' | 'incidentId'>,
  generation: number,
): string => `${installation}/${incidentId}${generation === 1 ? '' : `/${generation}`}`.slice(-LONGEST_KEY);

const linksOf = ({ url }: Bulletin): object => {
  const href = linkOf(url);
  return href === null ? {} : { links: [{ href, text: 'Open the incident in Claywatch' }] };
};

const detailsOf = (bulletin: Bulletin): Readonly<Record<string, unknown>> => ({
  incident: bulletin.incidentId,
  cause: bulletin.cause,
  subject: lineOf(bulletin.subject, 300),
  status: STATUS_WORDS[bulletin.status],
  severity: bulletin.severity,
  happened: TRANSITION_WORDS[bulletin.transition],
  summary: lineOf(bulletin.summary, 2_000),
  impact: lineOf(bulletin.impact, 1_000),
  affected: linesOf(bulletin.affected, 20, 200),
  'what Claywatch did': linesOf(bulletin.done, 20, 500),
  'what to do': linesOf(
    bulletin.steps.map(({ do: what, where }) => (where === undefined ? what : `${what} (${where})`)),
    20,
    700,
  ),
  ...(bulletin.alsoAbout.length > 0 && { 'also about': linesOf(bulletin.alsoAbout, 50, 300) }),
  ...(bulletin.update && {
    'last update': `${lineOf(bulletin.update.text, 2_000)} (${lineOf(bulletin.update.by, 200)})`,
  }),
  'respond by': isoOf(bulletin.respondBy),
});

/** An event of `/v2/enqueue`. What it is about goes along with a trigger only: the others change an alert that is there. */
export const alertEvent = (bulletin: Bulletin, step: AlertStep, routingKey: string): object => {
  const common = {
    routing_key: routingKey,
    event_action: step.action,
    dedup_key: dedupKey(bulletin, step.generation),
  };
  if (step.action !== 'trigger') return common;
  const link = linkOf(bulletin.url);
  return {
    ...common,
    payload: {
      summary: lineOf(`[${bulletin.severity}] ${bulletin.title}: ${bulletin.summary}`, LONGEST_SUMMARY),
      severity: step.quiet ? 'info' : SEVERITIES[bulletin.severity],
      source: lineOf(bulletin.installation, 200) || 'claywatch',
      timestamp: isoOf(bulletin.detectedAt) ?? isoOf(bulletin.at),
      component: lineOf(bulletin.subject, 300),
      group: bulletin.feed === null ? 'all feeds' : lineOf(bulletin.feed, 100),
      class: bulletin.cause,
      custom_details: detailsOf(bulletin),
    },
    client: 'Claywatch',
    ...(link !== null && { client_url: link }),
    ...linksOf(bulletin),
  };
};

/** An event of `/v2/change/enqueue`: shown beside the alert, wakes nobody. */
export const changeEvent = (
  bulletin: Bulletin,
  { summary, changes }: { readonly summary: string; readonly changes: readonly string[] },
  routingKey: string,
): object => ({
  routing_key: routingKey,
  payload: {
    summary: lineOf(summary, LONGEST_SUMMARY) || TRANSITION_WORDS[bulletin.transition],
    timestamp: isoOf(bulletin.at),
    source: lineOf(bulletin.installation, 200) || 'claywatch',
    custom_details: {
      ...detailsOf(bulletin),
      ...(changes.length > 0 && { 'what was changed': linesOf(changes, 20, 500) }),
    },
  },
  ...linksOf(bulletin),
});
