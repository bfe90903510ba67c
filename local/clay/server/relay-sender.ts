import { randomUUID } from 'node:crypto';
import type { HttpClient } from '../../../shared/http/port.ts';

/** Where a sender posts rows that somebody else sends on: `POST /v1/rows/{feed}`. */
export interface RelayTarget {
  readonly url: string;
  readonly header: string;
  readonly secret: string;
}

export interface RelaySender {
  /** Makes up a row and posts it with those that were not taken yet. */
  send(http: HttpClient): Promise<void>;
}

/** Posted again as it is, under the same key, until it is answered. */
interface Batch {
  readonly key: string;
  readonly rows: readonly object[];
}

const AT_ONCE = 100;
/** Older ones are forgotten when nobody takes them. */
const MAX_WAITING = 10_000;

/** A system that has leads and posts each to the relay, as its own queue would: again and again until it was taken. */
export const createRelaySender = ({ url, header, secret }: RelayTarget): RelaySender => {
  const run = randomUUID().slice(0, 8);
  let made = 0;
  let waiting: object[] = [];
  let underWay: Batch | undefined;
  let busy = false;

  const next = (): Batch => {
    const rows = waiting.slice(0, AT_ONCE);
    waiting = waiting.slice(rows.length);
    return { key: randomUUID(), rows };
  };
  const post = async (http: HttpClient, { key, rows }: Batch): Promise<boolean> => {
    const outcome = await http({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', 'idempotency-key': key, [header]: secret },
      body: JSON.stringify(rows.length === 1 ? rows[0] : rows),
      timeoutMs: 10_000,
      maxBodyBytes: 65_536,
    });
    return outcome.kind === 'answer' && outcome.status < 300;
  };

  return {
    send: async (http) => {
      made += 1;
      const row = {
        email: `person-${run}-${made}@example.com`,
        company: `Company ${made}`,
        source: 'simulation',
      };
      waiting = [...waiting, row].slice(-MAX_WAITING);
      if (busy) return;
      busy = true;
      try {
        underWay ??= next();
        if (await post(http, underWay)) underWay = undefined;
      } finally {
        busy = false;
      }
    },
  };
};
