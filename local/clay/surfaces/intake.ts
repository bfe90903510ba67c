import { type Answer, type ClayRequest, jsonAnswer } from '../core/answer.ts';
import type { Bucket } from '../core/bucket.ts';
import type { ClayOptions } from '../core/options.ts';
import type { Tables } from '../core/tables.ts';
import type { Webhook } from '../core/webhooks.ts';
import * as refusal from '../faults/refusals.ts';

interface Dependencies {
  readonly options: ClayOptions;
  readonly bucket: Bucket;
  readonly tables: Tables;
  /** Hears of every row that a webhook takes. */
  onAccepted(webhook: string, row: object): void;
  now(): number;
}

const isJson = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(contentType.trim());

type Parsed = { readonly kind: 'row'; readonly row: object } | { readonly kind: 'malformed' };

const parse = (body: string): Parsed => {
  try {
    const row: unknown = JSON.parse(body);
    // An array is one row, whatever it holds [C, clay-facts].
    return row !== null && typeof row === 'object' ? { kind: 'row', row } : { kind: 'malformed' };
  } catch {
    return { kind: 'malformed' };
  }
};

/** `POST /v3/sources/webhook/pull-in-data-from-a-webhook-<uuid>`: one row, or a refusal that makes none. */
export const createIntake = ({ options, bucket, tables, onAccepted, now }: Dependencies) => {
  const refusalOf = (webhook: Webhook, request: ClayRequest): Answer | undefined => {
    const { token, authHeader } = webhook.options;
    if (token !== undefined && request.headers[authHeader.toLowerCase()] !== token) {
      return refusal.webhookUnauthorized(401);
    }
    if (!isJson(request.headers['content-type'])) {
      return refusal.rowRejected(400, 'Content-Type must be application/json');
    }
    if ((request.bodyBytes ?? Buffer.byteLength(request.body)) > options.maxBodyBytes) {
      return refusal.rowRejected(options.oversizeStatus);
    }
    return undefined;
  };

  const isSpent = (webhook: Webhook) =>
    webhook.accepted >= webhook.options.limit && !tables.isPassthrough(webhook.options.table);

  return (webhook: Webhook | undefined, request: ClayRequest): Answer => {
    if (!webhook || request.method !== 'POST') return refusal.webhookGone();
    if (!bucket.take(now())) return refusal.tooManyRows();
    const refused = refusalOf(webhook, request);
    if (refused) return refused;
    const parsed = parse(request.body);
    if (parsed.kind === 'malformed') return refusal.rowRejected(400, 'Body parse error');
    if (isSpent(webhook)) return refusal.limitReached();
    webhook.accepted += 1;
    onAccepted(webhook.options.id, parsed.row);
    tables.add(webhook.options.table, parsed.row);
    return jsonAnswer(200, { success: true });
  };
};
