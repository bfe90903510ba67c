import type { Config } from '../config/schema.ts';
import type { Rotation } from '../observe/rotation.ts';
import { isHeldUp, overlapOf } from './held-up.ts';
import { type Member, membersOf, type Overlap, rotationDaysOf } from './kinds.ts';
import { reportOf } from './report.ts';
import { isOver, type RotationState } from './state.ts';
import { type Described, holderOf, STAGE } from './versions.ts';

/**
 * failed: the last attempt, and nothing else was done since · waits: both values stay valid until people have changed the
 * rest, or nobody took the new one · pending: a new value is there, and not in force yet · changing: it is in force, and
 * the old one is still needed or was not seen unneeded · rotated: over · never: nothing happened yet.
 */
export type StandingState = 'failed' | 'waits' | 'pending' | 'changing' | 'rotated' | 'never';

/** How it stands with the rotation of one secret; no value of it. */
export interface SecretStanding {
  readonly secret: string;
  readonly state: StandingState;
  /** Who makes a new value: Claywatch, a vendor, or of some members the one and of some the other. */
  readonly made: 'generated' | 'supplied' | 'both';
  /** The keys of the configuration that name it. */
  readonly keys: readonly string[];
  /** By itself, days; 0: only when somebody asks. */
  readonly everyDays: number;
  /** When a new value came into force last, epoch ms; null: never by Claywatch. */
  readonly rotatedAt: number | null;
  /** What the watch is told; null: nothing yet. */
  readonly rotation: Rotation | null;
  /** By the labels of Secrets Manager; null: it could not be asked. */
  readonly labels: {
    /** The id of a version that is not in force yet. */
    readonly pending: string | null;
    readonly alsoValid: string | null;
    /** Somebody supplied a value that was neither taken nor refused. */
    readonly isSupplied: boolean;
    /** The name of the function that rotates it. */
    readonly rotatedBy: string | null;
  } | null;
}

const madeOf = (members: readonly Member[]): SecretStanding['made'] => {
  const isGenerated = members.some(({ made }) => made === 'generated');
  const isSupplied = members.some(({ made }) => made === 'supplied');
  if (isGenerated && isSupplied) return 'both';
  return isGenerated ? 'generated' : 'supplied';
};

const labelsOf = (described: Described, state: RotationState | null) => {
  const current = holderOf(described, STAGE.current);
  const other = (version: string | null) => (version === current ? null : version);
  const supplied = holderOf(described, STAGE.supplied);
  return {
    pending: other(holderOf(described, STAGE.pending)),
    alsoValid: other(holderOf(described, STAGE.alsoValid)),
    isSupplied: supplied !== null && supplied !== state?.supplied,
    rotatedBy: described.rotatedBy?.split(':function:').at(-1)?.split(':')[0] ?? null,
  };
};

const stateOf = (
  kept: RotationState | null,
  rotation: Rotation | null,
  labels: SecretStanding['labels'],
): StandingState => {
  const kind = rotation?.result.kind;
  if (kind === 'failed' || kind === 'denied') return 'failed';
  if (kind === 'unfinished' || kind === 'rolled-back') return 'waits';
  if (labels?.pending != null) return 'pending';
  if (rotation?.change?.isOpen) return 'changing';
  return (kept?.changes.length ?? 0) > 0 ? 'rotated' : 'never';
};

/** How it stands with a secret, from what the table holds and what Secrets Manager says (null: it did not). */
export const standingOf = (
  config: Config,
  secret: string,
  {
    kept,
    described,
    now,
  }: { readonly kept: RotationState | null; readonly described: Described | null; readonly now: number },
): SecretStanding => {
  const members = membersOf(config, secret);
  const rotation = kept ? reportOf(kept, now, config.rotation) : null;
  const labels = described ? labelsOf(described, kept) : null;
  return {
    secret,
    state: stateOf(kept, rotation, labels),
    made: madeOf(members),
    keys: members.flatMap(({ keys }) => keys),
    everyDays: rotationDaysOf(config, secret),
    rotatedAt: kept?.changes.findLast((change) => change.outcome !== 'intended')?.at ?? null,
    rotation,
    labels,
  };
};

/**
 * What a rotation would do now. again: one is under way and is taken up · supplied: the value that somebody supplied is
 * tried and put into force · generated: new values are made · nothing: there is nothing new; the value stays, and a
 * failure on record is over.
 */
export interface RotationPlan {
  readonly kind: 'again' | 'supplied' | 'generated' | 'nothing';
  /** How long the old value is accepted beside the new one; null: not known before the value is looked at. */
  readonly overlap: Overlap | null;
  /** The keys whose value will change; of a supplied one, those that may. */
  readonly keys: readonly string[];
}

/** no-function: Secrets Manager was not told of the function · other-function: of another one · held-up: a third value. */
export type RotationObstacle =
  | { readonly kind: 'no-function' }
  | { readonly kind: 'other-function'; readonly name: string }
  | { readonly kind: 'held-up'; readonly waiting: readonly string[] };

/** What would come of a rotation of this secret, or what stands in its way. */
export const planRotation = (
  config: Config,
  secret: string,
  { kept, described }: { readonly kept: RotationState | null; readonly described: Described },
): RotationPlan | RotationObstacle => {
  const { pending, isSupplied, rotatedBy } = labelsOf(described, kept);
  if (rotatedBy === null) return { kind: 'no-function' };
  if (rotatedBy !== `${config.installation}-rotate`) return { kind: 'other-function', name: rotatedBy };
  const members = membersOf(config, secret);
  const keysOf = (some: readonly Member[]) => some.flatMap(({ keys }) => keys);
  if (pending !== null) return { kind: 'again', overlap: null, keys: keysOf(members) };
  // Which members it changes only its text would tell; a step that would be a third value is postponed there.
  if (isSupplied) return { kind: 'supplied', overlap: null, keys: keysOf(members) };
  const ours = members.filter(({ made }) => made === 'generated');
  if (ours.length === 0) return { kind: 'nothing', overlap: null, keys: [] };
  const overlap = overlapOf(ours);
  if (isHeldUp(overlap, described, kept))
    return {
      kind: 'held-up',
      waiting: (kept?.changes ?? []).filter((one) => !isOver(one)).flatMap(({ waiting }) => waiting),
    };
  return { kind: 'generated', overlap, keys: keysOf(ours) };
};
