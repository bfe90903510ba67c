import { isoInstant } from '../../shared/clock.ts';
import type { Hold } from '../../shared/relay/control.ts';
import type {
  FeedStatus,
  OldestRow,
  OpenIncident,
  RelayMode,
  RelayStatus,
} from '../../shared/relay/status.ts';
import type { StoreSource } from '../store.ts';
import type { Style } from '../terminal.ts';
import { amount, rows, time } from './amounts.ts';
import { cell, hang, joined, jsonText, type Page } from './text.ts';
import { sourceText } from './usage.ts';

const INDENT = '  ';
const LABEL = 15;

const colourOf = (mode: RelayMode, style: Style) =>
  ({ normal: style.green, degraded: style.yellow, holding: style.red })[mode];

const ago = (at: number, now: number): string => time(Math.max(0, now - at));

const line = (label: string, text: string, { width }: Page): string[] =>
  hang(INDENT + cell(label, LABEL), text, width);

const oldestText = (oldest: OldestRow | null, now: number): string => {
  if (!oldest) return '';
  const age = ago(oldest.takenAt, now);
  return oldest.certainty === 'about' ? `; the oldest for about ${age}` : `; the oldest for ${age} at most`;
};

const waitingText = ({ waiting, oldest, delaySeconds }: FeedStatus, now: number): string => {
  if (waiting === null) return `not known, the queue does not answer${oldestText(oldest, now)}`;
  if (waiting === 0) return 'no row';
  const delay =
    delaySeconds === null || delaySeconds < 1 ? '' : `; all sent in about ${time(delaySeconds * 1_000)}`;
  return `${rows(waiting)}${oldestText(oldest, now)}${delay}`;
};

const webhookText = ({ webhook, standbysLeft }: FeedStatus, now: number): string => {
  const left =
    standbysLeft === 0
      ? 'no standby left'
      : standbysLeft === 1
        ? '1 standby left'
        : `${amount(standbysLeft)} standbys left`;
  if (webhook.active === null) return `none yet; ${left}`;
  const since = webhook.since === null ? '' : `, for ${ago(webhook.since, now)}`;
  return `${webhook.active}${since}${webhook.verified ? '' : ', not verified yet'}; ${left}`;
};

const PACE: Readonly<Record<FeedStatus['pace'], string>> = {
  full: 'full',
  trickle: 'the first rows slowly',
  stopped: 'stopped',
};

const feedLines = (status: FeedStatus, now: number, page: Page): string[] => {
  const { style, width } = page;
  return [
    '',
    `${style.bold(status.feed)}  ${colourOf(status.mode, style)(status.mode)}`,
    ...status.reasons.flatMap((reason) => hang(INDENT, reason, width)),
    ...line('waiting', waitingText(status, now), page),
    ...line('webhook', webhookText(status, now), page),
    ...line('pace', PACE[status.pace], page),
    ...line(
      'last accepted',
      status.lastAcceptedAt === null ? 'none yet' : `${ago(status.lastAcceptedAt, now)} ago`,
      page,
    ),
    ...status.lately.flatMap(({ at, text, by }, index) =>
      line(index === 0 ? 'lately' : '', `${ago(at, now)} ago, ${by}: ${text}`, page).map(style.dim),
    ),
  ];
};

const incidentLines = (incidents: readonly OpenIncident[], now: number, { style, width }: Page): string[] =>
  incidents.length === 0
    ? []
    : [
        '',
        style.bold('Open incidents'),
        ...incidents.flatMap(({ cause, subject, severity, since }) =>
          hang(`${INDENT}${severity} `, `${cause} (${subject}), for ${ago(since, now)}`, width),
        ),
      ];

const NO_FEED = [
  'No feed takes rows: none has a secret for senders. In claywatch.config.ts:',
  "feeds: { leads: { relay: { secret: 'env:ROWS_SECRET' } } }",
  'and senders post to POST /v1/rows/leads; docs/relay.md says more.',
];

const summary = ({ mode, feeds }: RelayStatus): string => {
  const held = feeds.filter((feed) => feed.mode === 'holding').map(({ feed }) => feed);
  if (held.length > 0) return `Rows of ${held.join(', ')} wait. They are taken and kept, and none is lost.`;
  return mode === 'normal' ? 'Rows go to Clay as they come.' : 'Rows go to Clay, but not all is well.';
};

/** How it goes with every feed, for a person. */
export const renderStatus = (status: RelayStatus, source: StoreSource, page: Page): string =>
  joined([
    page.style.bold('Status') + page.style.dim(`  ${isoInstant(status.at)}`),
    ...hang('', `From ${sourceText(source)}.`, page.width),
    ...(status.feeds.length === 0
      ? ['', ...NO_FEED.flatMap((text) => hang(INDENT, text, page.width))]
      : hang('', summary(status), page.width).map(colourOf(status.mode, page.style))),
    ...status.feeds.flatMap((feed) => feedLines(feed, status.at, page)),
    ...incidentLines(status.incidents, status.at, page),
  ]);

const instant = (epochMs: number | null): string | null => (epochMs === null ? null : isoInstant(epochMs));

/** A hold as JSON documents show it. */
export const holdDocument = ({ since, tryAt, ...hold }: Hold) => ({
  ...hold,
  since: isoInstant(since),
  ...(tryAt !== undefined && { tryAt: isoInstant(tryAt) }),
});

const feedDocument = (status: FeedStatus) => ({
  ...status,
  oldest: status.oldest && { ...status.oldest, takenAt: isoInstant(status.oldest.takenAt) },
  webhook: { ...status.webhook, since: instant(status.webhook.since) },
  lastAcceptedAt: instant(status.lastAcceptedAt),
  holds: status.holds.map(holdDocument),
  lately: status.lately.map(({ at, ...change }) => ({ ...change, at: isoInstant(at) })),
});

export const renderStatusJson = (status: RelayStatus, source: StoreSource): string =>
  jsonText({
    version: 1,
    source,
    ...status,
    at: isoInstant(status.at),
    feeds: status.feeds.map(feedDocument),
    incidents: status.incidents.map(({ since, ...incident }) => ({
      ...incident,
      since: isoInstant(since),
    })),
  });
