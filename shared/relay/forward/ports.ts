import type { Clock } from '../../clock.ts';
import type { Config, WebhookConfig } from '../../config/schema.ts';
import type { SecretReader } from '../../config/secret-reference.ts';
import type { HttpClient } from '../../http/port.ts';
import type { RowsLedger } from '../../rows/ledger.ts';
import type { SendAnswer } from '../answer.ts';
import type { ControlStore } from '../control.ts';
import type { DeadLetterReason, DeadLetterStore, Outbox } from '../keeping.ts';
import type { Pacer } from '../pacer.ts';
import type { QueuedRow, RowQueue } from '../queue.ts';
import type { SendsLedger } from '../sends.ts';

/** Everything that a forwarder reaches. Each call may reject, hang or be answered without being heard. */
export interface ForwardPorts {
  readonly config: Pick<Config, 'feeds' | 'relay' | 'remediation'>;
  readonly clock: Clock;
  readonly queue: RowQueue;
  readonly sends: Omit<SendsLedger, 'outstanding'>;
  readonly rows: Pick<RowsLedger, 'snapshot' | 'fold' | 'rebase'>;
  readonly pacer: Pacer;
  readonly control: ControlStore;
  readonly outbox: Pick<Outbox, 'keep'>;
  readonly deadLetters: Pick<DeadLetterStore, 'put'>;
  readonly http: HttpClient;
  readonly secrets: SecretReader;
  /** Messages that SQS itself set aside, of any feed: `receive` and `remove` of that queue, and how to read them. */
  readonly undeliverable: {
    readonly queue: Pick<RowQueue, 'receive' | 'remove'>;
    readonly read: (feed: string, body: string) => Promise<QueuedRow | null>;
  };
  /** A number from 0 up to, not including, 1: tells claims of this process from those of others. */
  readonly random: () => number;
  /** Told of every row that Clay accepted, by its webhook: that is how a new URL or token is seen working. */
  readonly onAccepted?: (feed: string, webhook: WebhookConfig) => void;
  /** Told of every fault that the forwarder got over. */
  readonly onFault: (error: unknown, doing: string) => void;
  /** Told of every answer of Clay, and of every row that is set aside, for a log. */
  readonly trail?: ForwardTrail;
}

export interface ForwardTrail {
  answered(sent: {
    readonly feed: string;
    readonly webhook: string;
    readonly rowId: string;
    readonly answer: SendAnswer;
  }): void;
  setAside(row: {
    readonly feed: string;
    readonly webhook: string | null;
    readonly rowId: string;
    readonly reason: DeadLetterReason;
  }): void;
}

/** What one run of a forwarder did: numbers only. */
export interface ForwardReport {
  readonly answers: Readonly<Partial<Record<SendAnswer, number>>>;
  /** Messages whose row Clay had already, or nobody needed any more. */
  readonly dropped: number;
  /** Rows put back to be tried again later. */
  readonly putBack: number;
  readonly deadLetters: number;
  /** Rows of held feeds that were put in again before they would have expired. */
  readonly renewed: number;
  /** Faults of stores and queues that were got over. */
  readonly faults: number;
  /** Why feeds did not flow at the end, by feed. */
  readonly stopped: Readonly<Record<string, string>>;
}
