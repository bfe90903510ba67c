import { type Answer, isChallenge } from '../../clay/answer.ts';
import { hostOf, under } from '../../clay/url.ts';
import type { Config } from '../../config/schema.ts';
import { readAnother, type SecretReference } from '../../config/secret-reference.ts';
import type { Fact, Phases } from '../observation.ts';
import type { ProbeContext } from './context.ts';
import { readHeaders } from './secrets.ts';
import { answered, answerFacts, transportLook, waitClause } from './words.ts';

/** What `GET /me` and `GET /credits/balance` have in common; all of it but `ok` is a finding of both surfaces. */
export type PublicApiLook =
  | {
      readonly kind: 'ok';
      readonly answer: Answer;
      readonly said: string;
      readonly phases: Phases;
      readonly facts: Readonly<Record<string, Fact>>;
    }
  | {
      readonly kind: 'other';
      readonly look: {
        readonly finding: ReturnType<typeof transportLook>['finding'] | NotOk | 'not-run';
        readonly summary: string;
        readonly phases?: Phases;
        readonly facts?: Readonly<Record<string, Fact>>;
      };
    };

type NotOk =
  | 'unauthorized'
  | 'payment-required'
  | 'forbidden'
  | 'not-found'
  | 'rate-limited'
  | 'server-error'
  | 'blocked'
  | 'unexpected-answer';

const BY_STATUS: Readonly<Record<number, NotOk>> = {
  401: 'unauthorized',
  402: 'payment-required',
  403: 'forbidden',
  404: 'not-found',
  429: 'rate-limited',
};

const WORDS: Readonly<Record<NotOk, string>> = {
  unauthorized: 'the API key is not accepted',
  'payment-required': 'the workspace has nothing left to pay with',
  forbidden: "the key's user may not read this",
  'not-found': 'this API is not there',
  'rate-limited': 'too many requests',
  'server-error': 'a server error',
  blocked: 'a bot filter, not Clay itself',
  'unexpected-answer': 'not an answer of this API',
};

const classify = (answer: Answer): NotOk | 'ok' => {
  if (isChallenge(answer)) return 'blocked';
  if (answer.status >= 500) return 'server-error';
  return answer.status === 200 ? 'ok' : (BY_STATUS[answer.status] ?? 'unexpected-answer');
};

/** Asks the public API v0 with the key, and classifies every answer but a 200 [C]. */
export const askPublicApi = async (
  path: '/me' | '/credits/balance',
  clay: Config['clay'] & { readonly apiKey: SecretReference },
  context: ProbeContext,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<PublicApiLook> => {
  const key = await readHeaders(context.secrets, { 'clay-api-key': { secret: clay.apiKey } });
  if (key.kind === 'unreadable') {
    return { kind: 'other', look: { finding: 'not-run', summary: `Not asked, because ${key.reason}.` } };
  }
  const value = key.value['clay-api-key'] ?? '';
  const host = hostOf(clay.publicApiUrl);
  const askWith = (known: string) =>
    context.http(
      {
        method: 'GET',
        url: under(clay.publicApiUrl, path),
        headers: {
          accept: 'application/json',
          ...(clay.apiKeyHeader === 'authorization-bearer'
            ? { authorization: `Bearer ${known}` }
            : { 'clay-api-key': known }),
        },
        timeoutMs,
        maxBodyBytes: context.policy.maxBodyBytes,
      },
      signal,
    );
  let outcome = await askWith(value);
  if (outcome.kind === 'answer' && (outcome.status === 401 || outcome.status === 403)) {
    // It may have been rotated meanwhile.
    const other = await readAnother(context.secrets, clay.apiKey, value);
    if (other !== null) outcome = await askWith(other);
  }
  if (outcome.kind === 'failure') return { kind: 'other', look: transportLook(outcome, host) };
  const { phases } = outcome;
  const facts = answerFacts(outcome, context.clock.now());
  const said = `${answered(host, outcome)} to GET ${path}`;
  const finding = classify(outcome);
  if (finding === 'ok') return { kind: 'ok', answer: outcome, said, phases, facts };
  const summary = `${said}: ${WORDS[finding]}${waitClause(facts)}.`;
  return { kind: 'other', look: { finding, summary, phases, facts } };
};
