import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import { ClaywatchError } from '../errors.ts';
import type { RotationStep } from '../observe/rotation.ts';
import type { CheckSecret } from './check.ts';
import { SecretDenied } from './denied.ts';
import { isHeldUp, overlapOf } from './held-up.ts';
import { type Member, membersOf } from './kinds.ts';
import {
  type Attempt,
  type Change,
  changeState,
  type RotationState,
  type RotationStore,
  withChange,
} from './state.ts';
import { nextValue, type RandomBytes } from './value.ts';
import { type Described, holderOf, type SecretVersions, STAGE } from './versions.ts';

export interface RotationPorts {
  readonly config: Config;
  readonly versions: SecretVersions;
  readonly states: RotationStore;
  readonly check: CheckSecret;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: RandomBytes;
}

/** One step of a rotation, as Secrets Manager asks for it. */
export interface RotationTurn {
  /** Name or ARN. */
  readonly secretId: string;
  /** The version that is to become current. */
  readonly token: string;
  readonly step: RotationStep;
}

/**
 * done: the step was made · repeated: it had been made before · nothing: there is nothing to rotate, and nothing is
 * pending any more · postponed: the change before is not over, so nothing was begun.
 */
export interface RotationReport {
  readonly secret: string;
  readonly step: RotationStep;
  readonly result: 'done' | 'repeated' | 'nothing' | 'postponed';
}

/** `acme/clay` of `arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme/clay-AbCdEf`, or of itself. */
export const nameOf = (secretId: string): string =>
  /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/.exec(secretId)?.[1] ?? secretId;

/** A step that ends the attempt, with what is kept of it. */
class RotationFailed extends ClaywatchError {
  readonly result: 'refused' | 'failed';

  constructor(result: 'refused' | 'failed', secret: string, why: string) {
    super(
      'rotation.failed',
      `The secret ${secret} was not rotated: ${why.replace(/\.$/, '')}. The old value is still valid.`,
      result === 'refused'
        ? `Supply another value with the label ${STAGE.supplied}, and rotate the secret again.`
        : 'Wait: Secrets Manager tries again by itself.',
    );
    this.result = result;
  }
}

interface Work {
  readonly secret: string;
  readonly token: string;
  readonly step: RotationStep;
  readonly described: Described;
  readonly members: readonly Member[];
  readonly state: RotationState | null;
}

type Result = RotationReport['result'];

/**
 * The four steps of a rotation, each safe to repeat, to be killed within, and to come out of order:
 *
 * 1. createSecret puts a new value beside the current one: the one that an operator supplied, or a generated one. Without
 *    either it takes AWSPENDING off again, so that no later rotation is blocked.
 * 2. setSecret has nothing to do: what others hold, people change; until then both values are valid.
 * 3. testSecret tries the new value, wherever that is free, and notes that it did. One that does not work is withdrawn.
 * 4. finishSecret labels the old version as valid too, where it is ours to accept, and only then makes the tested one
 *    current, in one move of Secrets Manager.
 *
 * What was decided is in the labels of Secrets Manager; what is kept beside them says how it went. Never promotes what
 * was not tested, and never touches a version whose rotation it is not.
 */
