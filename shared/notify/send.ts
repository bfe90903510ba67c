import { markFailed } from '../incident/deliveries.ts';
import type { Incident, PendingNotification } from '../incident/incident.ts';
import { peopleOf } from '../oncall/on-call.ts';
import { feedOf } from './affected.ts';
import { routedChannels, subscriptionsOf } from './filter-policy.ts';
import { describe, mark, markSent } from './mark.ts';
import { type OwedRow, personChannel, SNS, SUMMARY } from './proof.ts';
import type { Notification } from './publisher.ts';
import { underSilence } from './silenced.ts';
import { oweProof, recordProof, type Sweep } from './sweep.ts';
import { alwaysPasses, isOverThrottle, withSent } from './throttle.ts';

/** An incident with the message that is to be sent for it. */
export interface Due {
  readonly incident: Incident;
  readonly pending: PendingNotification;
}

/** What became of one message. `withdrawn`: it is not owed any more, nothing was sent. */
export type Sent =
  | { readonly result: 'delivered'; readonly incident: Incident | null }
  | { readonly result: 'failed'; readonly incident: Incident | null; readonly error: string }
  | { readonly result: 'withdrawn' };

/** What may be sent for an incident now, first things first; a silence holds back. */
export const sendable = ({ config, silences, clock }: Sweep, incident: Incident) =>
  underSilence(incident, config ? feedOf(incident, config) : null, silences, clock.now()).sendable;

/** The people whom a message pages by name. */
const namedIn = ({ pages, config, clock }: Sweep, { to }: PendingNotification): readonly string[] =>
  pages && config && to ? peopleOf(to, clock.now(), config) : [];

/** Over the throttle: programs still get it, people read of it in a summary. */
const isQuiet = (sweep: Sweep, { incident, pending }: Due, { attributes }: Notification): boolean => {
  const { config, proof, throttle, sent, clock } = sweep;
  if (!config || !proof || alwaysPasses(incident, pending)) return false;
  const now = clock.now();
  return isOverThrottle(withSent(throttle, sent, now), subscriptionsOf(config), attributes, {
    now,
    perHour: config.notify.throttle.perHour,
  });
};

const quiet = (notification: Notification): Notification => ({
  ...notification,
  attributes: { ...notification.attributes, kind: 'quiet' },
});

/** The rows that are owed for one message: SNS itself, each chat channel that hears it, each person it names. */
const rowsOf = (
  sweep: Sweep,
  { incident, pending }: Due,
  { attributes }: Notification,
  isHeld: boolean,
): readonly OwedRow[] => {
  const { config } = sweep;
  const channels = [
    isHeld ? SUMMARY : SNS,
    ...(config ? routedChannels(config, attributes) : []),
    ...namedIn(sweep, pending).map(personChannel),
  ];
  return channels.map((channel) => ({
    notificationId: pending.id,
    incidentId: incident.id,
    transition: pending.transition,
    channel,
    owedAt: sweep.clock.now(),
  }));
};

/** As it is now; null when the message is not to be sent any more: acknowledged, silenced, hidden, replaced. */
const reload = async (sweep: Sweep, { incident, pending }: Due): Promise<Due | null> => {
  const fresh = await sweep.store.current(incident.cause, incident.subject);
  if (fresh?.id !== incident.id) return null;
  const still = sendable(sweep, fresh)[0];
  return still?.id === pending.id ? { incident: fresh, pending: still } : null;
};

const rendered = (sweep: Sweep, lead: Due, others: readonly Due[]): Notification => {
  const sentAt = sweep.clock.now();
  if (others.length === 0) return sweep.render(lead.incident, lead.pending, { sentAt });
  return {
    ...sweep.render(lead.incident, lead.pending, {
      alsoAbout: others.map(({ incident }) => incident.subject),
      sentAt,
    }),
    covers: others.map(({ pending }) => pending.id),
  };
};

const publish = async (
  { publisher }: Sweep,
  make: () => Notification,
): Promise<
  { readonly receipt: string; readonly notification: Notification } | { readonly error: string }
> => {
  try {
    const notification = make();
    return { receipt: (await publisher.publish(notification)).receipt, notification };
  } catch (error) {
    return { error: describe(error) };
  }
};

/** Owes proof of every message of a group, and says whether they are held for the summary. */
const oweAll = async (sweep: Sweep, dues: readonly Due[]): Promise<boolean> => {
  if (!sweep.proof) return false;
  const plans = dues.map((due) => {
    const notification = sweep.render(due.incident, due.pending);
    // First pages are grouped and always pass, so a group is never quiet.
    const isHeld = dues.length === 1 && isQuiet(sweep, due, notification);
    return { isHeld, rows: rowsOf(sweep, due, isHeld ? quiet(notification) : notification, isHeld) };
  });
  const isOwed = await oweProof(
    sweep,
    plans.flatMap(({ rows }) => rows),
  );
  return isOwed && plans.some(({ isHeld }) => isHeld);
};

