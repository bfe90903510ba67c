import type { Cause } from '../cause.ts';
import type { Config } from '../config/schema.ts';
import { type Incident, isOpen } from '../incident/incident.ts';
import { affectedFeeds } from './affected.ts';
import { utcTime } from './time.ts';

/** What Clay support asks for first, of whatever it is told: the workspace and the tables [C, clay-facts]. */
export interface SupportFacts {
  /** Empty: not configured. */
  readonly workspace: string;
  /** Empty: not configured. */
  readonly tables: readonly string[];
}

/** The Clay tables of these feeds, as the configuration names them. */
const tablesOf = (feeds: readonly string[], config: Pick<Config, 'feeds'>): readonly string[] => [
  ...new Set(
    feeds.flatMap((feed) => [
      ...(config.feeds[feed]?.webhooks.flatMap(({ table }) => table ?? []) ?? []),
      ...Object.keys(config.feeds[feed]?.tables ?? {}),
    ]),
  ),
];

export const supportFacts = (
  feeds: readonly string[],
  config: Pick<Config, 'feeds' | 'postmortem'>,
): SupportFacts => ({ workspace: config.postmortem.workspace ?? '', tables: tablesOf(feeds, config) });

/** `Workspace: …` and `Tables: …`, with the key to fill in where one is not known. */
export const supportLines = (
  { workspace, tables }: SupportFacts,
  show: (text: string, max: number) => string = (text) => text,
): readonly string[] => [
  `Workspace: ${workspace === '' ? 'not configured (postmortem.workspace)' : show(workspace, 200)}`,
  `Tables: ${tables.length === 0 ? 'not configured (feeds.<feed>.webhooks[].table)' : tables.map((table) => show(table, 200)).join(', ')}`,
];

type Request = 'account' | 'refund' | 'report';

/** What Clay is asked for, by cause; the rest is ours or a provider's, and support cannot help. */
const REQUESTS: Readonly<Partial<Record<Cause, Request>>> = {
  'enrichment.all-empty': 'account',
  'rows.looping': 'refund',
  'credits.burn-spike': 'refund',
  'clay.outage': 'report',
  'clay.degraded': 'report',
  'webhook.intake-failing': 'report',
};

const ASKS: Readonly<Record<Request, readonly [what: string, please: string]>> = {
  account: [
    'All provider columns of our tables return empty for new rows, also for companies that were found before. No single provider explains that.',
    'Connections are verified, and data credits and actions are left. Please check our account for a block or a limit, and lift it.',
  ],
  refund: [
    'Credits were used up by rows that we did not mean to run.',
    'We have stopped it. Please consider a refund of these credits, once, as goodwill. The number is the one to fill in from Settings > Usage > Workspace.',
  ],
  report: [
    'Requests to Clay fail from our side, while our own network works.',
    'Please tell us whether you see it, and when it will be over.',
  ],
};

/** Counts and shares only: what was counted, never what a row holds. */
const COUNTS = /^(?:found|lookedUp|burnt|perHour|waiting|notBack|sent|failed|entries|keys|most|status)$/;

const countsOf = ({ evidence }: Pick<Incident, 'evidence'>): readonly string[] =>
  evidence
    .filter(({ kind }) => kind === 'measured')
    .slice(0, 3)
    .flatMap(({ probe, facts }) => {
      const counted = Object.entries(facts).filter(
        ([name, value]) => COUNTS.test(name) && typeof value === 'number',
      );
      return counted.length === 0
        ? []
        : [`${probe}: ${counted.map(([name, value]) => `${name} ${value}`).join(', ')}`];
    });

/**
 * The text to send to Clay support, ready but for what only a person knows; null where support cannot help. It holds the
 * workspace, the tables, times and counts, and no row, no URL and no secret. A person sends it: Claywatch writes to
 * nobody outside.
 */
export const supportRequest = (
  incident: Incident,
  config: Pick<Config, 'feeds' | 'probes' | 'postmortem'>,
  show: (text: string, max: number) => string,
): readonly string[] | null => {
  const request = REQUESTS[incident.cause];
  if (request === undefined) return null;
  const [what, please] = ASKS[request];
  const until = isOpen(incident)
    ? 'until now'
    : `until ${utcTime(incident.resolvedAt ?? incident.updatedAt)}`;
  return [
    ...supportLines(supportFacts(affectedFeeds(incident, config), config), show),
    `Since: ${utcTime(incident.detectedAt)}, ${until}.`,
    what,
    ...countsOf(incident).map((line) => `Counted by us: ${show(line, 200)}.`),
    ...(request === 'refund' ? ['Credits: <number>'] : []),
    please,
  ];
};
