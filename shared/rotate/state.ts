import type { RotationStep } from '../observe/rotation.ts';
import type { Overlap } from './kinds.ts';

/** The last attempt at rotating a secret. */
export interface Attempt {
  /** The version that was to become current. */
  readonly token: string;
  readonly step: RotationStep;
  /** Epoch ms. */
  readonly at: number;
  /**
   * begun: a new value is pending · tested: and was seen working, as far as that can be seen · promoted: it is current ·
   * nothing: there was no new value · postponed: the change before is not over · refused: the new value does not work,
   * and was withdrawn · failed: it could not be told, and is tried again · denied: a permission is missing.
   */
  readonly result:
    | 'begun'
    | 'tested'
    | 'promoted'
    | 'nothing'
    | 'postponed'
    | 'refused'
    | 'failed'
    | 'denied';
  /** The version that an operator supplied, where the new value is made of one. */
  readonly supplied?: string;
  readonly why?: string;
  readonly action?: string;
  readonly role?: string;
}

/** A new version that became current. */
export interface Change {
  readonly version: string;
  /** The version before; null: it is the first. */
  readonly from: string | null;
  /** Epoch ms. */
  readonly at: number;
  /** The keys of the configuration whose value changed. */
  readonly keys: readonly string[];
  readonly overlap: Overlap;
  /**
   * intended: about to be made · open: made, and both are valid, or it waits to be seen working · mixed: so long that
   * people have to help · settled: over, the old one is not valid any more · rolled-back: the old one is current again.
   */
  readonly outcome: 'intended' | 'open' | 'mixed' | 'settled' | 'rolled-back';
  /** Who has not been seen with the new one. */
  readonly waiting: readonly string[];
  /** When that outcome was reached, epoch ms. */
  readonly since: number;
}

/** What is kept of the rotations of one secret: no value, only which version is what. */
export interface RotationState {
  readonly secret: string;
  readonly arn: string;
  readonly attempt?: Attempt;
  /** Those that are not over, and the last one. Oldest first. */
  readonly changes: readonly Change[];
  /** The version that an operator supplied and that was taken or refused: not to be taken again. */
  readonly supplied?: string;
  /** Counted up by each change, for optimistic writes. */
  readonly version: number;
}

/** Where states of rotations are kept. Faults reject. */
export interface RotationStore {
  load(secret: string): Promise<RotationState | null>;
  all(): Promise<readonly RotationState[]>;
  /** Conflict: somebody else wrote since; nothing was written. */
  save(next: RotationState): Promise<'written' | 'conflict'>;
}

export const isOver = ({ outcome }: Change): boolean => outcome === 'settled' || outcome === 'rolled-back';

/** Those that are not over, and the last one that is. */
export const keptChanges = (changes: readonly Change[]): readonly Change[] => {
  const last = changes.at(-1);
  return changes.filter((change) => change === last || !isOver(change));
};

export const withChange = (state: RotationState, change: Change): RotationState => {
  const others = state.changes.filter(({ version }) => version !== change.version);
  const index = state.changes.findIndex(({ version }) => version === change.version);
  const changes = index === -1 ? [...others, change] : others.toSpliced(index, 0, change);
  return { ...state, changes: keptChanges(changes) };
};

const ATTEMPTS = 8;

/**
 * Changes what is kept of a secret, as often anew as somebody else was faster. Gives what is kept afterwards; the same
 * object from `change` writes nothing. Throws when it never came to be written.
 */
export const changeState = async (
  store: RotationStore,
  { secret, arn }: Pick<RotationState, 'secret' | 'arn'>,
  change: (state: RotationState) => RotationState,
): Promise<RotationState> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const state = (await store.load(secret)) ?? { secret, arn, changes: [], version: 0 };
    const next = change(state);
    if (next === state) return state;
    const written = { ...next, arn, version: state.version + 1 };
    if ((await store.save(written)) === 'written') return written;
  }
  throw new Error(`the rotation of ${secret} was changed by others all the time`);
};
