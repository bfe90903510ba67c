import type { FeedConfig } from '../../config/schema.ts';
import { feedCapacity } from '../../rows/capacity.ts';
import type { FeedSnapshot } from '../../rows/snapshot.ts';
import type { SendAnswer } from '../answer.ts';
import type { FeedControl, RelayTally } from '../control.ts';
import {
  changeControl,
  holdOf,
  isHeld,
  markStanding,
  releaseHold,
  rotate,
  standingOf,
  trickleAccepted,
  verify,
} from '../control-change.ts';
import { chooseWebhook, failoverCounts, shouldRotateEarly } from '../failover.ts';
import { takeTrial, trialDue, trialFailed, trip } from './breaker.ts';
import { createRoom, type Room, type RoomChoice } from './room.ts';
import type { Run } from './run.ts';

/** How rows of a feed may go just now. */
export type Gate =
  | { readonly kind: 'open' | 'trickle'; readonly webhook: string }
  /** One row at a time: the first of a webhook, or the trial of the breaker. */
  | { readonly kind: 'single'; readonly webhook: string; readonly isTrial: boolean }
  /** Not known yet, or about to change. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'closed'; readonly why: string };

/** The control state of one feed as a forwarder knows it, and the changes that it makes to it. */
export interface Steering {
  readonly room: Room;
  control(): FeedControl | null;
  gate(): Gate;
  /** Keeps what is known fresh, and does what the choice of a webhook asks for. */
  maintain(): void;
  /** Takes the trial of the breaker; false when another forwarder did. */
  takeTrial(): Promise<boolean>;
  accepted(webhook: string, isTrial: boolean): void;
  /** Clay says that the webhook takes no more. */
  full(webhook: string): Promise<void>;
  /** A new webhook refuses us before it ever took a row. */
  refusedAtOnce(webhook: string, answer: 'gone' | 'unauthorized'): Promise<void>;
  trip(webhook: string, answer: SendAnswer): Promise<void>;
  trialFailed(webhook: string, answer: SendAnswer): Promise<void>;
  /** What was known when the run began. */
  tallyAtStart(): RelayTally | null;
}

const REFRESH_MS = 1_000;
const SNAPSHOT_MS = 20_000;
const AFTER_FAULT_MS = 2_000;
const BY = 'claywatch';

const CLOSED_WORDS: Readonly<Record<Extract<RoomChoice, { kind: 'none' }>['why'], string>> = {
  'no-webhooks': 'The feed has no webhook.',
  'all-full': 'Every webhook is full.',
  'table-full': 'The table is full.',
  gone: 'The webhook is not there any more.',
  unauthorized: 'The webhook refuses our token.',
  'none-usable': 'No webhook takes rows.',
  proposed: 'Another webhook could take over; failover is only proposed.',
};

