import { type DeadLetter, type DeadLetterFault, type DeadLetterReason, deadLetterId } from '../keeping.ts';
import type { QueuedRow, ReceivedRow, UnreadableMessage } from '../queue.ts';
import { type Batcher, createBatcher } from './batcher.ts';
import type { Run } from './run.ts';

/** So often received, a message is put in anew before SQS takes it for one that cannot be delivered (50). */
const WORN_RECEIVES = 20;
/** SQS delays no message longer, seconds. */
const MAX_DELAY_SECONDS = 900;
const GATHER_MS = 100;
const AT_ONCE = 10;
const AGAIN_AFTER_MS = [200, 1_000, 3_000];
/** As large as SQS takes one, characters: a key that comes back opens only what is whole. */
const MAX_BODY = 1_048_576;

export interface SetAside {
  readonly fault: DeadLetterFault;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly status: number | null;
  readonly webhook: string | null;
}

/** The messages that a forwarder has in hand, and every way in which they leave it. Nothing is removed before it is safe. */
export interface Hand {
  /** Done with: the row is at Clay, or kept elsewhere. */
  remove(handle: string): Promise<void>;
  /** To be received again, by anybody, after so many seconds. */
  putBack(rows: readonly ReceivedRow[], afterSeconds: number): Promise<void>;
  /** The same, as a new message: its age and its count of receives begin anew. */
  renew(
    rows: readonly ReceivedRow[],
    change?: Partial<Pick<QueuedRow, 'tries'>>,
    delaySeconds?: number,
  ): Promise<void>;
  /** Kept for people. */
  setAside(row: ReceivedRow, why: SetAside): Promise<void>;
  setAsideUnreadable(messages: readonly UnreadableMessage[]): Promise<void>;
  hurry(): void;
}

const shortHash = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest.slice(0, 6))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};

/** A message that nobody can read, as a dead letter. */
export const unreadableLetter = async (feed: string, body: string, at: number): Promise<DeadLetter> => ({
  id: `dl-x${at.toString(36)}-${await shortHash(body)}`,
  feed,
  at,
  fault: 'ours',
  reason: 'unreadable',
  detail: 'A message that is not a row of ours, or that the key at hand does not open.',
  status: null,
  webhook: null,
  row: null,
  body: body.slice(0, MAX_BODY),
});

/** `isAlone`: whoever gathers need not wait, since nothing else is to come. */
export const createHand = (run: Run, feed: string, isAlone: () => boolean = () => false): Hand => {
  const { queue, deadLetters } = run.ports;
  const { clock, report } = run;

  const removals: Batcher<string> = createBatcher({
    clock,
    gatherMs: () => (isAlone() ? 0 : GATHER_MS),
    most: AT_ONCE,
    againAfterMs: AGAIN_AFTER_MS,
    write: (handles) => queue.remove(feed, handles),
  });

  const renew: Hand['renew'] = async (rows, change = {}, delaySeconds = 0) => {
    if (rows.length === 0) return;
    const delay = Math.min(MAX_DELAY_SECONDS, Math.ceil(delaySeconds));
    await queue.send(
      feed,
      rows.map(({ row }) => ({ ...row, ...change })),
      delay > 0 ? { delaySeconds: delay } : {},
    );
    await Promise.all(rows.map(({ handle }) => removals.add(handle)));
  };

  return {
    remove: (handle) => removals.add(handle),
    hurry: () => removals.hurry(),
    renew,
    putBack: async (rows, afterSeconds) => {
      if (rows.length === 0) return;
      report.putBack += rows.length;
      const [worn, fresh] = [
        rows.filter(({ receives }) => receives >= WORN_RECEIVES),
        rows.filter(({ receives }) => receives < WORN_RECEIVES),
      ];
      await renew(worn, {}, afterSeconds);
      if (fresh.length === 0) return;
      await queue.release(
        feed,
        fresh.map(({ handle }) => handle),
        Math.ceil(afterSeconds),
      );
    },
    setAside: async ({ row, handle }, why) => {
      await deadLetters.put([{ id: deadLetterId(row.id), feed, at: clock.now(), ...why, row }]);
      report.deadLetters += 1;
      run.ports.trail?.setAside({ feed, webhook: why.webhook, rowId: row.id, reason: why.reason });
      await removals.add(handle);
    },
    setAsideUnreadable: async (messages) => {
      if (messages.length === 0) return;
      const at = clock.now();
      await deadLetters.put(await Promise.all(messages.map(({ body }) => unreadableLetter(feed, body, at))));
      report.deadLetters += messages.length;
      await Promise.all(messages.map(({ handle }) => removals.add(handle)));
    },
  };
};
