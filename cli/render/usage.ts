import { isoInstant } from '../../shared/clock.ts';
import type { Ahead } from '../../shared/usage/ahead.ts';
import type { FeedUsage, RowsUsage, UsageReport } from '../../shared/usage/usage.ts';
import type { StoreSource } from '../store.ts';
import { time } from './amounts.ts';
import { cell, hang, joined, type Page } from './text.ts';
import { balanceAge, creditLines } from './usage-credits.ts';
import { limitLines } from './usage-limits.ts';
import { rowsLines } from './usage-rows.ts';

/** Where the counts are, as a person would say it. */
export const sourceText = ({ store, config }: StoreSource): string => {
  const where = store.kind === 'local' ? `the local runtime in ${store.dir}` : `the table ${store.name}`;
  return config === null ? `${where}, without a configuration` : `${where}, ${config}`;
};

const NO_FEED = [
  'No feed is configured, so there is nothing to count. A feed names its webhooks and their limits:',
  "feeds: { leads: { webhooks: [{ id: 'leads-1', url: 'env:CLAY_WEBHOOK_URL' }] } }",
  'in claywatch.config.ts; docs/configuration.md lists every key.',
];

const notCounted = (feed: string, { width }: Page): string[] => [
  ...hang(
    '  ',
    'No row was counted yet. Rows are counted when they are reported and when they come back:',
    width,
  ),
  ...hang('  - ', `whoever posts to Clay reports what it accepted to POST /v1/submissions/${feed}`, width),
  ...hang('  - ', `Clay's HTTP API column sends each row to POST /v1/callbacks/${feed}`, width),
  ...hang('  ', 'docs/usage.md says how. Each run of the watch brings the counts up to date.', width),
];

const countedLines = ({ counts, description }: FeedUsage, now: number, { style, width }: Page): string[] => {
  const said = (text: string) => hang('  ', text, width);
  const what = description ? said(description).map(style.dim) : [];
  if (counts.kind === 'none') return [...what, ...said('Never counted.').map(style.dim)];
  const age = `ounted ${time(Math.max(0, now - counts.asOf))} ago`;
  return counts.kind === 'stale'
    ? [...what, ...said(`Stale: c${age}; the watch has not run since.`).map(style.yellow)]
    : [...what, ...said(`C${age}.`).map(style.dim)];
};

/** The rows of a feed, once there was one. */
const rowsOf = ({ rows }: FeedUsage): RowsUsage | null => {
  const isEmpty =
    !rows || (rows.totals.submitted === 0 && rows.totals.calledBack === 0 && rows.day.refused === 0);
  return isEmpty ? null : rows;
};

const feedLines = (usage: FeedUsage, now: number, page: Page): string[] => {
  const rows = rowsOf(usage);
  return [
    '',
    page.style.bold(cell(usage.feed, page.width).trimEnd()),
    ...countedLines(usage, now, page),
    '',
    ...limitLines(usage.limits, { now, hasRows: rows !== null }, page),
    '',
    ...(rows ? rowsLines(rows, now, page) : notCounted(usage.feed, page)),
  ];
};

const AHEAD_LISTED = 3;

const aheadText = ({ what, feed, name, at }: Ahead, now: number): string => {
  const subject =
    feed === null
      ? what === 'credits'
        ? 'data credits'
        : 'actions'
      : `${feed}/${name}${what === 'table' ? ' (table)' : ''}`;
  const state = feed === null ? 'run out' : 'is full';
  if (at === null) return feed === null ? `${subject} have run out` : `${subject} is full now`;
  return `${subject} ${state} in ${time(Math.max(0, at - now))}`;
};

const aheadLines = ({ ahead, at }: UsageReport, { style, width }: Page): string[] =>
  ahead.length === 0
    ? []
    : hang(
        '',
        `Next: ${ahead
          .slice(0, AHEAD_LISTED)
          .map((next) => aheadText(next, at))
          .join('; ')}.`,
        width,
      ).map((line) => style.bold(line));

/** How much of every limit and every credit is used, for a person. */
export const renderUsage = (report: UsageReport, source: StoreSource, page: Page): string =>
  joined([
    page.style.bold('Usage') + page.style.dim(`  ${isoInstant(report.at)}`),
    ...hang('', `From ${sourceText(source)}.`, page.width),
    ...aheadLines(report, page),
    ...(report.feeds.length === 0 ? ['', ...NO_FEED.flatMap((line) => hang('  ', line, page.width))] : []),
    ...report.feeds.flatMap((feed) => feedLines(feed, report.at, page)),
    '',
    page.style.bold('Credits'),
    ...hang('  ', `Of the whole workspace, ${balanceAge(report.credits, report.at)}.`, page.width).map(
      page.style.dim,
    ),
    ...creditLines(report.credits, report.at, page),
  ]);
