import type { FeedConfig } from '../config/schema.ts';
import type { Verdict } from '../diagnose/verdict.ts';
import { isOpen } from '../incident/incident.ts';
import type { FeedControl } from '../relay/control.ts';
import { markStanding, standingOf } from '../relay/control-change.ts';
import { chooseWebhook, failoverCounts, shouldRotateEarly, type WebhookChoice } from '../relay/failover.ts';
import { feedCapacity } from '../rows/capacity.ts';
import type { ControlStep } from './action.ts';
import { type Case, isOfFeed, partOf, type RelayedFeed } from './state.ts';

/** Rows vanish in the table, as counted or as seen; that it is nearly full stops nothing. */
const VANISHING: ReadonlySet<string> = new Set(['full', 'stalled', 'losing']);
const isVanishing = (verdict: Verdict): boolean =>
  verdict.evidence.some(({ finding }) => VANISHING.has(finding));

const slugOf = (table: string): string => table.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 64);

const webhooksOfTable = (settings: FeedConfig, slug: string): readonly string[] =>
  settings.webhooks.filter(({ table }) => table !== undefined && slugOf(table) === slug).map(({ id }) => id);

/** The webhooks that a limit is about: one, or all that feed a table. */
export const limitedBy = ({ incident, settings }: Pick<Case, 'incident' | 'settings'>): readonly string[] =>
  incident.cause === 'table.full'
    ? webhooksOfTable(settings, partOf(incident.subject))
    : [partOf(incident.subject)];

/** A limit that rows meet now: nothing fits any more. */
export const isLimit = (one: Case): boolean => {
  const { incident, verdict, relayed } = one;
  if (!verdict || !isOpen(incident) || !isOfFeed(one)) return false;
  const { active } = relayed.control;
  if (active === null || !limitedBy(one).includes(active)) return false;
  return (
    incident.cause === 'webhook.limit-reached' || (incident.cause === 'table.full' && isVanishing(verdict))
  );
};

const closed = (control: FeedControl, webhooks: readonly string[], at: number): FeedControl =>
  webhooks.reduce(
    (state, webhook) => markStanding(state, webhook, 'table-full', { at, by: 'claywatch' }),
    control,
  );

/** A table that swallows rows although there is room by count is closed before another webhook is chosen. */
export const closingSteps = (one: Case): readonly ControlStep[] => {
  if (one.incident.cause !== 'table.full') return [];
  const webhooks = limitedBy(one).filter(
    (id) =>
      standingOf(one.relayed.control, id) !== 'table-full' && standingOf(one.relayed.control, id) !== 'full',
  );
  return webhooks.length > 0 ? [{ kind: 'close-table', webhooks }] : [];
};

/** Where rows go when the limit is taken for what it is. */
export const choiceAtLimit = (one: Case): WebhookChoice => {
  const { settings, relayed, config, now } = one;
  const { control, snapshot } = relayed;
  const { active } = control;
  const byTable = one.incident.cause === 'table.full' ? closed(control, limitedBy(one), now) : control;
  const known =
    one.incident.cause === 'webhook.limit-reached' && active !== null
      ? markStanding(byTable, active, 'full', { at: now, by: 'claywatch' })
      : byTable;
  return chooseWebhook(settings, known, failoverCounts(settings, snapshot), {
    mode: config.remediation.failover,
  });
};

const SECONDS_PER_MINUTE = 60;

/** Whether so many rows could come within the lead time at all: a forecast is some thousand draws. */
const isWithinReach = (
  { control, snapshot, waiting }: RelayedFeed,
  settings: FeedConfig,
  { rowsPerSecond, failover }: Case['config']['relay'],
): boolean => {
  const atMost = rowsPerSecond * SECONDS_PER_MINUTE * failover.leadMinutes + (waiting ?? 0);
  const counts = failoverCounts(settings, snapshot);
  const active = settings.webhooks.find(({ id }) => id === control.active);
  if (!active) return false;
  const ownLeft = active.unlimited
    ? Number.POSITIVE_INFINITY
    : active.limit - (counts.webhooks[active.id]?.high ?? 0);
  const table = active.table === undefined ? undefined : settings.tables[active.table];
  const tableLeft =
    !table || table.unlimited || active.table === undefined
      ? Number.POSITIVE_INFINITY
      : table.ceiling - (counts.tables[active.table]?.high ?? 0);
  return Math.min(ownLeft, tableLeft) <= atMost;
};

/** A rotation before the limit, because what is left will not last for the lead time; null: stay. */
export const earlyRotation = (
  relayed: RelayedFeed,
  settings: FeedConfig,
  config: Case['config'],
  now: number,
) => {
  const { control, snapshot } = relayed;
  const { leadMinutes } = config.relay.failover;
  // More than this does not go out within the lead time, however much waits.
  const waiting = Math.min(
    relayed.waiting ?? 0,
    Math.ceil(config.relay.rowsPerSecond * SECONDS_PER_MINUTE * leadMinutes),
  );
  if (leadMinutes === 0 || control.active === null || settings.webhooks.length < 2) return null;
  if (!isWithinReach(relayed, settings, config.relay)) return null;
  const capacity = feedCapacity(settings, snapshot, now, { [control.active]: waiting });
  return shouldRotateEarly(settings, control, capacity, { leadMinutes, now });
};
