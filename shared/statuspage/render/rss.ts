import type { PublicIncident, PublicMaintenance, StatusPageDocument } from '../statuspage-shape.ts';
import { type Markup, markup, NOTHING } from './markup.ts';
import { STATE_WORDS, timeWords } from './words.ts';

const MOST_ITEMS = 50;

interface Item {
  readonly guid: string;
  readonly title: string;
  readonly text: string;
  readonly at: string;
  readonly anchor: string;
}

const itemsOf = (incident: PublicIncident): readonly Item[] =>
  incident.incident_updates.map((update) => ({
    guid: update.id,
    title: `${STATE_WORDS[update.status]}: ${incident.name}`,
    text: update.body,
    at: update.created_at,
    anchor: incident.id,
  }));

const itemOf = (work: PublicMaintenance): Item => ({
  guid: work.id,
  title: work.name,
  text: [
    `From ${timeWords(work.scheduled_for)} to ${timeWords(work.scheduled_until)}.`,
    ...(work.components.length === 0
      ? []
      : [`Affects: ${work.components.map(({ name }) => name).join(', ')}.`]),
  ].join(' '),
  at: work.created_at,
  anchor: work.id,
});

/** RFC 822, as RSS has it: `Tue, 03 Nov 2026 10:32:00 GMT`. */
const rfc822 = (instant: string): string => new Date(instant).toUTCString();

const itemMarkup = ({ guid, title, text, at, anchor }: Item, url: string): Markup => markup`
<item>
<title>${title}</title>
<link>${url}#${anchor}</link>
<guid isPermaLink="false">${guid}</guid>
<pubDate>${rfc822(at)}</pubDate>
<description>${text}</description>
</item>`;

/** What was said, as RSS 2.0 (rssboard.org/rss-specification); an item never changes its guid. `url`: of the page. */
export const renderStatusRss = (page: StatusPageDocument, url: string): string => {
  const items = [
    ...[...page.incidents, ...page.past_incidents].flatMap(itemsOf),
    ...page.scheduled_maintenances.map(itemOf),
  ]
    .sort((one, other) => other.at.localeCompare(one.at) || one.guid.localeCompare(other.guid))
    .slice(0, MOST_ITEMS);
  const newest = items[0];
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>${page.page.name}</title>
<link>${url}</link>
<description>${page.page.description ?? `What was said about ${page.page.name}`}</description>
<language>en</language>${newest ? markup`<lastBuildDate>${rfc822(newest.at)}</lastBuildDate>` : NOTHING}
<ttl>5</ttl>
<atom:link href="${url}.rss" rel="self" type="application/rss+xml"/>${items.map((item) => itemMarkup(item, url))}
</channel>
</rss>
`.markup;
};
