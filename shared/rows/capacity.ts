import type { FeedConfig, WebhookConfig } from '../config/schema.ts';
import { crossingTimes } from '../forecast/crossing.ts';
import { type HourAmount, learnPattern, type Pattern } from '../forecast/pattern.ts';
import { type Quantiles, quantilesOf } from '../forecast/quantiles.ts';
import { type Random, seededRandom } from '../forecast/random.ts';
import type { FeedSnapshot, WebhookCount } from './snapshot.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KEPT = 35 * DAY;

/** Less history than this says nothing about the days to come. */
const MIN_HISTORY = 3 * HOUR;
const MIN_ROWS = 20;
/** A snapshot older than this is not the present. */
const STALE_AFTER = HOUR;
const SEED = 50_000;

/** A count and what is not known of it: the true one lies between. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

export type Reach =
  | { readonly kind: 'reached' }
  | ({ readonly kind: 'forecast' } & Quantiles)
  | { readonly kind: 'unknown'; readonly why: 'no-snapshot' | 'stale' | 'too-little-history' };

/** A mark on the way to the limit, in rows, and when it is reached. A null quantile: not within 90 days. */
export interface Mark {
  readonly rows: number;
  readonly reach: Reach;
}

interface Capacity {
  readonly unlimited: boolean;
  /** Rows that it takes in all; null when unlimited. */
  readonly limit: number | null;
  readonly count: Band;
  /** Rows queued or held that will go there; they count as taken in everything below. */
  readonly committed: number;
  /** Share of the limit that is used, 0 to 1 and above; null when unlimited. */
  readonly share: number | null;
  /** Rows that still fit; null when unlimited. */
  readonly remaining: Band | null;
  /** Share of the feed's rows that went there lately. */
  readonly shareOfFeed: number;
  /** When it is full; null when unlimited. */
  readonly full: Mark | null;
}

export interface WebhookCapacity extends Capacity {
  readonly webhook: string;
  readonly table: string | null;
  readonly warn: Mark | null;
  readonly rotate: Mark | null;
  /** When its count was last set to what is true, if ever. */
  readonly rebasedAt: number | null;
}

export interface TableCapacity extends Capacity {
  readonly table: string;
  /** The webhooks of this feed that fill it. Rows deleted in Clay are not seen: the count is an upper bound. */
  readonly webhooks: readonly string[];
}

export interface FeedCapacity {
  readonly webhooks: readonly WebhookCapacity[];
  readonly tables: readonly TableCapacity[];
}

/** Rows queued or held, by the webhook that they are for. */
export type Committed = Readonly<Record<string, number>>;

/** What a webhook has taken in its life, as far as it is known. */
export const bandOf = (counted: WebhookCount | undefined, startCount: number): Band => {
  if (!counted) return { low: startCount, high: startCount };
  const { accepted, unknown, rebase } = counted;
  const low = rebase ? rebase.count + Math.max(0, accepted - rebase.acceptedThen) : startCount + accepted;
  return { low, high: low + unknown };
};

const submittedIn = (hour: FeedSnapshot['hours'][number], webhooks: readonly string[] | null): number =>
  Object.entries(hour.submitted).reduce(
    (sum, [id, rows]) => (webhooks === null || webhooks.includes(id) ? sum + rows : sum),
    0,
  );

/** The first of these spans that holds enough rows says which share of the feed goes where now. */
const SHARE_SPANS = [6 * HOUR, DAY, 7 * DAY, KEPT];
const SHARE_ROWS = 50;

const shareOfFeed = (snapshot: FeedSnapshot, webhooks: readonly string[]): number => {
  for (const span of SHARE_SPANS) {
    const late = snapshot.hours.filter(({ start }) => start > snapshot.asOf - span - HOUR);
    const all = late.reduce((sum, hour) => sum + submittedIn(hour, null), 0);
    const own = late.reduce((sum, hour) => sum + submittedIn(hour, webhooks), 0);
    if (all >= SHARE_ROWS || span === KEPT) return all === 0 ? 0 : own / all;
  }
  return 0;
};

