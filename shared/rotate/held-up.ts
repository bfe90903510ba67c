import type { Member, Overlap } from './kinds.ts';
import { isOver, type RotationState } from './state.ts';
import { type Described, holderOf, STAGE } from './versions.ts';

/** What needs people most comes first. */
const STRONGEST: readonly Overlap[] = ['traffic', 'time', 'next', 'none'];

export const overlapOf = (members: readonly Member[]): Overlap =>
  STRONGEST.find((overlap) => members.some((one) => one.overlap === overlap)) ?? 'none';

/**
 * Whether the version before is still accepted and must be: a third one cannot be. What is only accepted for a time is
 * waited for as well; what lasts until the next rotation is not.
 */
export const isHeldUp = (overlap: Overlap, described: Described, state: RotationState | null): boolean => {
  if (overlap === 'none') return false;
  const old = holderOf(described, STAGE.alsoValid);
  const current = holderOf(described, STAGE.current);
  if (old === null || old === current) return false;
  const open = (state?.changes ?? []).find((change) => change.from === old && !isOver(change));
  return open !== undefined && (open.overlap === 'traffic' || open.overlap === 'time');
};
