import { type Incident, isOpen } from '../incident/incident.ts';
import { compareSeverity } from '../severity.ts';
import { silenceFor } from '../silence/match.ts';
import { feedOf } from './affected.ts';
import { groupOf, isWaiting } from './grouping.ts';
import { describe, mark } from './mark.ts';
import { repeatPage } from './repeat.ts';
import { type Due, type Sent, send, sendable } from './send.ts';
import { settle } from './settle.ts';
import { underSilence } from './silenced.ts';
import { closeSweep, type DeliveryDependencies, openSweep, type Sweep } from './sweep.ts';

export type { DeliveryDependencies };

export interface DeliveryReport {
  /** Messages that the provider took and that are marked so. */
  readonly delivered: number;
  /** Messages that were not taken, or taken and not marked; they stay owed. */
  readonly failed: number;
  /** Messages that are owed and not due yet, that wait for an earlier one, or that a silence holds back. */
  readonly waiting: number;
  /** Why, redacted: one for each failure, and one for whatever else could not be read or recorded. */
  readonly errors: readonly string[];
  /** Messages that went by e-mail because their channel did not take them; left out: none. */
  readonly fellBack?: number;
}

type Outcome = { readonly result: 'delivered' } | { readonly result: 'failed'; readonly error: string };

/** One page names so many incidents at most; the rest goes with the next one. */
const LARGEST_GROUP = 50;
/** A message that is withdrawn while it is about to be sent changes what comes next; it must not do so for ever. */
const MOST_WITHDRAWN = 20;
/**
 * Lanes that are sent at once. One after the other, a storm of some hundred incidents takes longer than a run of the
 * watch has; with many, a throttle that is full would let as many messages too many pass.
 */
const AT_ONCE = 4;

/** Most urgent first, then the one that has waited longest. */
const byUrgency = (one: Incident, other: Incident): number => {
  const [a, b] = [one.pending[0], other.pending[0]];
  if (!a || !b) return Number(!a) - Number(!b);
  return compareSeverity(a.severity, b.severity) || a.createdAt - b.createdAt || (one.id < other.id ? -1 : 1);
};

/** The incident with what it owes now: pages that are repeated, and what a silence holds back. */
const prepared = (sweep: Sweep, incident: Incident): Incident => {
  const { config, silences, clock } = sweep;
  if (!config) return incident;
  const now = clock.now();
  const feed = feedOf(incident, config);
  const isSilenced = silenceFor(silences, { ...incident, feed }, now) !== null;
  const repeated = isSilenced ? incident : repeatPage(incident, config, now);
  return underSilence(repeated, feed, silences, now).incident;
};

const prepare = (sweep: Sweep, incident: Incident): Promise<Incident | null> =>
  mark(sweep.store, incident, (current) => prepared(sweep, current));

/** Which incidents may share a page, as listed at the beginning of the sweep. */
type Groups = ReadonlyMap<string, readonly Incident[]>;

const groupsOf = ({ config, silences, clock }: Sweep, owing: readonly Incident[]): Groups => {
  if (!config) return new Map();
  const now = clock.now();
  const open = owing.filter(
    (incident) =>
      isOpen(incident) && !silenceFor(silences, { ...incident, feed: feedOf(incident, config) }, now),
  );
  const groups = Map.groupBy(open, (incident) => groupOf(incident, config, now));
  return new Map([...groups].flatMap(([key, members]) => (key === null ? [] : [[key, members] as const])));
};

/** The others that go along with an incident, as they are now; null: it still waits for some. */
const companionsOf = async (
  sweep: Sweep,
  incident: Incident,
  groups: Groups,
): Promise<readonly Due[] | null> => {
  const { config, store, clock } = sweep;
  const now = clock.now();
  const key = config ? groupOf(incident, config, now) : null;
  if (!config || key === null) return [];
  const listed = (groups.get(key) ?? []).filter(({ id }) => id !== incident.id).slice(0, LARGEST_GROUP);
  const loaded = await Promise.all(listed.map(({ cause, subject }) => store.current(cause, subject)));
  const others = loaded.filter(
    (other) => other !== null && other.id !== incident.id && groupOf(other, config, now) === key,
  ) as Incident[];
  if (isWaiting([incident, ...others], config, now)) return null;
  return others.flatMap((other) => {
    const [pending] = sendable(sweep, other);
    return pending ? [{ incident: other, pending }] : [];
  });
};

