import { type Incident, isPage } from '../incident/incident.ts';
import { againOf, fallbackOf, summaryOf, type Told } from './collected.ts';
import { describe } from './mark.ts';
import { type DeliveryProof, personOf, SNS, SUMMARY } from './proof.ts';
import type { Notification } from './publisher.ts';
import { pagePerson } from './send.ts';
import { recordProof, rendererFor, type Sweep } from './sweep.ts';
import { isSummaryDue } from './throttle.ts';

/** More than can be stuck without something else being badly wrong. */
const ROWS_AT_ONCE = 500;
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 600_000;
const MINUTE = 60_000;

/** What a sweep does about a row that nobody has taken. */
type Verdict = 'leave' | 'deliver' | 'supersede' | 'page' | 'sum-up' | 'fall-back';

const isLate = ({ owedAt, status }: DeliveryProof, afterMs: number, now: number): boolean =>
  status === 'refused' || now - owedAt >= afterMs;

/** Whether a page to a person may be tried again; a clock that went back does not hold it up for long. */
const isDueAgain = ({ triedAt, attempts }: DeliveryProof, now: number): boolean => {
  if (triedAt === null) return true;
  const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempts, 16), LONGEST_WAIT_MS);
  return now - triedAt >= wait || triedAt > now + LONGEST_WAIT_MS;
};

/** Somebody has it, or it is over: nobody need be woken any more. */
const isPointless = (incident: Incident, row: DeliveryProof): boolean =>
  isPage({ transition: row.transition }) && incident.status !== 'triggered';

const judge = (
  incident: Incident | null,
  row: DeliveryProof,
  { afterMs, now }: { readonly afterMs: number; readonly now: number },
): Verdict => {
  // Nothing can be said of an incident that is gone; a test message has none.
  if (!incident) return now - row.owedAt >= afterMs ? 'supersede' : 'leave';
  if (incident.pending.some(({ id }) => id === row.notificationId)) return 'leave';
  const isSent = incident.deliveries.some(({ id }) => id === row.notificationId);
  if (row.channel === SNS) return isSent ? 'deliver' : 'supersede';
  // Withdrawn before it was sent: by an acknowledgement, or by a silence.
  if (!isSent) return 'supersede';
  if (row.channel === SUMMARY) return 'sum-up';
  if (isPointless(incident, row)) return 'supersede';
  if (isLate(row, afterMs, now)) return 'fall-back';
  return personOf(row.channel) !== null && isDueAgain(row, now) ? 'page' : 'leave';
};

const publish = async (sweep: Sweep, notification: Notification): Promise<string | null> => {
  try {
    return (await sweep.publisher.publish(notification)).receipt;
  } catch (error) {
    sweep.faults.push(describe(error));
    return null;
  }
};

const settleAlone = async (sweep: Sweep, incident: Incident | null, row: DeliveryProof, verdict: Verdict) => {
  const { notificationId, channel } = row;
  const at = sweep.clock.now();
  if (verdict === 'supersede')
    await recordProof(sweep, notificationId, channel, { status: 'superseded', at });
  if (verdict === 'deliver') {
    const sent = incident?.deliveries.find(({ id }) => id === notificationId);
    if (sent) {
      const { deliveredAt, receipt } = sent;
      await recordProof(sweep, notificationId, channel, { status: 'delivered', at: deliveredAt, receipt });
    }
  }
  const name = personOf(channel);
  if (verdict === 'page' && incident && name !== null)
    await pagePerson(sweep, incident, againOf({ incident, row }), name);
};

/** One e-mail for each channel that does not take what it should; says how many messages it stands for. */
const fallBack = async (sweep: Sweep, told: readonly Told[]): Promise<number> => {
  const { config, render, clock } = sweep;
  if (!config) return 0;
  let count = 0;
  for (const [channel, ofChannel] of Map.groupBy(told, ({ row }) => row.channel)) {
    const name = personOf(channel);
    const shown = name === null ? channel : `SNS for ${name}`;
    const notification = fallbackOf(shown, ofChannel, { config, render, now: clock.now() });
    const receipt = notification && (await publish(sweep, notification));
    if (!receipt) continue;
    for (const { row } of ofChannel)
      await recordProof(sweep, row.notificationId, channel, {
        status: 'fallen-back',
        at: clock.now(),
        to: SNS,
      });
    count += ofChannel.length;
  }
  return count;
};

/** Sums up what the throttle held back; false when there is nothing, or it is too early for another summary. */
const sumUp = async (sweep: Sweep, told: readonly Told[]): Promise<boolean> => {
  const { config, render, clock, throttle } = sweep;
  const now = clock.now();
  if (!config || told.length === 0 || !isSummaryDue(throttle, now)) return false;
  const receipt = await publish(sweep, summaryOf(told, { config, render, now }));
  if (!receipt) return false;
  for (const { row } of told)
    await recordProof(sweep, row.notificationId, SUMMARY, { status: 'delivered', at: now, receipt });
  return true;
};

export interface Settled {
  /** Messages that e-mail took instead of their channel. */
  readonly fellBack: number;
  readonly summedUp: boolean;
}

/**
 * Goes through what is owed on some channel, and leaves nothing there for ever:
 *
 * - what SNS took while nobody could record it is recorded;
 * - what was withdrawn, or has no point any more since somebody acknowledged, is superseded;
 * - a page to a person that was not taken is tried again;
 * - what the throttle held back is summed up;
 * - what a channel refused, or has not taken for `notify.fallback.afterMinutes`, goes by e-mail.
 *
 * Nothing that this very sweep owed is looked at. Never rejects: what went wrong is among the sweep's faults.
 */
export const settle = async (opened: Sweep): Promise<Settled> => {
  const { proof, config, store, clock, faults } = opened;
  if (!proof || !config) return { fellBack: 0, summedUp: false };
  try {
    const rows = await proof.undelivered(opened.startedAt, ROWS_AT_ONCE);
    const afterMs = config.notify.fallback.afterMinutes * MINUTE;
    const late: Told[] = [];
    const held: Told[] = [];
    const told: (readonly [Incident | null, readonly DeliveryProof[]])[] = [];
    for (const [incidentId, ofIncident] of Map.groupBy(rows, (row) => row.incidentId))
      told.push([await store.byId(incidentId), ofIncident]);
    const incidents = told.flatMap(([incident]) => incident ?? []);
    const sweep: Sweep = { ...opened, render: await rendererFor(opened, incidents, faults) };
    for (const [incident, ofIncident] of told) {
      for (const row of ofIncident) {
        const verdict = judge(incident, row, { afterMs, now: clock.now() });
        if (incident && verdict === 'fall-back') late.push({ incident, row });
        else if (incident && verdict === 'sum-up') held.push({ incident, row });
        else await settleAlone(sweep, incident, row, verdict);
      }
    }
    return { fellBack: await fallBack(sweep, late), summedUp: await sumUp(sweep, held) };
  } catch (error) {
    faults.push(describe(error));
    return { fellBack: 0, summedUp: false };
  }
};
