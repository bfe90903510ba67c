import { isoInstant } from '../../shared/clock.ts';
import type { BurnRate } from '../../shared/credits/burn.ts';
import type { NextRefill } from '../../shared/credits/refill.ts';
import type { RunOut } from '../../shared/credits/run-out.ts';
import type { Band, Mark, Reach } from '../../shared/rows/capacity.ts';
import type { CreditUsage, MeterUsage } from '../../shared/usage/credits.ts';
import type { TableUsage, WebhookUsage } from '../../shared/usage/limits.ts';
import type { PeriodUsage } from '../../shared/usage/period.ts';
import type { FeedUsage, RowsUsage, UsageReport } from '../../shared/usage/usage.ts';
import type { StoreSource } from '../store.ts';
import { jsonText } from './text.ts';

/** Raised when a member changes its meaning or goes away; members may be added without. */
const DOCUMENT_VERSION = 1;

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

const period = (usage: PeriodUsage) => ({ ...usage, to: isoInstant(usage.to) });

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
  unconfigured: usage.limits.unconfigured,
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

const credits = ({ last, credits: data, actions, spend, comparison }: CreditUsage) => ({
  last: last && { at: isoInstant(last.at), source: last.source },
  credits: meter(data),
  actions: meter(actions),
  spend: { ...spend, from: isoInstant(spend.from), to: isoInstant(spend.to) },
  comparison:
    comparison.kind === 'unknown'
      ? comparison
      : { ...comparison, from: isoInstant(comparison.from), to: isoInstant(comparison.to) },
});

/** The one document of `--json`. Times are ISO 8601 in UTC, shares 0 to 1; what is not known is null or says why. */
export const usageDocument = (
  report: UsageReport,
  source: StoreSource,
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

export const renderUsageJson = (...document: Parameters<typeof usageDocument>): string =>
  jsonText(usageDocument(...document));
