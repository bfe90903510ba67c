import type { Answer } from '../../clay/answer.ts';
import { retryAfterSeconds } from '../../clay/retry-after.ts';
import type { HttpOutcome, TransportFailure } from '../../http/port.ts';
import type { Fact, Phases } from '../observation.ts';

type Failure = Extract<HttpOutcome, { kind: 'failure' }>;

const WORDS: Readonly<Record<TransportFailure, string>> = {
  'dns-failed': 'could not be reached: its name could not be resolved',
  'connection-refused': 'could not be reached: the connection was refused',
  'connection-reset': 'gave no answer: the connection broke',
  'tls-failed': 'could not be reached: the TLS handshake failed',
  'timed-out': 'gave no whole answer in time',
};

/** What a fault on the way adds to an observation, whichever surface it is on. */
export const transportLook = (
  { failure, detail, phases }: Failure,
  host: string,
): {
  readonly finding: TransportFailure;
  readonly summary: string;
  readonly phases: Phases;
  readonly facts: Readonly<Record<string, Fact>>;
} => ({
  finding: failure,
  summary: `${host} ${WORDS[failure]} (${detail}, after ${Math.round(phases.totalMs)} ms).`,
  phases,
  facts: { detail },
});

/** The facts of an answer; `retryAfterSeconds` when a 429 named a time. */
export const answerFacts = (answer: Answer, now: number): Readonly<Record<string, Fact>> => {
  const wait = answer.status === 429 ? retryAfterSeconds(answer.headers['retry-after'], now) : undefined;
  return { status: answer.status, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
};

/** "www.clay.com answered 503 in 120 ms". */
export const answered = (host: string, { status, phases }: Answer): string =>
  `${host} answered ${status} in ${Math.round(phases.totalMs)} ms`;

/** ", and asks to wait 30 s" when a 429 named a time, else nothing. */
export const waitClause = (facts: Readonly<Record<string, Fact>>): string =>
  typeof facts.retryAfterSeconds === 'number' ? `, and asks to wait ${facts.retryAfterSeconds} s` : '';
