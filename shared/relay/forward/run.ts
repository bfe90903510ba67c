import type { Clock } from '../../clock.ts';
import type { SendAnswer } from '../answer.ts';
import { type Bell, createBell } from './bell.ts';
import type { ForwardPorts } from './ports.ts';

/**
 * Why a run was started. `rows`: rows come, or nobody says; it stays until none came for a second. `lone-row`: a row that
 * came alone; a run that finds no more than it does not wait for others, since they start one of their own. `schedule`:
 * the safety net; it does not wait either where its first look and the depth of the queue both say that nothing is there.
 */
export type RunReason = 'rows' | 'lone-row' | 'schedule';

/** What the parts of one run share. */
export interface Run {
  readonly ports: ForwardPorts;
  readonly clock: Clock;
  readonly bell: Bell;
  readonly report: RunCounts;
  readonly reason: RunReason;
  /** When it ends by itself, epoch ms. */
  readonly until: number;
  /** From then on nothing is received and no slot is taken. */
  isEnding(): boolean;
  /** Aborted when the run is told to stop: nobody waits for rows any more. */
  readonly receiving: AbortSignal;
  /** Aborted when time is up: an exchange with Clay is broken off. */
  readonly exchanging: AbortSignal;
  /** Grows with every 429: slots that were reserved before are void. */
  readonly pauses: { count: number };
  /** Does something beside the rest; a fault in it is told and counted. */
  spawn(doing: string, task: () => Promise<void>): Promise<void>;
  fault(error: unknown, doing: string): void;
  /** Resolves when nothing spawned is under way. */
  settled(): Promise<void>;
  /** Names one claim alone. */
  token(): string;
}

export interface RunCounts {
  readonly answers: Partial<Record<SendAnswer, number>>;
  dropped: number;
  putBack: number;
  deadLetters: number;
  renewed: number;
  faults: number;
}

export interface RunSignals {
  readonly reason: RunReason;
  readonly until: number;
  readonly isEnding: () => boolean;
  readonly receiving: AbortSignal;
  readonly exchanging: AbortSignal;
}

export const createRun = (ports: ForwardPorts, signals: RunSignals): Run => {
  const { clock, random, onFault } = ports;
  const bell = createBell(clock);
  const report: RunCounts = {
    answers: {},
    dropped: 0,
    putBack: 0,
    deadLetters: 0,
    renewed: 0,
    faults: 0,
  };
  const tasks = new Set<Promise<void>>();
  const prefix = Math.floor(random() * 2 ** 48).toString(36);
  let tokens = 0;

  const fault = (error: unknown, doing: string): void => {
    report.faults += 1;
    onFault(error, doing);
  };

  return {
    ports,
    clock,
    bell,
    report,
    ...signals,
    pauses: { count: 0 },
    fault,
    token: () => {
      tokens += 1;
      return `${prefix}-${tokens.toString(36)}`;
    },
    spawn: (doing, task) => {
      const done = task()
        .catch((error: unknown) => fault(error, doing))
        .finally(() => {
          tasks.delete(done);
          bell.ring();
        });
      tasks.add(done);
      return done;
    },
    settled: async () => {
      while (tasks.size > 0) await Promise.all(tasks);
    },
  };
};
