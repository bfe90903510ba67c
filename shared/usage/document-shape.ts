import * as z from 'zod';

/*
 * The document of `claywatch usage --json` and of `GET /v1/usage`. Tests validate with it and the API document is
 * generated from it; it is not loaded where requests are answered.
 */

const instant = z.iso
  .datetime({ precision: 0 })
  .meta({ description: 'Date and time in UTC, to the second, ISO 8601.' });
const rows = z.number().min(0);
const share = z.number().min(0).nullable();

const band = z
  .strictObject({ low: z.number(), high: z.number() })
  .meta({ description: 'The true count lies between; what cannot be known makes them differ.' });
const quantiles = {
  p10: instant.nullable(),
  p50: instant.nullable(),
  p90: instant.nullable(),
};
const reach = z.union([
  z.strictObject({ kind: z.literal('reached') }),
  z
    .strictObject({ kind: z.literal('forecast'), ...quantiles })
    .meta({ description: 'Null: not within 90 days.' }),
  z.strictObject({ kind: z.literal('unknown'), why: z.enum(['no-snapshot', 'stale', 'too-little-history']) }),
]);
const mark = z.strictObject({ rows: z.number(), reach }).nullable().meta({ description: 'Null: unlimited.' });

const limited = {
  unlimited: z.boolean(),
  limit: z.number().nullable(),
  count: band,
  committed: rows.meta({ description: 'Rows queued or held that will go there.' }),
  share: share.meta({ description: 'Share of the limit that is used, 0 to 1 and above.' }),
  remaining: band.nullable(),
  shareOfFeed: z.number().meta({ description: "Share of the feed's rows that went there lately." }),
  full: mark,
};

const webhook = z.strictObject({
  webhook: z.string(),
  table: z.string().nullable(),
  order: z.int().min(1),
  ...limited,
  standing: z.enum(['open', 'warn', 'rotate', 'full']),
  warn: mark,
  rotate: mark,
  bindsFirst: z.enum(['webhook', 'table']).nullable(),
  rebase: z
    .strictObject({ count: z.number(), at: instant, why: z.enum(['limit-answer', 'operator']) })
    .nullable(),
});
const table = z.strictObject({
  table: z.string(),
  webhooks: z.array(z.string()),
  ...limited,
  standing: z.enum(['open', 'full']),
});

const rate = {
  part: z.number(),
  of: z.number(),
  share,
  low: z.number(),
  high: z.number(),
  enough: z.boolean().meta({ description: 'As many rows as the configuration asks for before it judges.' }),
};
const results = { hit: rows, missed: rows, skipped: rows, failed: rows };
const span = z.strictObject({ from: z.number(), to: z.number().nullable() }).nullable();
const named = z.array(z.strictObject({ name: z.string(), rows }));

const period = z.strictObject({
  minutes: z.number(),
  to: instant,
  submitted: rows,
  calledBack: rows,
  refused: rows,
  results: z.strictObject(results),
  hitRate: z.strictObject(rate),
  roundTrip: z.strictObject({ rows, enough: z.boolean(), p50: span, p95: span }),
  failures: z.strictObject({ byStatus: named, byProvider: named, byColumn: named }),
  providers: z.array(
    z.strictObject({
      name: z.string(),
      ...results,
      rateLimited: rows,
      credits: rows,
      hitRate: z.strictObject(rate),
    }),
  ),
  crmFailed: z.strictObject(rate),
  credits: rows,
  actions: rows,
  creditsOnMisses: rows,
});

const feed = z.strictObject({
  feed: z.string(),
  description: z.string().nullable(),
  counts: z.strictObject({ kind: z.enum(['none', 'current', 'stale']), asOf: instant.nullable() }),
  webhooks: z.array(webhook),
  tables: z.array(table),
  unconfigured: z.array(z.strictObject({ webhook: z.string(), accepted: rows })),
  rows: z
    .strictObject({
      recent: period,
      day: period,
      totals: z.strictObject({
        submitted: rows,
        calledBack: rows,
        unannounced: rows,
        results: z.strictObject(results),
        credits: rows,
        actions: rows,
      }),
      outstanding: z.strictObject({
        total: rows,
        oldestAt: instant.nullable(),
        ages: z.array(z.strictObject({ upToMinutes: z.number().nullable(), rows })),
      }),
      lost: z.strictObject({ ...rate, from: instant, matureBefore: instant }),
      lastSubmissionAt: instant.nullable(),
      lastCallbackAt: instant.nullable(),
    })
    .nullable()
    .meta({ description: 'Null: nothing was ever counted.' }),
});

