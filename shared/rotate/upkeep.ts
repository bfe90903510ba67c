import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import { type Settlement, type SettleTimes, settlementOf } from './settle.ts';
import {
  type Change,
  changeState,
  isOver,
  type RotationState,
  type RotationStore,
  withChange,
} from './state.ts';
import type { SecretUseLog } from './use.ts';
import { type Described, holderOf, type SecretVersions, STAGE } from './versions.ts';

export interface UpkeepPorts {
  readonly config: Config;
  readonly versions: Pick<SecretVersions, 'describe' | 'move'>;
  readonly states: RotationStore;
  readonly uses: Pick<SecretUseLog, 'ofSecret'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Told of every fault; one secret must not hold up the others. */
  readonly onFault: (error: unknown) => void;
}

export interface UpkeepReport {
  readonly settled: number;
  readonly rolledBack: number;
  readonly mixed: number;
  readonly waiting: number;
  readonly faults: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A value that could not be tried for so long is withdrawn, so that the next rotation can begin. */
const UNTRIED_MS = DAY;

const timesOf = ({ rotation, respond, console: { sessionHours } }: Config): SettleTimes => ({
  overlapMs: rotation.overlapDays * DAY,
  lastingMs: Math.max(respond.linkHours, sessionHours) * HOUR,
});

const sameNames = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n');

/**
 * Ends what rotations have begun: revokes old values that nobody uses any more, takes back new ones that nobody took, and
 * clears away what a rotation that died left behind. Safe to repeat and to kill at any point: each move is conditional
 * on what it moves from, and is looked up in Secrets Manager before it is believed.
 */
export const createUpkeep = ({ config, versions, states, uses, clock, onFault }: UpkeepPorts) => {
  const times = timesOf(config);
  const keep = (state: RotationState, change: Change, next: Partial<Change> | null) =>
    changeState(states, state, (now) => {
      const present = now.changes.find(({ version }) => version === change.version);
      if (!present) return now;
      return next === null
        ? { ...now, changes: now.changes.filter((one) => one !== present) }
        : withChange(now, { ...present, ...next });
    });

  const revoke = async (described: Described, { from }: Change): Promise<void> => {
    if (from !== null && holderOf(described, STAGE.alsoValid) === from)
      await versions.move(described.arn, STAGE.alsoValid, { from });
  };

  /** The old one becomes current in one move; only then does it lose the label by which it was valid beside the new. */
  const rollBack = async (described: Described, { version, from }: Change): Promise<'done' | 'elsewhere'> => {
    if (from === null) return 'elsewhere';
    const current = holderOf(described, STAGE.current);
    if (current !== from) {
      if (current !== version || !(from in described.stages)) return 'elsewhere';
      const moved = await versions.move(described.arn, STAGE.current, { to: from, from: version });
      if (moved === 'elsewhere') return 'elsewhere';
    }
    await revoke(described, { from } as Change);
    return 'done';
  };

  const perform = async (
    state: RotationState,
    change: Change,
    described: Described,
    settlement: Settlement,
  ): Promise<keyof Omit<UpkeepReport, 'faults'>> => {
    const since = clock.now();
    switch (settlement.kind) {
      case 'settle':
        // What signs is valid until the next rotation: nobody can see who goes by which.
        if (change.overlap !== 'next') await revoke(described, change);
        await keep(state, change, { outcome: 'settled', waiting: [], since });
        return 'settled';
      case 'roll-back':
        if ((await rollBack(described, change)) === 'done') {
          await keep(state, change, { outcome: 'rolled-back', waiting: settlement.waiting, since });
          return 'rolledBack';
        }
        // Something else is current by now: both stay, and people decide.
        await keep(state, change, { outcome: 'mixed', waiting: settlement.waiting, since });
        return 'mixed';
      case 'mixed':
        if (change.outcome !== 'mixed' || !sameNames(change.waiting, settlement.waiting))
          await keep(state, change, { outcome: 'mixed', waiting: settlement.waiting, since });
        return 'mixed';
      case 'wait':
        if (!sameNames(change.waiting, settlement.waiting))
          await keep(state, change, { waiting: settlement.waiting });
        return 'waiting';
    }
  };

  /** A change that was about to be made when somebody died. */
  const findOut = async (state: RotationState, change: Change, described: Described): Promise<boolean> => {
    if (change.outcome !== 'intended') return true;
    const labels = described.stages[change.version] ?? [];
    if (labels.includes(STAGE.current)) {
      await keep(state, change, { outcome: 'open' });
      return true;
    }
    // Secrets Manager tries again as long as it is pending.
    if (!labels.includes(STAGE.pending)) {
      if (holderOf(described, STAGE.current) === change.from) await revoke(described, change);
      await keep(state, change, null);
    }
    return false;
  };

  /** The version that was to be tried and never could be; null: there is none. */
  const untriedIn = ({ attempt }: RotationState): string | null =>
    attempt?.result === 'failed' && clock.now() - attempt.at >= UNTRIED_MS ? attempt.token : null;

  const lookAfter = async (state: RotationState): Promise<readonly (keyof UpkeepReport)[]> => {
    const untried = untriedIn(state);
    const changes = state.changes.filter((change) => !isOver(change));
    if (untried === null && changes.length === 0) return [];
    const described = await versions.describe(state.arn);
    const isStuck =
      holderOf(described, STAGE.pending) === untried && holderOf(described, STAGE.current) !== untried;
    if (untried !== null && isStuck) await versions.move(described.arn, STAGE.pending, { from: untried });
    const used = changes.length === 0 ? [] : await uses.ofSecret(state.secret);
    const done: (keyof UpkeepReport)[] = [];
    for (const change of changes) {
      if (!(await findOut(state, change, described))) continue;
      done.push(await perform(state, change, described, settlementOf(change, used, clock.now(), times)));
    }
    return done;
  };

  return async (): Promise<UpkeepReport> => {
    const report = { settled: 0, rolledBack: 0, mixed: 0, waiting: 0, faults: 0 };
    for (const state of await states.all()) {
      try {
        for (const what of await lookAfter(state)) report[what] += 1;
      } catch (error) {
        report.faults += 1;
        onFault(error);
      }
    }
    return report;
  };
};
