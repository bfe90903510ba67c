import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { FEED, SECRET } from './plan.ts';

/** What senders know of the rows that they posted. */
export interface Sent {
  /** By row id: how often it was promised. */
  readonly answered: ReadonlyMap<string, number>;
  /** Requests that were not answered, and were posted again under their key until they were. */
  readonly repeated: number;
  /** Requests that were not answered and had no key: whoever sends so may find his rows twice. */
  readonly abandoned: number;
  /** Answers other than 202, by status. */
  readonly refused: ReadonlyMap<number, number>;
}

interface Answer {
  readonly row_ids?: readonly string[];
}

const CONNECTIONS = 6;
const GIVE_UP_MS = 5_000;
const PAUSE_MS = 25;

/** Several senders at once: rows one by one and in arrays, most of them with an `Idempotency-Key`. */
export const startSenders = (random: () => number) => {
  const answered = new Map<string, number>();
  const refused = new Map<number, number>();
  let url: string | undefined;
  let repeated = 0;
  let abandoned = 0;
  let made = 0;
  let stopping = false;

  const makeRows = (): readonly object[] => {
    const size = random() < 0.5 ? 1 : 1 + Math.floor(random() * 12);
    return Array.from({ length: size }, () => {
      made += 1;
      return { email: `person-${made}@example.com`, n: made };
    });
  };

  /** `unknown`: nobody says whether it was taken. */
  const post = async (to: string, body: string, key: string | undefined): Promise<'done' | 'unknown'> => {
    try {
      const answer = await fetch(`${to}/v1/rows/${FEED}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-claywatch-secret': SECRET,
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        body,
        signal: AbortSignal.timeout(GIVE_UP_MS),
      });
      const said = (await answer.json()) as Answer;
      if (answer.status === 202)
        for (const id of said.row_ids ?? []) answered.set(id, (answered.get(id) ?? 0) + 1);
      else refused.set(answer.status, (refused.get(answer.status) ?? 0) + 1);
      // 429 says that nothing was taken for certain, and to come again.
      return answer.status === 429 ? 'unknown' : 'done';
    } catch {
      return 'unknown';
    }
  };

  const send = async (): Promise<void> => {
    const rows = makeRows();
    const body = JSON.stringify(rows.length === 1 ? rows[0] : rows);
    const key = random() < 0.8 ? randomUUID() : undefined;
    for (let attempt = 0; ; attempt += 1) {
      while (url === undefined) await sleep(PAUSE_MS);
      if ((await post(url, body, key)) === 'done') return;
      if (key === undefined) {
        abandoned += 1;
        return;
      }
      if (attempt === 0) repeated += 1;
      await sleep(PAUSE_MS);
    }
  };
  const working = Array.from({ length: CONNECTIONS }, async () => {
    while (!stopping) {
      await send();
      await sleep(random() * 2 * PAUSE_MS);
    }
  });

  return {
    sent: (): Sent => ({ answered, repeated, abandoned, refused }),
    /** Where the runtime is; undefined: nowhere, senders wait. */
    goTo: (where: string | undefined) => {
      url = where;
    },
    /** Makes no more rows, and resolves when those that were made are answered. */
    stop: async () => {
      stopping = true;
      await Promise.all(working);
    },
  };
};
