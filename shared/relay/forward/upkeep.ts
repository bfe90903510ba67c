import { DEAD_LETTER_FEED } from '../../config/relayed.ts';
import type { FeedControl } from '../control.ts';
import { deadLetterId } from '../keeping.ts';
import type { UnreadableMessage } from '../queue.ts';
import { createHand, unreadableLetter } from './hand.ts';
import type { Run } from './run.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** SQS keeps a message for 14 days; two of them are left for what may go wrong. */
const OLD_MS = 12 * DAY_MS;
/** What is younger than this is not put in anew. */
const YOUNG_MS = DAY_MS;
/** Young ones are out of the way for so long, seconds, so that the old ones show. */
const ASIDE_S = 60;
/** SQS hands out the oldest first, by and large: after so many batches without an old one there is none. */
const YOUNG_BATCHES = 3;
const VISIBLE_S = 120;
const AT_ONCE = 5;
const MAX_DRAINED = 200;

/** Once an hour, in its first minute: no state to keep of when it was last done. */
const isTime = (now: number): boolean => now % HOUR_MS < 60_000;

/**
 * Rows of a feed that does not flow wait in SQS, which forgets them after 14 days. When the queue has not been empty for
 * twelve, its messages are put in anew: the new one is durable before the old one goes.
 */
export const renewOld = async (run: Run, feed: string, control: FeedControl | null): Promise<void> => {
  const { ports, clock, report } = run;
  const now = clock.now();
  if (!isTime(now)) return;
  const { emptyAt, webhooks } = await ports.control.tally(feed);
  // When it flowed last, or could have: nothing that waits is much older than that.
  const flowedAt = Math.max(
    emptyAt ?? 0,
    control?.holds[0]?.since ?? 0,
    ...Object.values(webhooks).map(({ lastAcceptedAt }) => lastAcceptedAt ?? 0),
  );
  if (now - flowedAt < OLD_MS) return;
  const hand = createHand(run, feed);
  hand.hurry();

  const sweep = async (): Promise<void> => {
    for (let youngOnes = 0; youngOnes < YOUNG_BATCHES && !run.isEnding(); ) {
      const { rows, unreadable } = await ports.queue.receive(
        feed,
        { waitSeconds: 0, visibilitySeconds: VISIBLE_S },
        run.receiving,
      );
      if (rows.length + unreadable.length === 0) return;
      const isYoung = (queuedAt: number) => clock.now() - queuedAt < YOUNG_MS;
      const [young, old] = [
        rows.filter(({ queuedAt }) => isYoung(queuedAt)),
        rows.filter(({ queuedAt }) => !isYoung(queuedAt)),
      ];
      youngOnes = old.length > 0 ? 0 : youngOnes + 1;
      await hand.renew(old);
      report.renewed += old.length;
      await hand.setAsideUnreadable(unreadable);
      if (young.length > 0)
        await ports.queue.release(
          feed,
          young.map(({ handle }) => handle),
          ASIDE_S,
        );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sweep));
};

/** What SQS itself set aside becomes a dead letter that people can see, with its row if it can be read. */
export const drainUndeliverable = async (run: Run, feeds: readonly string[]): Promise<void> => {
  const { ports, clock, report } = run;
  const { queue, read } = ports.undeliverable;

  const letterOf = async ({ body }: UnreadableMessage) => {
    const at = clock.now();
    for (const feed of feeds) {
      const row = await read(feed, body);
      if (!row) continue;
      return {
        id: deadLetterId(row.id),
        ...{ feed, at, row, status: null, webhook: null },
        ...({ fault: 'ours', reason: 'undeliverable' } as const),
        detail: 'Received again and again without being settled: whoever handled it died each time.',
      };
    }
    return unreadableLetter(feeds[0] ?? DEAD_LETTER_FEED, body, at);
  };

  for (let drained = 0; drained < MAX_DRAINED && !run.isEnding(); ) {
    const { unreadable } = await queue.receive(
      DEAD_LETTER_FEED,
      { waitSeconds: 0, visibilitySeconds: VISIBLE_S },
      run.receiving,
    );
    if (unreadable.length === 0) return;
    drained += unreadable.length;
    await ports.deadLetters.put(await Promise.all(unreadable.map(letterOf)));
    report.deadLetters += unreadable.length;
    await queue.remove(
      DEAD_LETTER_FEED,
      unreadable.map(({ handle }) => handle),
    );
  }
};