/** Rendering may fail for one only: proof is then owed by the sweep that can render it. */
const tryToOwe = async (sweep: Sweep, dues: readonly Due[]): Promise<boolean> => {
  try {
    return await oweAll(sweep, dues);
  } catch (error) {
    sweep.faults.push(describe(error));
    return false;
  }
};

const failAll = async (sweep: Sweep, dues: readonly Due[], error: string): Promise<readonly Sent[]> => {
  const { store, clock } = sweep;
  const results: Sent[] = [];
  for (const { incident, pending } of dues) {
    const now = clock.now();
    await recordProof(sweep, pending.id, SNS, { status: 'owed', at: now, error });
    results.push({
      result: 'failed',
      error,
      incident: await mark(store, incident, (current) => markFailed(current, pending.id, error, now)),
    });
  }
  return results;
};

/**
 * Sends one message, or one for several incidents of the same cause: `others` go along with the first.
 *
 * 1. Proof is owed for every way that it goes.
 * 2. Everything is read again: what was acknowledged or silenced meanwhile is not sent.
 * 3. It is published, the receipt is recorded, and each incident is marked.
 *
 * One result for each that was given. Throws faults of the store; what was published then stays owed.
 */
export const send = async (
  sweep: Sweep,
  lead: Due,
  others: readonly Due[] = [],
): Promise<readonly Sent[]> => {
  const { store, clock, proof } = sweep;
  const isHeld = await tryToOwe(sweep, [lead, ...others]);
  const mustReload = proof !== undefined || others.length > 0;
  const fresh = mustReload ? await Promise.all([lead, ...others].map((due) => reload(sweep, due))) : [lead];
  const [first, ...rest] = fresh.filter((due) => due !== null);
  if (!first) return fresh.map(() => ({ result: 'withdrawn' }));

  const published = await publish(sweep, () => {
    const notification = rendered(sweep, first, rest);
    return isHeld ? quiet(notification) : notification;
  });
  const results: Sent[] = [];
  const dues = [first, ...rest];
  if ('error' in published) results.push(...(await failAll(sweep, dues, published.error)));
  else {
    const { attributes } = published.notification;
    if (!isHeld) sweep.sent.push({ audience: attributes.audience ?? '', kind: attributes.kind ?? '' });
    for (const { incident, pending } of dues) {
      const { receipt } = published;
      if (!isHeld)
        await recordProof(sweep, pending.id, SNS, { status: 'delivered', at: clock.now(), receipt });
      const marked = await mark(store, incident, (current) =>
        markSent(current, pending, receipt, clock.now()),
      );
      await pagePeople(sweep, incident, pending);
      results.push({ result: 'delivered', incident: marked });
    }
  }
  const inOrder = results.values();
  return fresh.map((due) =>
    due ? (inOrder.next().value ?? { result: 'withdrawn' }) : { result: 'withdrawn' },
  );
};

/**
 * Pages one person, unless somebody has it by now. False when it was not taken; it stays owed. Whoever calls this has
 * the message on proof already, so that a crash loses nothing.
 */
export const pagePerson = async (
  sweep: Sweep,
  { cause, subject, id }: Pick<Incident, 'cause' | 'subject' | 'id'>,
  pending: PendingNotification,
  name: string,
): Promise<boolean> => {
  const { pages, store, render, clock } = sweep;
  const channel = personChannel(name);
  const incident = await store.current(cause, subject);
  if (!pages || incident?.id !== id || incident.status !== 'triggered') {
    await recordProof(sweep, pending.id, channel, { status: 'superseded', at: clock.now() });
    return true;
  }
  try {
    const { receipt } = await pages.publish(name, render(incident, pending, { sentAt: clock.now() }));
    await recordProof(sweep, pending.id, channel, { status: 'delivered', at: clock.now(), receipt });
    return true;
  } catch (error) {
    const why = describe(error);
    sweep.faults.push(why);
    await recordProof(sweep, pending.id, channel, { status: 'owed', at: clock.now(), error: why });
    return false;
  }
};

const pagePeople = async (sweep: Sweep, incident: Incident, pending: PendingNotification): Promise<void> => {
  for (const name of namedIn(sweep, pending)) await pagePerson(sweep, incident, pending, name);
};
