import type { Change } from './state.ts';
import type { SenderUse } from './use.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Uses are written down once in a quarter of an hour: so long nobody may have used the old one. */
const QUIET_MS = 60 * MINUTE;
/** Whoever used a secret within this time before the change is waited for. */
const LATELY_MS = 35 * DAY;
/** A change that needs nobody is over when nothing has refused it for so long. */
const CALM_MS = 10 * MINUTE;

export interface SettleTimes {
  /** How long both are valid at most, while nobody decides: `rotation.overlapDays`. */
  readonly overlapMs: number;
  /** How long what was made with the old one goes on: links in messages. */
  readonly lastingMs: number;
}

/**
 * wait: nothing to do yet · settle: over; the old one is revoked, where it is accepted · roll-back: nobody took the new
 * one, so the old one becomes current again · mixed: some did and some did not, so both stay and people are told.
 */
export type Settlement =
  | { readonly kind: 'wait'; readonly waiting: readonly string[] }
  | { readonly kind: 'settle' }
  | { readonly kind: 'roll-back'; readonly waiting: readonly string[] }
  | { readonly kind: 'mixed'; readonly waiting: readonly string[] };

interface Standing {
  readonly sender: string;
  /** When it last used the old one, and a new one; epoch ms, -Infinity: never. */
  readonly old: number;
  readonly fresh: number;
}

const latest = (times: readonly number[]): number => Math.max(Number.NEGATIVE_INFINITY, ...times);

/** Whatever was used before the change was an old one, whichever version it was noted under. */
const standingOf = ({ sender, versions }: SenderUse, { from, at }: Change): Standing => {
  const uses = Object.entries(versions).map(([version, time]) => ({
    time,
    isOld: version === from || time < at,
  }));
  return {
    sender,
    old: latest(uses.filter(({ isOld }) => isOld).map(({ time }) => time)),
    fresh: latest(uses.filter(({ isOld }) => !isOld).map(({ time }) => time)),
  };
};

const byTraffic = (
  change: Change,
  standings: readonly Standing[],
  now: number,
  overlapMs: number,
): Settlement => {
  const known = standings.filter(({ old, fresh }) => Math.max(old, fresh) > change.at - LATELY_MS);
  const hasMoved = ({ old, fresh }: Standing) => fresh > old && now - old >= QUIET_MS;
  const waiting = known.filter((one) => !hasMoved(one));
  const names = waiting.map(({ sender }) => sender).sort();
  if (known.length > 0 && waiting.length === 0) return { kind: 'settle' };
  if (now - change.at < overlapMs) return { kind: 'wait', waiting: names };

  // Whoever was not seen at all since the change is not waited for any longer.
  const still = waiting.filter(({ old }) => old >= change.at);
  const stillNames = still.map(({ sender }) => sender).sort();
  if (still.length === 0) return { kind: 'settle' };
  const isTaken = known.some(({ fresh }) => fresh >= change.at);
  return isTaken ? { kind: 'mixed', waiting: stillNames } : { kind: 'roll-back', waiting: stillNames };
};

/** Webhooks are verified by the first real row that they take with the new value. */
const WEBHOOK = /^feeds\.([^.]+)\.webhooks\[\d+\]\./;

const isSeenWorking = (change: Change, standings: readonly Standing[], now: number): boolean => {
  const feeds = change.keys.flatMap((key) => WEBHOOK.exec(key)?.[1] ?? []);
  const hasTaken = (feed: string) =>
    standings.some(({ sender, fresh }) => sender.startsWith(`webhooks/${feed}/`) && fresh >= change.at);
  return feeds.length > 0 ? feeds.every(hasTaken) : now - change.at >= CALM_MS;
};

/** What to do about a change that is under way, by who was seen using what. Pure. */
export const settlementOf = (
  change: Change,
  uses: readonly SenderUse[],
  now: number,
  { overlapMs, lastingMs }: SettleTimes,
): Settlement => {
  const standings = uses.map((use) => standingOf(use, change));
  const isLate = now - change.at >= overlapMs;
  switch (change.overlap) {
    case 'traffic':
      return byTraffic(change, standings, now, overlapMs);
    case 'time':
      return now - change.at >= lastingMs ? { kind: 'settle' } : { kind: 'wait', waiting: [] };
    default:
      return isLate || isSeenWorking(change, standings, now)
        ? { kind: 'settle' }
        : { kind: 'wait', waiting: [] };
  }
};