const outcomesOf = (results: readonly Sent[]): readonly Outcome[] =>
  results.flatMap((one): Outcome[] => {
    if (one.result === 'withdrawn') return [];
    return one.result === 'failed' ? [{ result: 'failed', error: one.error }] : [{ result: 'delivered' }];
  });

/**
 * Sends what one incident owes, oldest first, and stops at the first failure: a later message never overtakes an
 * earlier one. Reports one outcome for each message that was tried, those of others that went along included.
 */
const deliverIncident = async (
  sweep: Sweep,
  { cause, subject }: Incident,
  groups: Groups,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly owed: number }> => {
  const { store } = sweep;
  const outcomes: Outcome[] = [];
  let incident = await store.current(cause, subject);
  let withdrawn = 0;
  try {
    incident = incident && (await prepare(sweep, incident));
    while (incident && withdrawn < MOST_WITHDRAWN) {
      const [pending] = sendable(sweep, incident);
      const others = pending ? await companionsOf(sweep, incident, groups) : null;
      if (!pending || !others) break;
      const results = await send(sweep, { incident, pending }, others);
      outcomes.push(...outcomesOf(results));
      const [own] = results;
      if (own?.result === 'failed') {
        incident = own.incident;
        break;
      }
      if (own?.result === 'delivered') incident = own.incident;
      else {
        withdrawn += 1;
        incident = await store.current(cause, subject);
      }
    }
  } catch (error) {
    outcomes.push({ result: 'failed', error: describe(error) });
  }
  return { outcomes, owed: incident?.pending.length ?? 0 };
};

/**
 * What is sent one after the other: an incident, or those that share a page. The lane of the most urgent one first, as
 * `owing` has them.
 */
const lanesOf = (owing: readonly Incident[], groups: Groups): Incident[][] => {
  const keyOf = new Map([...groups].flatMap(([key, members]) => members.map(({ id }) => [id, key] as const)));
  return [...Map.groupBy(owing, ({ id }) => keyOf.get(id) ?? id).values()];
};

/** Whether a sweep has anything to do for it. */
const isOwing = ({ config, clock }: Sweep, incident: Incident): boolean =>
  incident.pending.length > 0 ||
  (config !== undefined && repeatPage(incident, config, clock.now()) !== incident);

/**
 * The sweep: sends every message that is owed and due, and marks it by one conditional write.
 *
 * 1. The most urgent incident first, a few at once; within one incident first in, first out.
 * 2. What a silence covers is held back (silenced.ts); first pages of one cause go out together (grouping.ts).
 * 3. Owe proof, read again, publish, then mark. When another writer was faster, reload and mark again, without
 *    publishing again.
 * 4. A failure is recorded (redacted) with its back-off; it never stops the other incidents.
 * 5. What is owed elsewhere is settled: pages to persons, chat channels, what the throttle held back (settle.ts).
 *
 * At least once: after a crash between publishing and marking, the next sweep sends the message again, with the same
 * notification id. Rejects only when the store cannot be read at all.
 */
export const deliverPending = async (deps: DeliveryDependencies): Promise<DeliveryReport> => {
  const active = await deps.store.active();
  const sweep = await openSweep(deps, active);
  const owing = active.filter((incident) => isOwing(sweep, incident)).sort(byUrgency);
  const groups = groupsOf(sweep, owing);
  let report: DeliveryReport = { delivered: 0, failed: 0, waiting: 0, errors: [] };
  const deliverOne = async (incident: Incident): Promise<void> => {
    const { outcomes, owed } = await deliverIncident(sweep, incident, groups).catch((error: unknown) => ({
      outcomes: [{ result: 'failed', error: describe(error) } as const],
      owed: incident.pending.length,
    }));
    const errors = outcomes.flatMap((outcome) => (outcome.result === 'failed' ? [outcome.error] : []));
    report = {
      delivered: report.delivered + outcomes.length - errors.length,
      failed: report.failed + errors.length,
      waiting: report.waiting + Math.max(0, owed - errors.length),
      errors: [...report.errors, ...errors],
    };
  };
  const lanes = lanesOf(owing, groups);
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, lanes.length) }, async () => {
      for (let lane = lanes.shift(); lane; lane = lanes.shift())
        for (const incident of lane) await deliverOne(incident);
    }),
  );
  const { fellBack, summedUp } = await settle(sweep);
  await closeSweep(deps, sweep, summedUp);
  return {
    ...report,
    errors: [...report.errors, ...sweep.faults],
    ...(fellBack > 0 && { fellBack }),
  };
};
