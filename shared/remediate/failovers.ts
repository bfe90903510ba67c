import { isoInstant } from '../clock.ts';
import { isOpen } from '../incident/incident.ts';
import type { RotationReason } from '../relay/control.ts';
import { standingOf } from '../relay/control-change.ts';
import { failoverCounts } from '../relay/failover.ts';
import type { RemediationAction } from './action.ts';
import { failoverCommand } from './command.ts';
import { act, REF } from './note.ts';
import { choiceAtLimit, closingSteps, earlyRotation, isLimit, limitedBy } from './room.ts';
import { type Case, isOfFeed, type RelayedFeed, type RemediationState } from './state.ts';

const BECAUSE: Readonly<Record<RotationReason, (from: string) => string>> = {
  first: () => 'it is the first of the pool',
  'rotate-share': (from) => `${from} has reached its share of the limit`,
  'lead-time': (from) => `what ${from} has left will not last`,
  limit: (from) => `${from} is full`,
  'table-full': (from) => `the table of ${from} is full`,
  removed: (from) => `${from} is not configured any more`,
  unusable: (from) => `${from} was new and took no row`,
  operator: () => 'an operator chose it',
};

const atLimit = (one: Case): readonly RemediationAction[] => {
  const { incident, feed, now } = one;
  if (incident.hiddenBy || !isLimit(one)) return [];
  const choice = choiceAtLimit(one);
  if (choice.kind === 'none' && choice.why === 'proposed' && choice.to)
    return act(one, {
      ref: REF.propose('failover', feed, `${incident.reopenings}:${choice.to}`),
      kind: 'failover',
      mode: 'propose',
      since: now,
      text: `Proposed: send the rows of ${feed} to ${choice.to}: ${failoverCommand(feed, choice.to)}`,
    });
  if (choice.kind !== 'rotate' || choice.from === null) return [];
  const { from, to, why } = choice;
  const text = `Rows of ${feed} go to ${to} now, because ${BECAUSE[why](from)}. Senders change nothing.`;
  return act(one, { ref: REF.failover(feed, now), kind: 'failover', since: now, text }, [
    ...closingSteps(one),
    { kind: 'rotate', from, to, why },
  ]);
};

/** A rotation this long before the incident was opened still belongs to it. */
const BEFORE = 10 * 60_000;

const ABOUT_WEBHOOKS = /^webhook\.|^table\.full$/;

/** A rotation that somebody has made: the forwarder at once, an operator, or a run that died before it said so. */
const made = (one: Case): readonly RemediationAction[] => {
  const { incident, feed, relayed } = one;
  const { rotation, active } = relayed.control;
  if (!ABOUT_WEBHOOKS.test(incident.cause) || !isOfFeed(one) || !rotation || active === null) return [];
  const { from, at, by, why } = rotation;
  const left = limitedBy(one);
  if (from === null || !left.includes(from) || left.includes(active)) return [];
  if (at < incident.detectedAt - BEFORE) return [];
  const who = why === 'operator' ? `${by} chose it` : BECAUSE[why](from);
  return act(one, {
    ref: REF.failover(feed, at),
    kind: 'failover',
    since: at,
    text: `Rows of ${feed} go to ${active} since ${isoInstant(at)}, because ${who}. Senders change nothing.`,
  });
};

/** Another webhook takes over at a limit. */
export const failoverActions = (one: Case): readonly RemediationAction[] => {
  const done = made(one);
  return done.length > 0 ? done : isOpen(one.incident) ? atLimit(one) : [];
};

/**
 * Another webhook should take over before the limit, because what is left will not last for the lead time. The forwarder
 * does it by itself, once a run; where it may not, it is proposed.
 */
export const earlyActions = (
  relayed: RelayedFeed,
  { config, incidents, now }: RemediationState,
): readonly RemediationAction[] => {
  const { feed } = relayed.control;
  const settings = config.feeds[feed];
  if (!settings || config.remediation.failover !== 'propose') return [];
  const incident = incidents.find(
    (one) =>
      one.cause === 'webhook.limit-approaching' &&
      one.subject === `${feed}/${relayed.control.active}` &&
      isOpen(one),
  );
  const early = incident && earlyRotation(relayed, settings, config, now);
  if (!early) return [];
  const { from, to } = early;
  const minutes = Math.round((early.fullAt - now) / 60_000);
  return act(
    { incident, feed },
    {
      ref: REF.propose('failover', feed, `${incident.reopenings}:${to}`),
      kind: 'failover',
      mode: 'propose',
      since: now,
      text: `Proposed: send the rows of ${feed} to ${to}, because ${from} is full in about ${minutes} min: ${failoverCommand(feed, to)}`,
    },
  );
};

/** Well below the ceiling: from there on a table is watched closely. */
const ROOM = 0.9;

/** Webhooks that were closed because their table was full, and whose table has room again by count: new again. */
export const reopenedTables = (
  { control, snapshot }: RelayedFeed,
  { config, incidents }: RemediationState,
): readonly RemediationAction[] => {
  const { feed } = control;
  const settings = config.feeds[feed];
  if (!settings) return [];
  const { tables } = failoverCounts(settings, snapshot);
  const isStillFull = incidents.some(
    ({ cause, subject, status }) =>
      cause === 'table.full' && subject.startsWith(`${feed}/`) && status !== 'resolved',
  );
  const webhooks = settings.webhooks.filter(({ id, table }) => {
    if (table === undefined || standingOf(control, id) !== 'table-full') return false;
    const limits = settings.tables[table];
    const high = tables[table]?.high ?? 0;
    return !limits || limits.unlimited || high < limits.ceiling * ROOM;
  });
  if (webhooks.length === 0 || isStillFull) return [];
  return [
    {
      feed,
      cause: 'table.full',
      subject: feed,
      mode: 'act',
      steps: [{ kind: 'open-table', webhooks: webhooks.map(({ id }) => id) }],
      note: null,
    },
  ];
};
