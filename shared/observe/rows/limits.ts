import type { WebhookConfig } from '../../config/schema.ts';
import {
  type Band,
  bandOf,
  type Reach,
  tableBand,
  tableCapacity,
  webhookCapacity,
} from '../../rows/capacity.ts';
import type { FindingOf } from '../findings.ts';
import type { Observation } from '../observation.ts';
import { type RowsContext, seenInRows } from './context.ts';
import { waitingOver } from './flow.ts';
import { MINUTE, sum, windowsIn } from './window.ts';
import { duration, number, percent } from './words.ts';

/** The share of its ceiling from which a table is watched closely; where Clay's own alerts are too [C]. */
const TABLE_NEAR = 0.9;
/** A webhook that nobody has sent to for so long, while others of the feed took rows, is out of use, minutes. */
const RETIRED_AFTER = 1_440;
/** Rows beyond a limit that show something: fewer may be a difference in counting, or be on their way. */
const BEYOND = 5;
/** What was sent so lately may still come back, minutes; one of the ages that the ledger counts by. */
const ON_THE_WAY = 10;
const LATELY = 240;
const WAITING_SINCE = 5;
/** Nearly all of them. */
const MOST = 0.9;

/** When it is full, as far as a forecast says so. */
const whenFull = (reach: Reach | undefined, now: number): string => {
  if (reach?.kind !== 'forecast' || reach.p50 === null) return '';
  const span = reach.p90 === null ? '' : `, at the latest in ${duration(reach.p90 - now)}`;
  return `; full in about ${duration(reach.p50 - now)}${span}`;
};

const countOf = ({ snapshot }: RowsContext, webhook: WebhookConfig): Band =>
  bandOf(
    snapshot.webhooks.find((each) => each.webhook === webhook.id),
    webhook.startCount,
  );

const spell = ({ low, high }: Band): string =>
  high > low ? `between ${number(low)} and ${number(high)}` : number(low);

/** Another webhook of the feed that still has room. */
const standbyOf = (context: RowsContext, webhook: WebhookConfig): WebhookConfig | undefined =>
  context.settings.webhooks.find(
    (other) =>
      other.id !== webhook.id &&
      (other.unlimited || countOf(context, other).high < other.limit * other.rotateAtShare),
  );

/** The webhook that the relay sends to, where nobody else may send as well. */
const relayedTo = ({ control, settings }: RowsContext): WebhookConfig | undefined =>
  settings.submissions.secret === undefined
    ? settings.webhooks.find(({ id }) => id === control?.active)
    : undefined;

/** The relay sends to another one, or the rows of a day went to others of the feed. */
const isRetired = (context: RowsContext, { id }: WebhookConfig): boolean => {
  const { snapshot, now } = context;
  const inUse = relayedTo(context);
  if (inUse) return inUse.id !== id;
  const day = snapshot.hours.filter(({ start }) => start > now - (RETIRED_AFTER + 60) * MINUTE);
  const own = sum(day, ({ submitted }) => submitted[id] ?? 0);
  const all = sum(day, ({ submitted }) => sum(Object.values(submitted), (rows) => rows));
  return own === 0 && all > 0;
};

const webhookFinding = (
  context: RowsContext,
  webhook: WebhookConfig,
  { low, high }: Band,
): FindingOf<'webhook-count'> => {
  const { limit, warnAtShare, rotateAtShare } = webhook;
  const inUse = relayedTo(context);
  const hasStandby = standbyOf(context, webhook) !== undefined;
  if (high < limit * warnAtShare) return 'room';
  if ((hasStandby || (inUse && inUse.id !== webhook.id)) && isRetired(context, webhook)) return 'retired';
  // Only accepted rows are counted: some beyond the limit prove that the count or the limit is not right.
  if (low >= limit + BEYOND) return 'near';
  if (low >= limit) return hasStandby ? 'reached-standby-ready' : 'reached';
  return high >= limit * rotateAtShare && !hasStandby ? 'standby-missing' : 'near';
};

