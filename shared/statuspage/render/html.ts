import { COMPONENT_STATUSES } from '../component-status.ts';
import type {
  PublicComponent,
  PublicDay,
  PublicIncident,
  PublicMaintenance,
  StatusPageDocument,
} from '../statuspage-shape.ts';
import { type Markup, markup, NOTHING } from './markup.ts';
import { barWords, dayWords, STATE_WORDS, STATUS_WORDS, timeWords } from './words.ts';

const when = (instant: string): Markup => markup`<time datetime="${instant}">${timeWords(instant)}</time>`;

const names = (components: readonly { readonly name: string }[]): string =>
  components.map(({ name }) => name).join(', ');

const affects = (components: readonly { readonly name: string }[]): Markup =>
  components.length === 0 ? NOTHING : markup`<p class="quiet">Affects: ${names(components)}</p>`;

const article = (id: string, name: string, content: readonly Markup[]): Markup => markup`
<article class="card" id="${id}" aria-labelledby="${id}-name">
<h3 id="${id}-name"><a href="#${id}">${name}</a></h3>${content}
</article>`;

const incidentArticle = (incident: PublicIncident): Markup =>
  article(incident.id, incident.name, [
    affects(incident.components),
    markup`
<p class="quiet">Began ${when(incident.started_at)}${incident.resolved_at === null ? NOTHING : markup`, over ${when(incident.resolved_at)}`}</p>
<ol class="updates">${incident.incident_updates.map(
      ({ status, body, created_at }) => markup`
<li><p><strong>${STATE_WORDS[status]}</strong>: ${body}</p>${when(created_at)}</li>`,
    )}
</ol>`,
  ]);

const workArticle = (work: PublicMaintenance): Markup =>
  article(work.id, work.name, [
    affects(work.components),
    markup`
<p class="quiet">${work.status === 'scheduled' ? 'Planned' : 'Under way'}: ${when(work.scheduled_for)} to ${when(work.scheduled_until)}</p>`,
  ]);

const section = (id: string, title: string, content: readonly Markup[]): Markup =>
  content.length === 0
    ? NOTHING
    : markup`
<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>${content}
</section>`;

const bar = (day: PublicDay): Markup =>
  markup`<li class="${day.status ?? 'nothing'}"><span>${barWords(day)}</span></li>`;

/** What the bars look like, in the order of how bad it is. */
const legend = markup`
<ul class="legend quiet" aria-label="What the bars mean">${COMPONENT_STATUSES.filter(
  (status) => status !== 'unknown',
).map(
  (status) => markup`<li><span class="${status}"></span>${STATUS_WORDS[status]}</li>`,
)}<li><span class="nothing"></span>No data</li></ul>`;

/** The days on which something was, for whoever cannot point at a bar. */
const daysInWords = ({ name, history }: PublicComponent): Markup => {
  const days = history.days.filter(({ status }) => status !== null && status !== 'operational').reverse();
  return days.length === 0
    ? NOTHING
    : markup`
<details><summary>${name}: ${days.length === 1 ? '1 day' : `${days.length} days`} with disruption or maintenance</summary>
<ul>${days.map((day) => markup`<li>${barWords(day)}</li>`)}</ul>
</details>`;
};

const uptime = ({ history }: PublicComponent): Markup =>
  history.uptime_percent === null
    ? NOTHING
    : markup`<span class="uptime">${history.uptime_percent.toFixed(2)} % uptime${
        history.uptime_since === null || isWholeHistory(history)
          ? ''
          : ` since ${dayWords(history.uptime_since)}`
      }</span>`;

const isWholeHistory = ({ days, uptime_since }: PublicComponent['history']): boolean =>
  uptime_since !== null && days[0] !== undefined && uptime_since.slice(0, 10) <= days[0].date;

const componentItem = (component: PublicComponent): Markup => {
  const { id, name, description, status, since, history } = component;
  return markup`
<li>
<div class="head"><h3 id="${id}">${name}</h3><p class="state ${status}">${STATUS_WORDS[status]}</p></div>${
    description === null ? NOTHING : markup`<p class="quiet">${description}</p>`
  }${since === null ? NOTHING : markup`<p class="quiet">Since ${when(since)}</p>`}
<ol class="days" aria-label="${name}, day by day, oldest first">${history.days.map(bar)}</ol>
<div class="scale quiet"><span>${history.days.length} days ago</span>${uptime(component)}<span>Today</span></div>${daysInWords(component)}
</li>`;
};

const unconfirmed = markup`
<p>Something is not as it should be, and we are looking into it. Details stand here once they are confirmed.</p>`;

const overallPanel = ({ status, checked_at, unconfirmed: isUnconfirmed }: StatusPageDocument) =>
  markup`
<section class="overall is-${status.indicator}" aria-labelledby="overall">
<h2 id="overall">${status.description}</h2>${isUnconfirmed ? unconfirmed : NOTHING}
<p class="quiet">${checked_at === null ? 'Not checked yet' : markup`Last checked ${when(checked_at)}`}</p>
</section>`;

const howCounted = ({ components }: StatusPageDocument): Markup =>
  components.some(({ history }) => history.uptime_percent !== null)
    ? markup`<p>Uptime is the share of the time that was watched without a partial or a major outage. Planned maintenance is left out. The figure is rounded down.</p>`
    : NOTHING;

/** The page without any script. `styleHref` and the addresses of the feeds are relative to it. */
export const renderStatusPage = (page: StatusPageDocument, styleHref: string): string => {
  const { name, description } = page.page;
  const components = page.components.map(componentItem);
  const past = page.past_incidents.map(incidentArticle);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}: ${page.status.description}</title>
<link rel="stylesheet" href="${styleHref}">
<link rel="icon" href="data:,">
<link rel="alternate" type="application/rss+xml" title="${name}" href="status.rss">
<link rel="alternate" type="application/json" title="${name}" href="status.json">
</head>
<body>
<header>
<h1>${name}</h1>${description === null ? NOTHING : markup`<p class="quiet">${description}</p>`}
</header>
<main>${overallPanel(page)}${section('current', 'Current incidents', page.incidents.map(incidentArticle))}${section(
    'planned',
    'Planned maintenance',
    page.scheduled_maintenances.map(workArticle),
  )}${section(
    'components',
    'Components',
    components.length === 0
      ? []
      : [
          markup`
<ul class="list">${components}
</ul>${legend}`,
        ],
  )}${section(
    'past',
    'Past incidents',
    past.length === 0
      ? [markup`<p class="quiet">None in the last ${page.components[0]?.history.days.length ?? 90} days.</p>`]
      : past,
  )}
</main>
<footer class="quiet">${howCounted(page)}
<p>All times are in UTC. <a href="status.rss">RSS</a> · <a href="status.json">JSON</a></p>
</footer>
</body>
</html>
`.markup;
};
