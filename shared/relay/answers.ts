import { classifyWebhookAnswer, type WebhookAnswer } from '../clay/webhook-answer.ts';
import type { Config } from '../config/schema.ts';
import type { HttpOutcome } from '../http/port.ts';
import type { SendAnswer } from './answer.ts';

/** A line of `relay.answers`. */
export type AnswerRule = Config['relay']['answers'][number];

type HttpAnswer = Extract<HttpOutcome, { kind: 'answer' }>;
type HttpFailure = Extract<HttpOutcome, { kind: 'failure' }>;

/** What a classification reads of an outcome. */
export type Outcome = Pick<HttpAnswer, 'kind' | 'status' | 'headers' | 'body'> | Omit<HttpFailure, 'phases'>;

/**
 * Answered by something in between that cannot say what became of the request: a gateway that lost its origin after the
 * request (502, 504; Cloudflare's 520, 522, 524), or that did not get all of it in time (408).
 */
const UNCERTAIN = new Set([408, 502, 504, 520, 522, 524]);

const MEANING: Readonly<Record<Exclude<WebhookAnswer, 'refused'>, SendAnswer>> = {
  accepted: 'accepted',
  'limit-reached': 'limit',
  unauthorized: 'unauthorized',
  gone: 'gone',
  'rate-limited': 'rate',
  'server-error': 'server',
  // A bot filter in Clay's place: it says nothing about the webhook, and nothing about the row.
  blocked: 'unknown',
  'unexpected-answer': 'unknown',
};

const fits = (rule: AnswerRule, answer: Extract<Outcome, { kind: 'answer' }>): boolean => {
  const { status, body } = rule;
  const isStatus =
    typeof status === 'number' ? answer.status === status : `${Math.floor(answer.status / 100)}xx` === status;
  return isStatus && (body === undefined || answer.body.toLowerCase().includes(body.toLowerCase()));
};

/** Ended before a byte of the request could go out: the detail names the stage, see `shared/http`. */
const NEVER_SENT = new Set(['TIMEOUT_DNS', 'TIMEOUT_CONNECT', 'TIMEOUT_TLS']);

const meaningOfFailure = ({ failure, detail }: Extract<Outcome, { kind: 'failure' }>): SendAnswer => {
  switch (failure) {
    case 'dns-failed':
    case 'connection-refused':
    case 'tls-failed':
      return 'unreachable';
    case 'connection-reset':
    case 'timed-out':
      return NEVER_SENT.has(detail) ? 'unreachable' : 'uncertain';
  }
};

/**
 * What came of a POST of a row. Rules of the configuration come first; what they do not name is read from status and
 * body. Whatever might have been taken is `uncertain`, so that it is counted as such.
 */
export const classify = (outcome: Outcome, rules: readonly AnswerRule[] = []): SendAnswer => {
  if (outcome.kind === 'failure') return meaningOfFailure(outcome);
  const rule = rules.find((each) => fits(each, outcome));
  if (rule) return rule.means;
  const meaning = classifyWebhookAnswer(outcome);
  if (meaning === 'refused') return outcome.status === 413 ? 'too-large' : 'bad-request';
  const isGateway = meaning === 'server-error' || meaning === 'unexpected-answer';
  return isGateway && UNCERTAIN.has(outcome.status) ? 'uncertain' : MEANING[meaning];
};

/** What is to be believed of a claim: Clay has it, Clay has it not, or nobody knows. */
export const certaintyOf = (answer: SendAnswer): 'accepted' | 'refused' | 'unknown' => {
  if (answer === 'accepted') return 'accepted';
  return answer === 'uncertain' ? 'unknown' : 'refused';
};