/** Every hour since counting began, empty ones too. */
const historyOf = (snapshot: FeedSnapshot): readonly HourAmount[] => {
  const byStart = new Map(snapshot.hours.map((hour) => [hour.start, submittedIn(hour, null)]));
  const first = snapshot.hours[0]?.start;
  const counted = [...byStart.values()].reduce((sum, rows) => sum + rows, 0);
  const current = snapshot.asOf - (snapshot.asOf % HOUR);
  const oldest = current - KEPT + HOUR;
  const from = first === undefined || snapshot.totals.submitted > counted ? oldest : Math.max(first, oldest);
  const hours: HourAmount[] = [];
  for (let start = from; start <= current; start += HOUR) {
    hours.push({
      start,
      amount: byStart.get(start) ?? 0,
      observedMs: Math.min(HOUR, snapshot.asOf - start),
    });
  }
  return hours;
};

/** What the forecast of a feed rests on, or why there is none. */
type Basis =
  | { readonly kind: 'pattern'; readonly pattern: Pattern; readonly asOf: number }
  | { readonly kind: 'idle' }
  | Extract<Reach, { kind: 'unknown' }>;

const basisOf = (snapshot: FeedSnapshot | null, now: number): Basis => {
  if (!snapshot) return { kind: 'unknown', why: 'no-snapshot' };
  if (now - snapshot.asOf > STALE_AFTER) return { kind: 'unknown', why: 'stale' };
  const history = historyOf(snapshot);
  const rows = history.reduce((sum, { amount }) => sum + amount, 0);
  if (rows === 0) return { kind: 'idle' };
  const pattern = learnPattern(history, snapshot.asOf);
  if (!pattern || pattern.observedMs < MIN_HISTORY || rows < MIN_ROWS) {
    return { kind: 'unknown', why: 'too-little-history' };
  }
  return { kind: 'pattern', pattern, asOf: snapshot.asOf };
};

const NEVER: Reach = { kind: 'forecast', p10: null, p50: null, p90: null };

/** When each number of rows is reached, in one simulation: the early quantile from the high count, the late from the low. */
const reaches = (
  basis: Basis,
  share: number,
  taken: Band,
  rows: readonly number[],
  random: Random,
): readonly Reach[] => {
  const middle = (taken.low + taken.high) / 2;
  const unreached = rows.filter((mark) => taken.low < mark);
  const amounts = unreached.flatMap((mark) => [mark - taken.high, mark - middle, mark - taken.low]);
  const times =
    basis.kind === 'pattern' && share > 0
      ? crossingTimes(
          basis.pattern,
          basis.asOf,
          amounts.map((amount) => amount / share),
          { random },
        )
      : [];
  return rows.map((mark) => {
    const place = unreached.indexOf(mark) * 3;
    if (place < 0) return { kind: 'reached' };
    if (basis.kind === 'unknown') return basis;
    const [early, mid, late] = times.slice(place, place + 3);
    if (!early || !mid || !late) return NEVER;
    return {
      kind: 'forecast',
      p10: quantilesOf(early).p10,
      p50: quantilesOf(mid).p50,
      p90: quantilesOf(late).p90,
    };
  });
};

const known = (count: Band, committed: number, limit: number, share: number, full: Reach): Capacity => ({
  unlimited: false,
  limit,
  count,
  committed,
  share: (count.low + committed) / limit,
  remaining: {
    low: Math.max(0, limit - count.high - committed),
    high: Math.max(0, limit - count.low - committed),
  },
  shareOfFeed: share,
  full: { rows: limit, reach: full },
});

const boundless = (count: Band, committed: number, share: number): Capacity => ({
  unlimited: true,
  limit: null,
  count,
  committed,
  share: null,
  remaining: null,
  shareOfFeed: share,
  full: null,
});

const plus = ({ low, high }: Band, rows: number): Band => ({ low: low + rows, high: high + rows });