const observeWebhook = (context: RowsContext, webhook: WebhookConfig): Observation | null => {
  if (webhook.unlimited) return null;
  const count = countOf(context, webhook);
  const { limit } = webhook;
  const finding = webhookFinding(context, webhook, count);
  const standby = standbyOf(context, webhook);
  const reach =
    finding === 'near' || finding === 'standby-missing'
      ? webhookCapacity(webhook, context.snapshot, context.now).full?.reach
      : undefined;
  const taken = `The webhook has taken ${spell(count)} of its ${number(limit)} rows (${percent(count.low / limit)})`;
  const inUse = relayedTo(context);
  const next =
    inUse && inUse.id !== webhook.id
      ? `rows go to ${inUse.id}`
      : count.low >= limit + BEYOND
        ? 'Clay takes more than that, so the count or the limit is not right'
        : standby
          ? `${standby.id} is ready to take over`
          : 'no standby is left';
  return seenInRows(context, {
    surface: 'webhook-count',
    probe: `webhook/${webhook.id}`,
    subject: `${context.feed}/${webhook.id}`,
    finding,
    summary: finding === 'room' ? `${taken}.` : `${taken}${whenFull(reach, context.now)}; ${next}.`,
    facts: {
      countLow: count.low,
      countHigh: count.high,
      limit,
      standby: standby?.id ?? 'none',
      ...(reach?.kind === 'forecast' && reach.p50 !== null
        ? { fullInHours: Math.round(((reach.p50 - context.now) / MINUTE / 60) * 10) / 10 }
        : {}),
    },
  });
};

/** Every webhook's count against its lifetime limit. */
export const observeWebhooks = (context: RowsContext): readonly Observation[] =>
  context.settings.webhooks.flatMap((webhook) => observeWebhook(context, webhook) ?? []);

/**
 * What the counts say of a table. Rows that are deleted in Clay are not seen, so a count beyond the ceiling alone proves
 * nothing: it is full when the rows beyond do not come back, and has room when they do.
 */
const tableFinding = (
  context: RowsContext,
  table: string,
  { low, high }: Band,
  ceiling: number,
): FindingOf<'table-count'> => {
  const { snapshot, settings, now, control, unseen } = context;
  const inUse = relayedTo(context);
  if (inUse && inUse.table !== table && high >= ceiling * TABLE_NEAR) return 'retired';
  // The relay stops before the ceiling, so that nothing vanishes: then no count ever lies beyond it.
  const isStopped = control?.webhooks[inUse?.id ?? '']?.standing === 'table-full' || high + unseen >= ceiling;
  if (inUse?.table === table && isStopped) return 'full';
  if (low < ceiling) return high >= ceiling * TABLE_NEAR ? 'near' : 'room';
  if (settings.callbacks.secret === undefined) return 'full';
  const submitted = (minutes: number) =>
    sum(windowsIn(snapshot.windows, minutes, now), (window) => window.submitted);
  const onTheWay = submitted(ON_THE_WAY);
  const beyond = Math.min(low - ceiling - onTheWay, submitted(LATELY) - onTheWay);
  if (beyond < BEYOND) return 'too-few';
  return waitingOver(snapshot.outstanding, WAITING_SINCE, LATELY) >= beyond * MOST ? 'full' : 'room';
};

const TABLE_SAYS = {
  room: '',
  retired: '; rows go to another table now',
  near: '',
  full: '; what was sent beyond that does not come back',
  'too-few': '; whether it is full shows once more rows were sent',
} as const satisfies Record<FindingOf<'table-count'>, string>;

const tableSays = (
  { control }: RowsContext,
  finding: FindingOf<'table-count'>,
  { low }: Band,
  ceiling: number,
): string => {
  if (finding === 'room' && low >= ceiling)
    return '; what was sent beyond that comes back, so rows were deleted from it';
  if (finding === 'full' && control !== null && low < ceiling)
    return '; the relay sends no more to it, because what does not fit vanishes';
  return TABLE_SAYS[finding];
};

const observeTable = (context: RowsContext, table: string): Observation | null => {
  const config = context.settings.tables[table];
  if (!config || config.unlimited) return null;
  const { ceiling } = config;
  const count = tableBand(table, context.settings, context.snapshot);
  const finding = tableFinding(context, table, count, ceiling);
  const reach =
    finding === 'near'
      ? tableCapacity(table, context.settings, context.snapshot, context.now)?.full?.reach
      : undefined;
  const says = tableSays(context, finding, count, ceiling);
  return seenInRows(context, {
    surface: 'table-count',
    probe: tablePart(table),
    subject: `${context.feed}/${slugOf(table)}`,
    finding,
    summary: `The table ${table} holds ${number(ceiling)} rows, and ${spell(count)} were sent to it${whenFull(reach, context.now)}${says}.`,
    facts: { countLow: count.low, countHigh: count.high, ceiling },
  });
};

export const slugOf = (table: string): string => table.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 64);
export const tablePart = (table: string): string => `table/${slugOf(table)}`;

/** Every table's rows against its ceiling. */
export const observeTables = (context: RowsContext): readonly Observation[] =>
  Object.keys(context.settings.tables).flatMap((table) => observeTable(context, table) ?? []);
