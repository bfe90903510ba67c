import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import type { Incident } from '../incident/incident.ts';
import type { IncidentStore } from '../incident/store.ts';
import type { Silence, SilenceStore } from '../silence/silence.ts';
import { describe } from './mark.ts';
import type { OwedRow, ProofLedger, ProofRecord } from './proof.ts';
import type { PagePublisher, Publisher, RendererFor, RenderNotification } from './publisher.ts';
import { LOOK_BACK_MS } from './silenced.ts';
import type { ThrottleStore } from './throttle.ts';
import { type Addressed, changeThrottle, NOTHING_SENT, type ThrottleState, withSent } from './throttle.ts';

export interface DeliveryDependencies {
  readonly store: IncidentStore;
  readonly publisher: Publisher;
  readonly render: RenderNotification;
  /** Left out, or when it fails: `render` writes every message, without links. */
  readonly renderFor?: RendererFor;
  readonly clock: Clock;
  /** Left out: nothing is grouped, throttled, repeated or handed to chat channels; every message goes at once. */
  readonly config?: Config;
  /** Left out: nothing is proved, nothing is throttled, and nothing falls back. */
  readonly proof?: ProofLedger;
  readonly silences?: Pick<SilenceStore, 'current'>;
  /** Left out: escalations go to everybody who hears of the severity. */
  readonly pages?: PagePublisher;
  readonly throttle?: ThrottleStore;
}

/** One sweep: what it works with, and what it learns on the way. */
export interface Sweep extends Omit<DeliveryDependencies, 'silences' | 'throttle'> {
  /** For the incidents that were active when it began, with their links. */
  readonly render: RenderNotification;
  readonly startedAt: number;
  readonly silences: readonly Silence[];
  readonly throttle: ThrottleState;
  /** What was sent in this sweep. */
  readonly sent: Addressed[];
  /** What else went wrong, redacted: no message is held back for it. */
  readonly faults: string[];
}

/** What cannot be read is done without, and said: a page too much is better than none. */
const orElse = async <T>(read: Promise<T> | undefined, instead: T, faults: string[]): Promise<T> => {
  try {
    return (await read) ?? instead;
  } catch (error) {
    faults.push(describe(error));
    return instead;
  }
};

/** The renderer for messages about these incidents. Never rejects: no link is worth a page that is not sent. */
export const rendererFor = async (
  { render, renderFor }: Pick<DeliveryDependencies, 'render' | 'renderFor'>,
  incidents: readonly Incident[],
  faults: string[],
): Promise<RenderNotification> =>
  renderFor && incidents.length > 0 ? orElse(renderFor(incidents), render, faults) : render;

/** `active`: the incidents that messages may be about. */
export const openSweep = async (deps: DeliveryDependencies, active: readonly Incident[]): Promise<Sweep> => {
  const { silences, throttle, ...rest } = deps;
  const startedAt = deps.clock.now();
  const faults: string[] = [];
  const [inForce, state, render] = await Promise.all([
    orElse(silences?.current(startedAt - LOOK_BACK_MS), [], faults),
    orElse(throttle?.load(), NOTHING_SENT, faults),
    rendererFor(deps, active, faults),
  ]);
  return { ...rest, render, startedAt, silences: inForce, throttle: state, sent: [], faults };
};

/** Remembers what was sent, so that the next sweeps know; `summedUp`: a summary was among it. */
export const closeSweep = async (
  { throttle }: Pick<DeliveryDependencies, 'throttle'>,
  { sent, faults, clock }: Sweep,
  summedUp: boolean,
): Promise<void> => {
  if (!throttle || (sent.length === 0 && !summedUp)) return;
  const now = clock.now();
  try {
    await changeThrottle(throttle, (state) => ({
      ...withSent(state, sent, now),
      ...(summedUp && { lastSummaryAt: now }),
    }));
  } catch (error) {
    faults.push(describe(error));
  }
};

/** Owes proof before anything is sent. False when the ledger did not take it; the message goes all the same. */
export const oweProof = async ({ proof, faults }: Sweep, rows: readonly OwedRow[]): Promise<boolean> => {
  if (!proof) return false;
  try {
    await proof.owe(rows);
    return true;
  } catch (error) {
    faults.push(describe(error));
    return false;
  }
};

/** Records what became of a message; a ledger that does not take it is said, and the next sweep makes up for it. */
export const recordProof = async (
  { proof, faults }: Sweep,
  notificationId: string,
  channel: string,
  what: ProofRecord,
): Promise<void> => {
  try {
    await proof?.record(notificationId, channel, what);
  } catch (error) {
    faults.push(describe(error));
  }
};
