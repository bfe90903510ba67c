import { retryAfterSeconds } from '../../clay/retry-after.ts';
import { isWebhookUrl } from '../../clay/url.ts';
import type { RelayConfig, WebhookConfig } from '../../config/schema.ts';
import { readAnother, type SecretReader } from '../../config/secret-reference.ts';
import { ClaywatchError } from '../../errors.ts';
import type { HttpClient } from '../../http/port.ts';
import type { SendAnswer } from '../answer.ts';
import { classify } from '../answers.ts';

/** Where rows are posted. Secret: the URL itself opens the webhook. */
export interface Route {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of an answer no more than this is read, bytes: its beginning says what it means. */
const MAX_ANSWER_BYTES = 16_384;
const PAUSE_MS = 1_000;

/** Throws when a secret cannot be read, or is not the URL of a webhook; nothing of it is shown. */
export const routeOf = async (webhook: WebhookConfig, secrets: SecretReader): Promise<Route> => {
  const url = await secrets.read(webhook.url);
  if (!isWebhookUrl(url)) {
    throw new ClaywatchError(
      'config.invalid',
      `What ${webhook.url} holds for the webhook ${webhook.id} is not the URL of a Clay webhook.`,
      'Copy the URL from the webhook source in Clay; it ends in pull-in-data-from-a-webhook- and an id.',
    );
  }
  const token = webhook.authToken === undefined ? undefined : await secrets.read(webhook.authToken);
  return {
    url,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { [webhook.authHeader]: token }),
    },
  };
};

/**
 * Another route to the same webhook, because this one is refused: its URL or token may have been rotated meanwhile. Null:
 * there is none.
 */
export const otherRoute = async (
  webhook: WebhookConfig,
  secrets: SecretReader,
  refused: Route,
): Promise<Route | null> => {
  const token = webhook.authToken === undefined ? undefined : refused.headers[webhook.authHeader];
  const [url, otherToken] = await Promise.all([
    readAnother(secrets, webhook.url, refused.url),
    webhook.authToken === undefined ? null : readAnother(secrets, webhook.authToken, token ?? ''),
  ]);
  if ((url === null && otherToken === null) || (url !== null && !isWebhookUrl(url))) return null;
  return {
    url: url ?? refused.url,
    headers: { ...refused.headers, ...(otherToken !== null && { [webhook.authHeader]: otherToken }) },
  };
};

export interface Answered {
  readonly answer: SendAnswer;
  readonly status: number | null;
  /** Of `rate`: how long nobody should send, ms. */
  readonly pauseMs: number;
}

interface Way {
  readonly http: HttpClient;
  readonly relay: Pick<RelayConfig, 'sendTimeoutMs' | 'answers'>;
  readonly now: () => number;
}

/** Posts a row. Whatever goes wrong on the way is an answer too; an exchange that was broken off is uncertain. */
export const post = async (
  { http, relay, now }: Way,
  route: Route,
  json: string,
  signal: AbortSignal,
): Promise<Answered> => {
  try {
    const outcome = await http(
      {
        method: 'POST',
        url: route.url,
        headers: route.headers,
        body: json,
        timeoutMs: relay.sendTimeoutMs,
        maxBodyBytes: MAX_ANSWER_BYTES,
      },
      signal,
    );
    const answer = classify(outcome, relay.answers);
    if (outcome.kind === 'failure') return { answer, status: null, pauseMs: PAUSE_MS };
    const seconds = retryAfterSeconds(outcome.headers['retry-after'], now());
    return { answer, status: outcome.status, pauseMs: (seconds ?? 0) * 1_000 || PAUSE_MS };
  } catch {
    return { answer: 'uncertain', status: null, pauseMs: PAUSE_MS };
  }
};
