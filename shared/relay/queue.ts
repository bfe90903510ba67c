/**
 * A row on its way to Clay. It is sealed in transit (see `Seal`): what is kept anywhere holds no readable row.
 */
export interface QueuedRow {
  readonly feed: string;
  /** The row id that Claywatch issued; it travels to Clay in `_claywatch_row_id`. */
  readonly id: string;
  /** Exactly what is posted to Clay: the row as JSON, with its row id in it. */
  readonly json: string;
  /** When the relay took it, epoch ms. */
  readonly takenAt: number;
  /** A hash of what identifies the record, to see the same one enter again and again. */
  readonly entity?: string;
  /**
   * Sent only if Clay has accepted it in no later attempt than this: 0 for a row that was never accepted; for a replay,
   * the attempt that was accepted and never came back.
   */
  readonly after: number;
  /** How often it was put back to be tried later, after an answer that neither took nor refused it. */
  readonly tries: number;
  readonly origin: 'sender' | 'replay' | 'dead-letter';
}

/** A row that was received; nobody else receives it until its visibility ends. */
export interface ReceivedRow {
  readonly row: QueuedRow;
  /** Hands the message back; valid until the visibility ends. */
  readonly handle: string;
  /** How often it has been received, this time included. */
  readonly receives: number;
  /** When it was put into the queue, epoch ms. */
  readonly queuedAt: number;
}

/** A message that is not a row of ours, or cannot be opened: kept for people, never thrown away. */
export interface UnreadableMessage {
  readonly handle: string;
  readonly receives: number;
  /** As it was received. */
  readonly body: string;
}

export interface Received {
  readonly rows: readonly ReceivedRow[];
  readonly unreadable: readonly UnreadableMessage[];
}

/** Rows in a queue of a feed, exact on an emulator, approximate on AWS. */
export interface QueueDepth {
  readonly waiting: number;
  /** Received, and neither removed nor given back. */
  readonly inFlight: number;
  /** Not to be received yet. */
  readonly delayed: number;
}

/**
 * One durable queue per feed, one row per message, at least once, in no promised order (SQS). Every call rejects when
 * the queue does not answer; repeating it is safe.
 */
export interface RowQueue {
  /**
   * Resolves when every row is durable; rejects when any is not. Rows may then be there twice after a repetition.
   * `delaySeconds`: at most 900.
   */
  send(feed: string, rows: readonly QueuedRow[], options?: { readonly delaySeconds?: number }): Promise<void>;
  /** At most ten; none when none came within `waitSeconds` (0 to 20), or before the signal was aborted. */
  receive(
    feed: string,
    options: { readonly waitSeconds: number; readonly visibilitySeconds: number },
    signal?: AbortSignal,
  ): Promise<Received>;
  /** A handle that is no longer valid changes nothing: the message is somebody else's, or gone. So with `release`. */
  remove(feed: string, handles: readonly string[]): Promise<void>;
  /** Gives messages back, to be received again after so many seconds, or keeps them hidden so long: at most 11 h. */
  release(feed: string, handles: readonly string[], afterSeconds: number): Promise<void>;
  depth(feed: string): Promise<QueueDepth>;
}

/** Encrypts rows wherever they rest: AES-256-GCM under a key of this installation. */
export interface Seal {
  /** `context` must be given again to open it: a sealed row cannot be moved to another feed. */
  seal(text: string, context: string): Promise<string>;
  /** Null when it was sealed with another key or context, or is damaged. */
  open(sealed: string, context: string): Promise<string | null>;
}
