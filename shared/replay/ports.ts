import type { Clock } from '../clock.ts';
import type { CreditStore } from '../credits/store.ts';
import type { ControlStore } from '../relay/control.ts';
import type { DeadLetterStore, Outbox } from '../relay/keeping.ts';
import type { Pacer } from '../relay/pacer.ts';
import type { RowQueue } from '../relay/queue.ts';
import type { SendsLedger } from '../relay/sends.ts';
import type { RowsLedger } from '../rows/ledger.ts';
import type { ReplayJobStore } from './job.ts';

/** What a plan is read from. */
export interface PlanPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly rows: Pick<RowsLedger, 'snapshot'>;
  readonly sends: Pick<SendsLedger, 'outstanding'>;
  readonly outbox: Pick<Outbox, 'kept'>;
  readonly deadLetters: Pick<DeadLetterStore, 'list'>;
  readonly queue: Pick<RowQueue, 'depth'>;
  readonly controls: Pick<ControlStore, 'load' | 'tally'>;
  readonly credits: Pick<CreditStore, 'load'>;
  /** Absent: the pace is that of the configuration. */
  readonly pacer?: Pick<Pacer, 'state'>;
}

/** What a replay works on. */
export interface RunPorts {
  readonly clock: Clock;
  readonly sends: Pick<SendsLedger, 'outstanding'>;
  readonly outbox: Pick<Outbox, 'find' | 'kept'>;
  readonly deadLetters: Pick<DeadLetterStore, 'list' | 'byId' | 'put' | 'remove'>;
  readonly queue: Pick<RowQueue, 'send' | 'depth'>;
  readonly controls: Pick<ControlStore, 'load' | 'save'>;
  readonly jobs: ReplayJobStore;
  /** 53 random bits, 0 to below 1. */
  readonly random: () => number;
}
