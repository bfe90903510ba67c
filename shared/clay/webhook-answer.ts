import { type AnswerText, isChallenge } from './answer.ts';

/** What Clay said to a POST to a webhook source. */
export type WebhookAnswer =
  | 'accepted'
  | 'refused'
  | 'limit-reached'
  | 'unauthorized'
  | 'gone'
  | 'rate-limited'
  | 'server-error'
  | 'blocked'
  | 'unexpected-answer';

/** Clay's text is "Record limit reached for webhook" [C]; the JSON around it is not documented [U]. */
const LIMIT = /\blimit\b.{0,60}\b(?:reached|exceeded|hit)\b|\b(?:reached|exceeded|hit)\b.{0,60}\blimit\b/i;
const RATE = /\brate.?limit|too.?many.?requests/i;

const forbidden = (body: string): WebhookAnswer => {
  const text = body.slice(0, 2_048).replace(/\\[nrt]|\s+/g, ' ');
  if (RATE.test(text)) return 'rate-limited';
  return LIMIT.test(text) ? 'limit-reached' : 'unauthorized';
};

/**
 * Classifies an answer by its status and its body: a 403 means a full webhook, a wrong token or a bot filter, and only
 * the body tells which [C].
 */
export const classifyWebhookAnswer = (answer: AnswerText): WebhookAnswer => {
  const { status } = answer;
  if (isChallenge(answer)) return 'blocked';
  if (status >= 200 && status < 300) return 'accepted';
  if (status >= 500) return 'server-error';
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return 'refused';
    case 401:
      return 'unauthorized';
    case 403:
      return forbidden(answer.body);
    case 404:
    case 410:
      return 'gone';
    case 429:
      return 'rate-limited';
    default:
      return 'unexpected-answer';
  }
};