export const createRotation = (ports: RotationPorts) => {
  const { config, versions, states, check, clock, random } = ports;

  const keepAttempt = (
    { secret, token, step, described }: Work,
    attempt: Omit<Attempt, 'token' | 'step' | 'at'>,
    more: (state: RotationState) => RotationState = (state) => state,
  ) =>
    changeState(states, { secret, arn: described.arn }, (state) =>
      more({ ...state, attempt: { ...suppliedOf(state, token), token, step, at: clock.now(), ...attempt } }),
    );

  /** Leaves nothing pending, so that the next rotation can begin. */
  const giveUp = async ({ described, token }: Work): Promise<void> => {
    if (holderOf(described, STAGE.pending) !== token) return;
    await versions.move(described.arn, STAGE.pending, { from: token });
  };

  /** What was supplied and neither taken nor refused before. */
  const suppliedFor = async ({ described, state }: Work) => {
    const version = holderOf(described, STAGE.supplied);
    if (version === null || version === state?.supplied) return null;
    return versions.read(described.arn, { version });
  };

  /** Why there is nothing to create; null: there is. */
  const alreadyCreated = async (work: Work): Promise<Result | null> => {
    const { secret, token, described, state } = work;
    const pending = holderOf(described, STAGE.pending);
    const current = holderOf(described, STAGE.current);
    if (current === token) return 'repeated';
    if (pending !== null && pending !== token && pending !== current)
      throw new ClaywatchError(
        'rotation.failed',
        `The secret ${secret} is being rotated to another version.`,
        `Wait until that one is done, or take ${STAGE.pending} off it.`,
      );
    if (state?.attempt?.token === token && state.attempt.result === 'refused') {
      await giveUp(work);
      throw new RotationFailed('refused', secret, state.attempt.why ?? 'its new value did not work');
    }
    // Secrets Manager announces a version before it asks for its value; one that it does not was given up.
    if (pending !== token) return 'nothing';
    return (await versions.read(described.arn, { version: token })) ? 'repeated' : null;
  };

  const createSecret = async (work: Work): Promise<Result> => {
    const { secret, token, described, members, state } = work;
    const already = await alreadyCreated(work);
    if (already) return already;
    const supplied = await suppliedFor(work);
    const next = nextValue({
      current: (await versions.read(described.arn, { stage: STAGE.current }))?.text ?? null,
      supplied: supplied?.text ?? null,
      ...{ members, random },
    });
    if (next.kind === 'unfit') {
      await keepAttempt(work, { result: 'refused', why: next.why }, (kept) =>
        supplied ? { ...kept, supplied: supplied.version } : kept,
      );
      await giveUp(work);
      throw new RotationFailed('refused', secret, next.why);
    }
    const isNew = next.kind === 'changed';
    if (!isNew || isHeldUp(overlapOf(next.members), described, state)) {
      const result = isNew ? 'postponed' : 'nothing';
      await keepAttempt(work, { result });
      await giveUp(work);
      return result;
    }
    // First what it is made of: killed after it is written, nobody could tell any more.
    await keepAttempt(work, { result: 'begun', ...(supplied && { supplied: supplied.version }) });
    await versions.putPending(described.arn, token, next.text);
    return 'done';
  };

  /** The pending version with its value; null: it is not (any more) this rotation's to do anything with. */
  const pendingOf = async ({ described, token }: Work) =>
    holderOf(described, STAGE.pending) === token ? versions.read(described.arn, { version: token }) : null;

  /** The members that the new value changes. */
  const changedBy = async ({ described, members }: Work, text: string): Promise<readonly Member[]> => {
    const before = (await versions.read(described.arn, { stage: STAGE.current }))?.text ?? null;
    const next = nextValue({ current: before, supplied: text, members, random });
    return next.kind === 'changed' ? next.members : [];
  };

  const noPending = async (work: Work): Promise<Result> => {
    if (holderOf(work.described, STAGE.current) === work.token) return 'repeated';
    // An empty version is what a rotation without a new value leaves, and would block every later one.
    await giveUp(work);
    return 'nothing';
  };

  const setSecret = async (work: Work): Promise<Result> =>
    (await pendingOf(work)) ? 'done' : noPending(work);

  const testSecret = async (work: Work): Promise<Result> => {
    const { secret, described, token, state } = work;
    const pending = await pendingOf(work);
    if (!pending) return holderOf(described, STAGE.current) === token ? 'repeated' : 'nothing';
    if (state?.attempt?.token === token && state.attempt.result === 'tested') return 'repeated';
    const current = await versions.read(described.arn, { stage: STAGE.current });
    // So Secrets Manager tries a function that it is given: with a copy of what is there.
    if (current?.text === pending.text) return 'nothing';
    const changed = await changedBy(work, pending.text);
    const tested = await check({ secret, text: pending.text, keys: changed.flatMap(({ keys }) => keys) });
    if (tested.kind === 'passed') {
      await keepAttempt(work, { result: 'tested' });
      return 'done';
    }
    if (tested.kind === 'refused') {
      // Said first: killed after this, the version is withdrawn by the next step that comes.
      await keepAttempt(work, { result: 'refused', why: tested.why }, (kept) => ({
        ...kept,
        ...suppliedOf(kept, token),
      }));
      await giveUp(work);
    }
    throw new RotationFailed(tested.kind === 'refused' ? 'refused' : 'failed', secret, tested.why);
  };

  const openChange = (work: Work, from: string | null, changed: readonly Member[]): Change => ({
    version: work.token,
    from,
    at: clock.now(),
    keys: changed.flatMap(({ keys }) => keys),
    overlap: from === null ? 'none' : overlapOf(changed),
    outcome: 'intended',
    waiting: [],
    since: clock.now(),
  });

  /** Beside the move itself: labels that would be in the way, and what is kept. */
  const tidyUp = async (work: Work): Promise<void> => {
    const { described, token } = work;
    if (holderOf(described, STAGE.pending) === token)
      await versions.move(described.arn, STAGE.pending, { from: token });
    const { supplied } = await keepAttempt(work, { result: 'promoted' }, (kept) => {
      const made = kept.changes.find(({ version }) => version === token);
      const opened = made?.outcome === 'intended' ? withChange(kept, { ...made, outcome: 'open' }) : kept;
      return { ...opened, ...suppliedOf(kept, token) };
    });
    // What was supplied since is left for the next rotation.
    if (supplied !== undefined && holderOf(described, STAGE.supplied) === supplied)
      await versions.move(described.arn, STAGE.supplied, { from: supplied });
  };

  /** Moves the labels, the one by which the old version stays valid first. */
  const promote = async ({ secret, token, described }: Work, { overlap, from }: Change): Promise<void> => {
    const whence = (holder: string | null) => (holder === null ? {} : { from: holder });
    const old = holderOf(described, STAGE.alsoValid);
    const moves = [
      ...(overlap !== 'none' && from !== null && old !== from
        ? [() => versions.move(described.arn, STAGE.alsoValid, { to: from, ...whence(old) })]
        : []),
      () => versions.move(described.arn, STAGE.current, { to: token, ...whence(from) }),
    ];
    for (const move of moves)
      if ((await move()) === 'elsewhere')
        throw new RotationFailed('failed', secret, 'somebody else changed it at the same time');
  };

  const isTidy = ({ described, token, state }: Work): boolean => {
    const made = state?.changes.find(({ version }) => version === token);
    const supplied = holderOf(described, STAGE.supplied);
    return (
      made?.outcome !== 'intended' &&
      holderOf(described, STAGE.pending) !== token &&
      (supplied === null || supplied !== state?.supplied)
    );
  };

  const finishSecret = async (work: Work): Promise<Result> => {
    const { secret, token, described, state } = work;
    const current = holderOf(described, STAGE.current);
    if (current === token) {
      if (!isTidy(work)) await tidyUp(work);
      return 'repeated';
    }
    const pending = await pendingOf(work);
    if (!pending) return noPending(work);
    if (state?.attempt?.token !== token || state.attempt.result !== 'tested')
      throw new ClaywatchError(
        'rotation.failed',
        `The new version of ${secret} was not tested, so it does not become current.`,
        'Leave the steps to Secrets Manager, which tests before it finishes.',
      );
    const change = openChange(work, current, await changedBy(work, pending.text));
    if (isHeldUp(change.overlap, described, state))
      throw new RotationFailed('failed', secret, 'the change before it is not over');
    // Before anything moves, so that an overlap is known of and ends, whatever happens now.
    await changeState(states, { secret, arn: described.arn }, (before) => withChange(before, change));
    await promote(work, change);
    await tidyUp(work);
    return 'done';
  };

  const STEPS: Readonly<Record<RotationStep, (work: Work) => Promise<Result>>> = {
    createSecret,
    setSecret,
    testSecret,
    finishSecret,
  };

  /** How it failed, for whoever has to mend it. What cannot be kept is lost: the failure itself is what counts. */
  const keepFailure = async (
    { secret, token, step }: Pick<Work, 'secret' | 'token' | 'step'>,
    { arn, pending }: { readonly arn: string; readonly pending: string | null },
    error: unknown,
  ) => {
    if (error instanceof RotationFailed && error.result === 'refused') return;
    const said = failureOf(error);
    await changeState(states, { secret, arn }, (state) => {
      const { attempt } = state;
      // A step that comes late says nothing of the rotation that is under way.
      if (attempt && attempt.token !== token && attempt.token === pending) return state;
      const isOverAlready = attempt?.result === 'promoted' || attempt?.result === 'refused';
      if (attempt?.token === token && isOverAlready) return state;
      return {
        ...state,
        attempt: { ...suppliedOf(state, token), token, step, at: clock.now(), ...said },
      };
    }).catch(() => undefined);
  };

  return async ({ secretId, token, step }: RotationTurn): Promise<RotationReport> => {
    const secret = nameOf(secretId);
    const members = membersOf(config, secret);
    if (members.length === 0 || members.some(({ made }) => made === 'never'))
      throw new ClaywatchError(
        'rotation.failed',
        `The secret ${secret} is not one that Claywatch rotates.`,
        'Turn its rotation off: the configuration does not name it, or rows that wait are sealed with it.',
      );
    let place = { arn: secretId.startsWith('arn:') ? secretId : '', pending: null as string | null };
    try {
      const described = await versions.describe(secretId);
      place = { arn: described.arn, pending: holderOf(described, STAGE.pending) };
      const state = await states.load(secret);
      const work: Work = { secret, token, step, described, members, state };
      return { secret, step, result: await STEPS[step](work) };
    } catch (error) {
      await keepFailure({ secret, token, step }, place, error);
      throw error;
    }
  };
};

/** What the attempt of a token was made of, where somebody supplied it. */
const suppliedOf = ({ attempt }: RotationState, token: string): { readonly supplied?: string } =>
  attempt?.token === token && attempt.supplied !== undefined ? { supplied: attempt.supplied } : {};

const failureOf = (error: unknown): Pick<Attempt, 'result' | 'why' | 'action' | 'role'> => {
  if (error instanceof SecretDenied)
    return {
      result: 'denied',
      ...(error.action !== undefined && { action: error.action }),
      ...(error.role !== undefined && { role: error.role }),
    };
  // Messages of our own hold no value; those of others may hold anything.
  return { result: 'failed', why: error instanceof ClaywatchError ? error.message : 'a fault on the way' };
};