const refill = z.strictObject({ at: instant, source: z.enum(['config', 'learned']) }).nullable();
const runOut = z.union([
  z.strictObject({
    kind: z.literal('unknown'),
    why: z.enum(['no-sample', 'stale', 'too-little-history']),
    lastAt: instant.nullable(),
  }),
  z.strictObject({
    kind: z.literal('exhausted'),
    left: z.number(),
    asOf: instant,
    nextRefill: refill,
  }),
  z.strictObject({
    kind: z.literal('forecast'),
    left: z.number(),
    asOf: instant,
    nextRefill: refill,
    at: z.strictObject(quantiles),
    beforeRefill: z.enum(['not-before-refill', 'possible', 'likely', 'certain', 'none-known']),
    chanceBeforeRefill: z.number().min(0).max(1).nullable(),
  }),
]);

const meter = z
  .strictObject({
    left: z.number(),
    asOf: instant,
    stale: z.boolean(),
    level: z.enum(['fine', 'low', 'very-low', 'critical', 'exhausted']),
    burn: z.strictObject({
      asOf: instant.nullable(),
      stale: z.boolean(),
      perHour: z.number().nullable(),
      baseline: z.strictObject({ perHour: z.number(), hours: z.number() }).nullable(),
      windows: z.array(
        z.strictObject({
          minutes: z.number(),
          burnt: z.number(),
          observedMs: z.number(),
          perHour: z.number().nullable(),
        }),
      ),
    }),
    runOut,
    lastRefill: z.strictObject({ at: instant, by: z.number() }).nullable(),
  })
  .nullable();

const credits = z.strictObject({
  last: z.strictObject({ at: instant, source: z.enum(['api', 'pushed', 'operator']) }).nullable(),
  credits: meter,
  actions: meter,
  spend: z.strictObject({
    from: instant,
    to: instant,
    calledBack: rows,
    credits: rows,
    actions: rows,
    creditsOnMisses: rows,
    wasteShare: share,
    byFeed: z.record(z.string(), z.number()),
    byProvider: z.record(z.string(), z.number()),
    perHour: z.number(),
  }),
  comparison: z.union([
    z.strictObject({
      kind: z.literal('unknown'),
      why: z.enum(['no-balance', 'too-little-history', 'too-little-burn', 'no-costs-in-callbacks']),
    }),
    z.strictObject({
      kind: z.enum(['explained', 'elsewhere', 'over-reported']),
      from: instant,
      to: instant,
      burnt: z.number(),
      spent: z.number(),
      unexplained: z.number(),
      share: z.number(),
    }),
  ]),
});

export const usageResponse = z
  .strictObject({
    version: z.int().meta({
      description: 'Raised when a member changes its meaning or goes away; members may be added without.',
    }),
    claywatch: z.string(),
    at: instant,
    installation: z.string(),
    source: z.strictObject({
      store: z.union([
        z.strictObject({ kind: z.literal('local'), dir: z.string() }),
        z.strictObject({ kind: z.literal('table'), name: z.string() }),
      ]),
      config: z.string().nullable(),
    }),
    feeds: z.array(feed),
    credits,
    ahead: z
      .array(
        z.strictObject({
          what: z.enum(['webhook', 'table', 'credits', 'actions']),
          feed: z.string().nullable(),
          name: z.string().nullable(),
          at: instant.nullable(),
        }),
      )
      .meta({ description: 'What stops rows next, soonest first.' }),
  })
  .meta({ description: 'The document of `claywatch usage --json`; see docs/usage.md.' });

export type UsageResponse = z.output<typeof usageResponse>;
