import { type Answer, isChallenge } from '../../clay/answer.ts';
import { hostOf, under } from '../../clay/url.ts';
import type { Config } from '../../config/schema.ts';
import type { FindingOf } from '../findings.ts';
import { defineProbe, type ProbeContext } from './context.ts';
import type { Look } from './look.ts';
import { answered, answerFacts, transportLook } from './words.ts';

/** Answers that only a living API gives to a request without a key; 401 is the expected one [L]. */
const ALIVE: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 429]);

const WORDS = {
  up: 'the host is alive',
  blocked: 'a bot filter, not Clay itself',
  'server-error': 'a server error',
  'unexpected-answer': 'not an answer of this API, so it says nothing either way',
} as const;

const classify = (answer: Answer): keyof typeof WORDS & FindingOf<'clay-api'> => {
  const { status } = answer;
  if (isChallenge(answer)) return 'blocked';
  if (status >= 500) return 'server-error';
  return (status >= 200 && status < 300) || ALIVE.has(status) ? 'up' : 'unexpected-answer';
};

/** The API host's sign of life, which needs no key and costs nothing: `POST /v3/mcp` [L]. */
export const clayApiProbe = ({ clay }: Config, context: ProbeContext) =>
  defineProbe<'clay-api', Look<'clay-api'>>(
    {
      id: 'clay.api',
      surface: 'clay-api',
      subject: 'clay',
      everyMinutes: 1,
      title: 'Clay API host',
      look: async (timeoutMs, signal) => {
        const host = hostOf(clay.apiUrl);
        const outcome = await context.http(
          {
            method: 'POST',
            url: under(clay.apiUrl, '/v3/mcp'),
            headers: { 'content-type': 'application/json', accept: 'application/json' },
            body: '{}',
            timeoutMs,
            maxBodyBytes: context.policy.maxBodyBytes,
          },
          signal,
        );
        if (outcome.kind === 'failure') return transportLook(outcome, host);
        const finding = classify(outcome);
        return {
          finding,
          summary: `${answered(host, outcome)}: ${WORDS[finding]}.`,
          phases: outcome.phases,
          facts: answerFacts(outcome, context.clock.now()),
        };
      },
    },
    context,
  );
