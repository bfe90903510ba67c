import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import type { Rotation } from '../observe/rotation.ts';
import { type Attempt, type Change, isOver, type RotationState, type RotationStore } from './state.ts';

/** A rotation that went no further for so long has died, ms: Secrets Manager goes on within seconds. */
const STUCK_MS = 60 * 60_000;
const DAY = 86_400_000;

const ofAttempt = (
  { step, result, why, action }: Attempt,
  now: number,
  at: number,
): Rotation['result'] | null => {
  switch (result) {
    case 'denied':
      return { kind: 'denied', step, ...(action !== undefined && { action }) };
    case 'failed':
    case 'refused':
      return { kind: 'failed', step, ...(why !== undefined && { why }) };
    case 'begun':
    case 'tested':
      return now - at >= STUCK_MS ? { kind: 'failed', step, why: 'it went no further' } : null;
    default:
      return null;
  }
};

const ofChanges = (changes: readonly Change[]): Rotation['result'] => {
  const mixed = changes.find(({ outcome }) => outcome === 'mixed');
  if (mixed) return { kind: 'unfinished', waiting: mixed.waiting };
  const last = changes.at(-1);
  return last?.outcome === 'rolled-back'
    ? { kind: 'rolled-back', waiting: last.waiting }
    : { kind: 'rotated' };
};

const changeOf = (changes: readonly Change[], overlapMs: number): Rotation['change'] | undefined => {
  const last = changes.at(-1);
  if (!last) return undefined;
  const open = changes.filter((change) => !isOver(change) && change.outcome !== 'mixed');
  const waitsForPeople = open.some(({ overlap }) => overlap === 'traffic');
  const { at } = open[0] ?? last;
  return {
    at,
    isOpen: open.length > 0,
    keys: [...new Set((open.length > 0 ? open : [last]).flatMap(({ keys }) => keys))],
    waiting: [...new Set(open.flatMap(({ waiting }) => waiting))],
    ...(waitsForPeople && { until: at + overlapMs }),
  };
};

/** What the watch is told of the rotations of a secret. A failure stands until another attempt was made. */
export const reportOf = (
  state: RotationState,
  now: number,
  { overlapDays }: { readonly overlapDays: number },
): Rotation => {
  const { secret, arn, attempt, changes } = state;
  const failed = attempt ? ofAttempt(attempt, now, attempt.at) : null;
  const change = changeOf(changes, overlapDays * DAY);
  return {
    secret,
    ...(arn !== '' && { arn }),
    ...(attempt?.role !== undefined && { role: attempt.role }),
    at: failed ? (attempt?.at ?? 0) : (changes.at(-1)?.since ?? attempt?.at ?? 0),
    result: failed ?? ofChanges(changes),
    ...(change && { change }),
  };
};

/** The rotations of all secrets, for the watch. */
export const createRotationReader = (
  store: Pick<RotationStore, 'all'>,
  { rotation }: Pick<Config, 'rotation'>,
  clock: Pick<Clock, 'now'>,
) => ({
  latest: async (): Promise<readonly Rotation[]> =>
    (await store.all()).map((state) => reportOf(state, clock.now(), rotation)),
});
