import type { HttpOutcome } from '../http/port.ts';

/** An HTTP answer, whatever it says. */
export type Answer = Extract<HttpOutcome, { kind: 'answer' }>;

/** What a classification reads of an answer. */
export type AnswerText = Pick<Answer, 'status' | 'headers' | 'body'>;

/** How much of a body a classification by text looks at, characters. */
const READ = 4_096;

/**
 * True when the body is a web page. Its declared type alone does not make it one: servers label a bare sentence
 * `text/html` too, and that sentence may be Clay's own.
 */
export const isHtml = ({ headers, body }: AnswerText): boolean => {
  const start = body.slice(0, READ);
  return (
    /^\s*<(!doctype|html|head|body|!--)/i.test(start) ||
    (/\bhtml\b/i.test(headers['content-type'] ?? '') && /<(html|head|body|title|script)\b/i.test(start))
  );
};

/**
 * True when a bot filter answered in Clay's place: Cloudflare's own header, its "Just a moment" page, or any web page
 * with status 403 [C]. Such an answer says nothing about Clay.
 */
export const isChallenge = (answer: AnswerText): boolean => {
  if (/challenge/i.test(answer.headers['cf-mitigated'] ?? '')) return true;
  if (answer.status < 400 || !isHtml(answer)) return false;
  return (
    answer.status === 403 || /just a moment|challenge-platform|cf[-_]chl/i.test(answer.body.slice(0, READ))
  );
};

/** The body as JSON; undefined when it is not JSON (which `null` is). */
export const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
};