/** A webhook on its way to its limit. */
export const webhookCapacity = (
  webhook: WebhookConfig,
  snapshot: FeedSnapshot | null,
  now: number,
  random: Random = seededRandom(SEED),
  committed = 0,
): WebhookCapacity => {
  const counted = snapshot?.webhooks.find((each) => each.webhook === webhook.id);
  const count = bandOf(counted, webhook.startCount);
  const share = snapshot ? shareOfFeed(snapshot, [webhook.id]) : 0;
  const own = {
    webhook: webhook.id,
    table: webhook.table ?? null,
    rebasedAt: counted?.rebase?.at ?? null,
  };
  if (webhook.unlimited) return { ...own, ...boundless(count, committed, share), warn: null, rotate: null };
  const marks = [webhook.limit * webhook.warnAtShare, webhook.limit * webhook.rotateAtShare, webhook.limit];
  const [warn, rotate, full] = reaches(basisOf(snapshot, now), share, plus(count, committed), marks, random);
  return {
    ...own,
    ...known(count, committed, webhook.limit, share, full ?? NEVER),
    warn: { rows: webhook.limit * webhook.warnAtShare, reach: warn ?? NEVER },
    rotate: { rows: webhook.limit * webhook.rotateAtShare, reach: rotate ?? NEVER },
  };
};

/** The rows in a table, as far as they are known: a rebase says how many a webhook took in its life, not how many of them are here. */
export const tableBand = (table: string, feed: FeedConfig, snapshot: FeedSnapshot | null): Band => {
  const webhooks = feed.webhooks.filter((each) => each.table === table).map(({ id }) => id);
  const startCount = feed.tables[table]?.startCount ?? 0;
  return (snapshot?.webhooks ?? [])
    .filter(({ webhook }) => webhooks.includes(webhook))
    .reduce<Band>(
      ({ low, high }, { accepted, unknown }) => ({ low: low + accepted, high: high + accepted + unknown }),
      { low: startCount, high: startCount },
    );
};

/** A table on its way to its ceiling; null when the feed has no such table. */
export const tableCapacity = (
  table: string,
  feed: FeedConfig,
  snapshot: FeedSnapshot | null,
  now: number,
  random: Random = seededRandom(SEED),
  committed = 0,
): TableCapacity | null => {
  const config = feed.tables[table];
  if (!config) return null;
  const webhooks = feed.webhooks.filter((each) => each.table === table).map(({ id }) => id);
  const count = tableBand(table, feed, snapshot);
  const share = snapshot ? shareOfFeed(snapshot, webhooks) : 0;
  if (config.unlimited) return { table, webhooks, ...boundless(count, committed, share) };
  const [full] = reaches(basisOf(snapshot, now), share, plus(count, committed), [config.ceiling], random);
  return { table, webhooks, ...known(count, committed, config.ceiling, share, full ?? NEVER) };
};

/** Both ceilings of a feed: every webhook and every table. */
export const feedCapacity = (
  feed: FeedConfig,
  snapshot: FeedSnapshot | null,
  now: number,
  committed: Committed = {},
): FeedCapacity => ({
  webhooks: feed.webhooks.map((webhook) =>
    webhookCapacity(webhook, snapshot, now, seededRandom(SEED), committed[webhook.id] ?? 0),
  ),
  tables: Object.keys(feed.tables).flatMap((table) => {
    const queued = feed.webhooks
      .filter((webhook) => webhook.table === table)
      .reduce((sum, { id }) => sum + (committed[id] ?? 0), 0);
    return tableCapacity(table, feed, snapshot, now, seededRandom(SEED), queued) ?? [];
  }),
});

const fullAt = ({ full }: Capacity): number => {
  if (full?.reach.kind === 'reached') return 0;
  return full?.reach.kind === 'forecast' ? (full.reach.p50 ?? Number.MAX_VALUE) : Number.POSITIVE_INFINITY;
};

/** Which ceiling stops a webhook's rows first: its own, or that of its table; null when neither is in sight. */
export const bindsFirst = (
  webhook: WebhookCapacity,
  tables: readonly TableCapacity[],
): 'webhook' | 'table' | null => {
  const table = tables.find((each) => each.table === webhook.table);
  const own = fullAt(webhook);
  const other = table ? fullAt(table) : Number.POSITIVE_INFINITY;
  if (Math.min(own, other) >= Number.MAX_VALUE) return null;
  return own <= other ? 'webhook' : 'table';
};
