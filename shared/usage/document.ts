import { isoInstant } from '../clock.ts';
import type { BurnRate } from '../credits/burn.ts';
import type { NextRefill } from '../credits/refill.ts';
import type { RunOut } from '../credits/run-out.ts';
import { oneLine } from '../notify/text.ts';
import type { Band, Mark, Reach } from '../rows/capacity.ts';
import type { CreditUsage, MeterUsage } from './credits.ts';
import type { TableUsage, WebhookUsage } from './limits.ts';
import type { NamedCount, PeriodUsage } from './period.ts';
import type { FeedUsage, RowsUsage, UsageReport } from './usage.ts';

/** Where the counts come from. */
export interface UsageSource {
  readonly store:
    | { readonly kind: 'local'; readonly dir: string }
    | { readonly kind: 'table'; readonly name: string };
  /** The configuration file; null: the one that is deployed. */
  readonly config: string | null;
}

/** Raised when a member changes its meaning or goes away; members may be added without. */
const DOCUMENT_VERSION = 1;

/** As long as a word of a callback is kept. */
const LONGEST_WORD = 64;

/** A word that came with a callback or with a report of a sender: it may say anything. */
const word = (text: string): string => oneLine(text, LONGEST_WORD);

const named = (counts: readonly NamedCount[]) => counts.map(({ name, rows }) => ({ name: word(name), rows }));

const instant = (epochMs: number | null): string | null => (epochMs === null ? null : isoInstant(epochMs));

const quantiles = ({ p10, p50, p90 }: Readonly<Record<'p10' | 'p50' | 'p90', number | null>>) => ({
  p10: instant(p10),
  p50: instant(p50),
  p90: instant(p90),
});

const reach = (seen: Reach) => (seen.kind === 'forecast' ? { kind: seen.kind, ...quantiles(seen) } : seen);

const mark = (seen: Mark | null) => (seen ? { rows: seen.rows, reach: reach(seen.reach) } : null);

const band = ({ low, high }: Band) => ({ low, high });

const limited = (usage: WebhookUsage | TableUsage) => ({
  unlimited: usage.unlimited,
  limit: usage.limit,
  count: band(usage.count),
  committed: usage.committed,
  share: usage.share,
  remaining: usage.remaining && band(usage.remaining),
  shareOfFeed: usage.shareOfFeed,
  standing: usage.standing,
  full: mark(usage.full),
});

const webhook = (usage: WebhookUsage) => ({
  webhook: usage.webhook,
  table: usage.table,
  order: usage.order,
  ...limited(usage),
  warn: mark(usage.warn),
  rotate: mark(usage.rotate),
  bindsFirst: usage.bindsFirst,
  rebase: usage.rebase
    ? { count: usage.rebase.count, at: isoInstant(usage.rebase.at), why: usage.rebase.why }
    : null,
});

const table = (usage: TableUsage) => ({ table: usage.table, webhooks: usage.webhooks, ...limited(usage) });

const period = (usage: PeriodUsage) => ({
  ...usage,
  to: isoInstant(usage.to),
  failures: {
    byStatus: named(usage.failures.byStatus),
    byProvider: named(usage.failures.byProvider),
    byColumn: named(usage.failures.byColumn),
  },
  providers: usage.providers.map((provider) => ({ ...provider, name: word(provider.name) })),
});

const rows = (usage: RowsUsage) => ({
  recent: period(usage.recent),
  day: period(usage.day),
  totals: usage.totals,
  outstanding: {
    total: usage.outstanding.total,
    oldestAt: instant(usage.outstanding.oldestAt),
    ages: usage.outstanding.ages,
  },
  lost: {
    ...usage.lost,
    from: isoInstant(usage.lost.from),
    matureBefore: isoInstant(usage.lost.matureBefore),
  },
  lastSubmissionAt: instant(usage.lastSubmissionAt),
  lastCallbackAt: instant(usage.lastCallbackAt),
});

const feed = (usage: FeedUsage) => ({
  feed: usage.feed,
  description: usage.description,
  counts:
    usage.counts.kind === 'none'
      ? { kind: usage.counts.kind, asOf: null }
      : { kind: usage.counts.kind, asOf: isoInstant(usage.counts.asOf) },
  webhooks: usage.limits.webhooks.map(webhook),
  tables: usage.limits.tables.map(table),
  unconfigured: usage.limits.unconfigured.map(({ webhook: id, accepted }) => ({
    webhook: word(id),
    accepted,
  })),
  rows: usage.rows && rows(usage.rows),
});

const refill = (next: NextRefill | null) => next && { at: isoInstant(next.at), source: next.source };

const runOut = (seen: RunOut) => {
  if (seen.kind === 'unknown') return { kind: seen.kind, why: seen.why, lastAt: instant(seen.lastAt) };
  const shared = {
    kind: seen.kind,
    left: seen.left,
    asOf: isoInstant(seen.asOf),
    nextRefill: refill(seen.nextRefill),
  };
  return seen.kind === 'exhausted'
    ? shared
    : {
        ...shared,
        at: quantiles(seen.at),
        beforeRefill: seen.beforeRefill,
        chanceBeforeRefill: seen.chanceBeforeRefill,
      };
};

const burn = ({ asOf, stale, windows, perHour, baseline }: BurnRate) => ({
  asOf: instant(asOf),
  stale,
  perHour,
  baseline,
  windows,
});

const meter = (usage: MeterUsage | null) =>
  usage && {
    left: usage.left,
    asOf: isoInstant(usage.asOf),
    stale: usage.stale,
    level: usage.level,
    burn: burn(usage.burn),
    runOut: runOut(usage.runOut),
    lastRefill: usage.lastRefill && { at: isoInstant(usage.lastRefill.at), by: usage.lastRefill.by },
  };

/** Two words that look alike once they are safe to show count as one. */
const amounts = (byWord: Readonly<Record<string, number>>): Readonly<Record<string, number>> => {
  const sums = new Map<string, number>();
  for (const [name, amount] of Object.entries(byWord))
    sums.set(word(name), (sums.get(word(name)) ?? 0) + amount);
  return Object.fromEntries(sums);
};

const credits = ({ last, credits: data, actions, spend, comparison }: CreditUsage) => ({
  last: last && { at: isoInstant(last.at), source: last.source },
  credits: meter(data),
  actions: meter(actions),
  spend: {
    ...spend,
    from: isoInstant(spend.from),
    to: isoInstant(spend.to),
    byProvider: amounts(spend.byProvider),
  },
  comparison:
    comparison.kind === 'unknown'
      ? comparison
      : { ...comparison, from: isoInstant(comparison.from), to: isoInstant(comparison.to) },
});

/**
 * The one document of `claywatch usage --json` and of `GET /v1/usage`. Times are ISO 8601 in UTC, shares 0 to 1; what is
 * not known is null or says why.
 */
export const usageDocument = (
  report: UsageReport,
  source: UsageSource,
  { version }: { readonly version: string },
) => ({
  version: DOCUMENT_VERSION,
  claywatch: version,
  at: isoInstant(report.at),
  installation: report.installation,
  source,
  feeds: report.feeds.map(feed),
  credits: credits(report.credits),
  ahead: report.ahead.map((next) => ({ ...next, at: instant(next.at) })),
});

export type UsageDocument = ReturnType<typeof usageDocument>;
