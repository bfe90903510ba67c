import { retryAfterSeconds } from '../../clay/retry-after.ts';
import type { Clock } from '../../clock.ts';
import { HIDDEN, redactText } from '../../config/redact.ts';
import { readValid, type SecretReader, type SecretReference } from '../../config/secret-reference.ts';
import { ClaywatchError } from '../../errors.ts';
import type { HttpClient, HttpOutcome, HttpRequest } from '../../http/port.ts';
import { oneLine } from '../text.ts';
import type { ChannelOutcome } from './port.ts';

export type Refused = Extract<ChannelOutcome, { kind: 'refused' }>;
export type Later = Extract<ChannelOutcome, { kind: 'later' }>;
export type Failed = Refused | Later;
export type Answer = Extract<HttpOutcome, { kind: 'answer' }>;

export const delivered = (receipt: string): ChannelOutcome => ({
  kind: 'delivered',
  receipt: receipt.slice(0, 300),
});
export const refused = (why: string): Refused => ({ kind: 'refused', why: why.slice(0, 500) });
export const later = (why: string, afterMs: number | null = null): Later => ({
  kind: 'later',
  why: why.slice(0, 500),
  afterMs,
});

export const isFailed = <T>(outcome: T | Failed): outcome is Failed =>
  isObject(outcome) && (outcome.kind === 'refused' || outcome.kind === 'later');

/** What a channel needs of the world. */
export interface ChannelDependencies {
  readonly http: HttpClient;
  readonly secrets: SecretReader;
  readonly clock: Pick<Clock, 'now'>;
}

export type ChannelRequest = Pick<HttpRequest, 'method' | 'url'> &
  Partial<Pick<HttpRequest, 'headers' | 'body' | 'maxBodyBytes'>>;
export type Call = (request: ChannelRequest) => Promise<Answer | Failed>;

/** For a whole delivery, ms; several calls share it. */
const DELIVERY_MS = 10_000;
const CALL_MS = 4_000;
/** A call with less left than this would end before its answer. */
const TOO_LITTLE_MS = 250;
const ANSWER_BYTES = 65_536;

/** Too many requests; 420 is Statuspage's own word for it. */
const SLOW_DOWN: ReadonlySet<number> = new Set([420, 429]);
/** The other side may take the same message another time. */
const PASSING: ReadonlySet<number> = new Set([408, 425]);

/**
 * Calls of one delivery to one provider, within its time. What every provider means alike is told here: no answer, too
 * many requests and 5xx are `later`, a redirect is refused. Any other answer is for the channel to read.
 */
export const callsTo = (provider: string, { http, clock }: ChannelDependencies): Call => {
  const startedAt = clock.now();
  return async (request) => {
    const left = DELIVERY_MS - (clock.now() - startedAt);
    if (left < TOO_LITTLE_MS) return later(`${provider} answers too slowly`);
    const outcome = await http({
      maxBodyBytes: ANSWER_BYTES,
      ...request,
      timeoutMs: Math.min(CALL_MS, left),
    });
    return outcome.kind === 'failure'
      ? unanswered(provider, outcome)
      : passingFault(provider, outcome, clock.now());
  };
};

const unanswered = (
  provider: string,
  { failure, detail }: Extract<HttpOutcome, { kind: 'failure' }>,
): Failed =>
  /^ERR_(INVALID|UNESCAPED)/.test(detail)
    ? refused(`${provider} cannot be called: the address or the token has signs that cannot be sent`)
    : later(`${provider} did not answer (${failure})`);

const passingFault = (provider: string, answer: Answer, now: number): Answer | Failed => {
  const { status, headers } = answer;
  if (SLOW_DOWN.has(status) || PASSING.has(status) || status >= 500) {
    const seconds = retryAfterSeconds(headers['retry-after'], now);
    return later(`${provider} answered ${status}`, seconds === undefined ? null : seconds * 1_000);
  }
  if (status >= 300 && status < 400)
    return refused(
      `${provider} answered ${status}: redirects are not followed; configure the address itself`,
    );
  return answer;
};

/** A secret; a failure names where it should be, never what it is. */
export const readSecret = async (
  secrets: SecretReader,
  reference: SecretReference,
): Promise<{ readonly kind: 'secret'; readonly value: string } | Failed> => {
  try {
    return { kind: 'secret', value: await secrets.read(reference) };
  } catch (error) {
    return unreadable(error);
  }
};

const unreadable = (error: unknown): Failed => {
  if (!(error instanceof ClaywatchError)) throw error;
  const why = `${error.message} ${error.remedy}`;
  return error.code === 'secret.unavailable' ? later(why) : refused(why);
};

/** Every value of a secret that is valid now, the current one first; a failure names where it should be. */
export const readAllValid = async (
  secrets: SecretReader,
  reference: SecretReference,
): Promise<{ readonly kind: 'secrets'; readonly values: readonly string[] } | Failed> => {
  try {
    const valid = await readValid(secrets, reference, 'all');
    return { kind: 'secrets', values: valid.map(({ value }) => value) };
  } catch (error) {
    return unreadable(error);
  }
};

/** What a provider said, as it may be stored: one line, without anything that is or looks like a secret. */
export const theirWords = (text: string, secrets: readonly string[]): string => {
  const known = secrets.filter((secret) => secret.length > 0);
  const without = known.reduce((words, secret) => words.replaceAll(secret, HIDDEN), text);
  return oneLine(redactText(without), 160);
};

/** The body as an object; null when it is none. */
export const objectIn = (body: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectsIn = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** `base` with a path after it. */
export const endpoint = (base: string, path: string): string => `${base.replace(/\/+$/, '')}${path}`;