export const createSteering = (run: Run, name: string, feed: FeedConfig): Steering => {
  const { ports, clock } = run;
  const { relay, remediation } = ports.config;
  const mode = remediation.failover;
  const room = createRoom(feed, relay);

  let control: FeedControl | null = null;
  let tally: RelayTally | null = null;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let snapshotAt = Number.NEGATIVE_INFINITY;
  let notBefore = Number.NEGATIVE_INFINITY;
  let isRefreshing = false;
  let changes = 0;
  let acceptedOnTrickle = 0;
  let isNoting = false;

  /** Time that went by; a clock that jumped back counts as time that did. */
  const since = (at: number): number => Math.abs(clock.now() - at);

  const keep = (next: FeedControl): void => {
    if (!control || next.version >= control.version) control = next;
  };

  /** No row is sent while a change is under way: what it changes is where rows go. */
  const change = async (make: (before: FeedControl) => FeedControl): Promise<boolean> => {
    changes += 1;
    try {
      const made = await changeControl(ports.control, name, make);
      keep(made.control);
      return made.changed;
    } catch (error) {
      notBefore = clock.now() + AFTER_FAULT_MS;
      throw error;
    } finally {
      changes -= 1;
      run.bell.ring();
    }
  };

  const readSnapshot = async (): Promise<void> => {
    if (since(snapshotAt) < SNAPSHOT_MS) return;
    room.counted(await ports.rows.snapshot(name), Number.NEGATIVE_INFINITY);
    snapshotAt = clock.now();
  };

  /** Rows that the webhook and its table still take, at least. */
  const leftOf = (snapshot: FeedSnapshot, active: string): number => {
    const counts = failoverCounts(feed, snapshot);
    const webhook = feed.webhooks.find(({ id }) => id === active);
    const table = webhook?.table === undefined ? undefined : feed.tables[webhook.table];
    const own = !webhook || webhook.unlimited ? Number.POSITIVE_INFINITY : webhook.limit;
    const shared = !table || table.unlimited ? Number.POSITIVE_INFINITY : table.ceiling;
    return Math.min(
      own - (counts.webhooks[active]?.high ?? 0),
      shared - (counts.tables[webhook?.table ?? '']?.high ?? 0),
    );
  };

  /** Once a run: whether what is left will last for the lead time. */
  const considerLeadTime = async (known: FeedControl): Promise<void> => {
    if (mode !== 'act' || feed.webhooks.length < 2 || known.active === null || isHeld(known)) return;
    const snapshot = await ports.rows.snapshot(name);
    const { leadMinutes } = relay.failover;
    // More than this does not go out within the lead time, however much waits.
    const most = Math.ceil(relay.rowsPerSecond * 60 * leadMinutes);
    if (!snapshot || leftOf(snapshot, known.active) > most) return;
    const now = clock.now();
    const depth = await ports.queue.depth(name);
    const waiting = Math.min(depth.waiting + depth.delayed, most);
    const capacityAt = (webhook: string) => feedCapacity(feed, snapshot, now, { [webhook]: waiting });
    const early = shouldRotateEarly(feed, known, capacityAt(known.active), { leadMinutes, now });
    if (!early) return;
    // A standby that would not last either is no better place.
    const standby = capacityAt(early.to).webhooks.find(({ webhook }) => webhook === early.to);
    const full = standby?.full?.reach;
    const end = full?.kind === 'forecast' ? full.p50 : full?.kind === 'reached' ? now : null;
    if (end !== null && end < now + leadMinutes * 60_000) return;
    await change((before) =>
      rotate(before, { from: early.from, to: early.to, why: early.why, at: now, by: BY }),
    );
  };

  const refresh = async (): Promise<void> => {
    isRefreshing = true;
    refreshedAt = clock.now();
    try {
      const isFirst = control === null;
      const [loaded, counted] = await Promise.all([
        ports.control.load(name),
        isFirst ? ports.control.tally(name) : null,
        readSnapshot(),
      ]);
      if (counted) tally = counted;
      keep(loaded);
      if (isFirst) void run.spawn('looking ahead', () => considerLeadTime(loaded));
    } finally {
      isRefreshing = false;
    }
  };

  const choose = (known: FeedControl, trial: boolean): RoomChoice =>
    room.choose(known, clock.now(), { mode, trial });

  const countAfresh = async (): Promise<void> => {
    changes += 1;
    try {
      room.counted(await ports.rows.fold(name, clock.now()), clock.now());
    } catch (error) {
      notBefore = clock.now() + AFTER_FAULT_MS;
      throw error;
    } finally {
      changes -= 1;
    }
  };

  const follow = (choice: RoomChoice): void => {
    if (choice.kind === 'count') void run.spawn('counting rows', countAfresh);
    if (choice.kind === 'rotate') {
      const { from, to, why } = choice;
      void run.spawn('rotating', async () => {
        await change((before) => rotate(before, { from, to, why, at: clock.now(), by: BY }));
      });
    }
  };

  /** A clock that jumped back does not make it longer. */
  const isAfterFault = () => clock.now() < notBefore && notBefore - clock.now() <= AFTER_FAULT_MS;
  const isPending = () => control === null || changes > 0 || isAfterFault();

  const gate = (): Gate => {
    if (!control || isPending()) return { kind: 'pending' };
    const trial = trialDue(control, clock.now());
    const [hold] = control.holds;
    if (hold && !trial) return { kind: 'closed', why: hold.why };
    const choice = choose(control, trial !== null);
    if (choice.kind === 'none') return { kind: 'closed', why: CLOSED_WORDS[choice.why] };
    if (choice.kind !== 'use') return { kind: 'pending' };
    const { webhook } = choice;
    if (trial || choice.verifying) return { kind: 'single', webhook, isTrial: trial !== null };
    return { kind: control.trickle ? 'trickle' : 'open', webhook };
  };

  /** What accepted rows change, one write at a time however many they are. */
  const noteAccepted = async (webhook: string, isTrial: boolean): Promise<void> => {
    const rows = acceptedOnTrickle;
    acceptedOnTrickle = 0;
    try {
      await change((before) => {
        const doing = { at: clock.now(), by: BY };
        const verified = verify(before, webhook, doing);
        const released = isTrial
          ? releaseHold(
              verified,
              { kind: 'breaker' },
              { ...doing, why: `${webhook} accepted a row again.`, trickleRows: relay.trickle.rows },
            )
          : verified;
        return trickleAccepted(released, rows, doing);
      });
    } catch (error) {
      acceptedOnTrickle += rows;
      throw error;
    }
  };

  return {
    room,
    control: () => control,
    tallyAtStart: () => tally,
    gate,
    maintain: () => {
      if (!isRefreshing && since(refreshedAt) >= REFRESH_MS) void run.spawn('reading the state', refresh);
      if (!control || isPending() || run.isEnding()) return;
      const trial = trialDue(control, clock.now());
      if (control.holds.length === 0 || trial) follow(choose(control, trial !== null));
    },
    takeTrial: () => change((before) => takeTrial(before, clock.now(), relay.breaker)),
    accepted: (webhook, isTrial) => {
      if (!control) return;
      if (control.trickle) acceptedOnTrickle += 1;
      const isNews = isTrial || standingOf(control, webhook) !== 'working' || control.trickle !== null;
      if (!isNews || (isNoting && !isTrial)) return;
      isNoting = true;
      void run.spawn('noting what works', async () => {
        try {
          await noteAccepted(webhook, isTrial);
        } finally {
          isNoting = false;
        }
      });
    },
    full: async (webhook) => {
      const at = clock.now();
      await change((before) => {
        const marked = markStanding(before, webhook, 'full', { at, by: BY });
        const choice = chooseWebhook(feed, marked, room.counts(), { mode });
        const next =
          choice.kind === 'rotate'
            ? rotate(marked, { from: choice.from, to: choice.to, why: choice.why, at, by: BY })
            : marked;
        // The breaker asked whether Clay answers: it does.
        const isHeld = holdOf(next, { kind: 'breaker' }) !== undefined;
        return isHeld && marked !== before
          ? releaseHold(
              next,
              { kind: 'breaker' },
              { at, by: BY, why: `${webhook} answers again.`, trickleRows: relay.trickle.rows },
            )
          : next;
      });
    },
    refusedAtOnce: async (webhook, answer) => {
      await change((before) => markStanding(before, webhook, answer, { at: clock.now(), by: BY }));
    },
    trip: async (webhook, answer) => {
      await change((before) => trip(before, { webhook, answer, at: clock.now() }, relay.breaker));
    },
    trialFailed: async (webhook, answer) => {
      await change((before) => trialFailed(before, webhook, answer));
    },
  };
};
