import type { WebhookAnswer } from '../clay/webhook-answer.ts';
import type { RecordOutcome, RowsLedger, SubmissionRecord } from './ledger.ts';
import {
  parseSubmissionBody,
  type SubmissionEnvelope,
  type SubmissionItem,
  type SubmissionSettings,
} from './submission-body.ts';
import { type ItemTaken, outcomesInOrder, type Taken } from './taken.ts';

export interface SubmissionRequest extends SubmissionEnvelope {
  readonly feed: string;
  readonly text: string;
  readonly settings: SubmissionSettings;
  /** The count at which the webhook is full; null when it has no limit, or nobody knows the webhook. */
  readonly limitOf: (webhook: string) => number | null;
  /** When a webhook was last learned to be full, by feed and webhook; kept between requests, changed here. */
  readonly learned: Map<string, number>;
}

export type SubmissionTaken =
  | Taken
  | { readonly kind: 'count'; readonly outcome: RecordOutcome }
  | { readonly kind: 'refused'; readonly answer: WebhookAnswer };

type Ledger = Pick<RowsLedger, 'recordSubmissions' | 'recordSubmissionCount' | 'rebase'>;

/** A full webhook refuses every row that is sent to it, and each refusal may be reported. */
const LEARN_AGAIN_MS = 300_000;

const takeItems = async (
  ledger: Ledger,
  feed: string,
  items: readonly SubmissionItem[],
): Promise<readonly ItemTaken[]> => {
  const records = items.flatMap((item): SubmissionRecord[] =>
    item.kind === 'submission' ? [item.record] : [],
  );
  const next = outcomesInOrder(records.length > 0 ? await ledger.recordSubmissions(feed, records) : []);
  return items.map((item) =>
    item.kind === 'malformed'
      ? { outcome: 'malformed', detail: item.detail }
      : { outcome: next(), rowId: item.record.rowId },
  );
};

/**
 * Takes a report of what a sender posted to Clay itself. A refusal with Clay's limit text says what the webhook's true
 * count is; it is taken over once in a while, however often the sender runs into it.
 *
 * Throws what the ledger throws; repeating is then safe.
 */
export const takeSubmissions = async (
  ledger: Ledger,
  { feed, text, settings, limitOf, learned, ...envelope }: SubmissionRequest,
): Promise<SubmissionTaken> => {
  const body = parseSubmissionBody(text, envelope, settings);
  switch (body.kind) {
    case 'one': {
      const [item] = await takeItems(ledger, feed, [body.item]);
      return item ? { kind: 'one', item } : { kind: 'many', items: [] };
    }
    case 'many':
      return { kind: 'many', items: await takeItems(ledger, feed, body.items) };
    case 'count': {
      const { kind, ...batch } = body;
      return { kind, outcome: await ledger.recordSubmissionCount(feed, batch) };
    }
    case 'refused': {
      const { kind, webhook, answer, at } = body;
      const limit = answer === 'limit-reached' ? limitOf(webhook) : null;
      const name = `${feed}/${webhook}`;
      if (limit !== null && envelope.at - (learned.get(name) ?? Number.NEGATIVE_INFINITY) >= LEARN_AGAIN_MS) {
        await ledger.rebase(feed, webhook, { count: limit, at, why: 'limit-answer' });
        learned.set(name, envelope.at);
      }
      return { kind, answer };
    }
    default:
      return body;
  }
};
