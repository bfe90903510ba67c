import type { HttpClient, HttpOutcome } from '../../../shared/http/port.ts';
import { type Bucket, createBucket } from './bucket.ts';
import type { CallbackOptions } from './options.ts';

/** What our HTTP API column sends: the contract is ours, because the operator writes the body's template [C]. */
export interface CallbackBody {
  readonly row_id: string | null;
  readonly status: string;
  readonly error: string | null;
  readonly fields: readonly string[];
  readonly credits: number;
  readonly actions: number;
  readonly provider: string | null;
  readonly crm_status: string;
}

/** What became of the requests of the HTTP API columns. */
export interface CallbackCounts {
  /** Requests, retries included. */
  readonly sent: number;
  readonly delivered: number;
  readonly retried: number;
  /** Rows whose callback will never come: Clay has no replay [C]. */
  readonly lost: number;
  readonly waiting: number;
  /** How the requests were answered: by status, or by fault of the transport. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface Callbacks {
  queue(body: CallbackBody): void;
  /** Sends what is queued, as far as the outbound rate allows; resolves when all of it was answered. */
  send(http: HttpClient): Promise<void>;
  counts(): CallbackCounts;
}

interface Outgoing {
  readonly body: string;
  readonly retriesLeft: number;
}

/** Clay's column retries 408, 413, 429 and connection errors only, never 5xx [C, clay-facts]. */
const verdictOn = (outcome: HttpOutcome): 'delivered' | 'retry' | 'lost' => {
  if (outcome.kind === 'failure') return outcome.failure === 'timed-out' ? 'lost' : 'retry';
  if (outcome.status >= 200 && outcome.status < 300) return 'delivered';
  return [408, 413, 429].includes(outcome.status) ? 'retry' : 'lost';
};

const MAX_TIMEOUT_MS = 100_000;
const MAX_RETRIES = 5;

export const createCallbacks = (
  target: CallbackOptions | undefined,
  perSecond: number,
  now: () => number,
): Callbacks => {
  const bucket: Bucket = createBucket(perSecond, perSecond);
  const waiting: Outgoing[] = [];
  const tally = { sent: 0, delivered: 0, retried: 0, lost: 0 };
  const outcomes: Record<string, number> = {};

  const deliver = async (to: CallbackOptions, outgoing: Outgoing, http: HttpClient): Promise<void> => {
    tally.sent += 1;
    const outcome = await http({
      method: 'POST',
      url: to.url,
      headers: { 'content-type': 'application/json', [to.header]: to.secret },
      body: outgoing.body,
      timeoutMs: Math.min(to.timeoutMs, MAX_TIMEOUT_MS),
      maxBodyBytes: 65_536,
    });
    const key = outcome.kind === 'answer' ? String(outcome.status) : outcome.failure;
    outcomes[key] = (outcomes[key] ?? 0) + 1;
    const verdict = verdictOn(outcome);
    if (verdict === 'retry' && outgoing.retriesLeft > 0) {
      tally.retried += 1;
      return deliver(to, { ...outgoing, retriesLeft: outgoing.retriesLeft - 1 }, http);
    }
    tally[verdict === 'delivered' ? 'delivered' : 'lost'] += 1;
  };

  return {
    queue: (body) => {
      if (!target) return;
      const retriesLeft = Math.min(MAX_RETRIES, Math.max(0, target.retries));
      waiting.push({ body: JSON.stringify(body), retriesLeft });
    },
    send: async (http) => {
      if (!target) return;
      const batch: Outgoing[] = [];
      while (waiting.length > 0 && bucket.take(now())) {
        const next = waiting.shift();
        if (next) batch.push(next);
      }
      await Promise.all(batch.map((outgoing) => deliver(target, outgoing, http)));
    },
    counts: () => ({ ...tally, waiting: waiting.length, outcomes: { ...outcomes } }),
  };
};
