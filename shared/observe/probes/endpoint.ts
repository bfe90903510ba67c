import { type Answer, parseJson } from '../../clay/answer.ts';
import { hostOf } from '../../clay/url.ts';
import type { EndpointConfig } from '../../config/schema.ts';
import { type Condition, type ConditionInput, compileCondition } from '../conditions.ts';
import type { FindingOf } from '../findings.ts';
import type { Fact, Phases } from '../observation.ts';
import { defineProbe, type ProbeContext } from './context.ts';
import type { Look } from './look.ts';
import { readHeaders } from './secrets.ts';
import { answered, answerFacts, transportLook, waitClause } from './words.ts';

/** The surfaces of endpoints that the user names. */
export type EndpointSurface = 'callback' | 'integration' | 'crm' | 'provider' | 'service';

/** How a surface reads an answer, where the user's conditions leave it open. */
export interface EndpointKind<S extends EndpointSurface> {
  readonly surface: S;
  readonly good: FindingOf<S>;
  /** What must hold of the status when no condition speaks of it. */
  readonly statusCondition: string;
  /** Findings that name an answer more exactly than `condition-failed`, by status. */
  readonly named: Readonly<Record<number, FindingOf<S>>>;
}

export interface EndpointProbe<S extends EndpointSurface> {
  readonly id: string;
  readonly subject: string;
  readonly title: string;
  /** Where the endpoint is in the configuration, e.g. `probes.hubspot`: named in errors. */
  readonly where: string;
  readonly kind: EndpointKind<S>;
  readonly endpoint: EndpointConfig;
}

/**
 * A probe of an endpoint that the user named. All conditions must hold; when none speaks of the status, the surface's
 * own condition on it is added, so that "the body says fine" cannot make a 503 fine. A status that is excused by a
 * condition on it is fine, whatever it is. Throws `config.invalid` for a condition that cannot be used.
 */
export const endpointProbe = <S extends EndpointSurface>(
  { id, subject, title, where, kind, endpoint }: EndpointProbe<S>,
  context: ProbeContext,
) => {
  const conditions = conditionsOf(endpoint, kind.statusCondition, where);
  const host = hostOf(endpoint.url);
  return defineProbe<S, Look<S>>(
    {
      id,
      surface: kind.surface,
      subject,
      everyMinutes: endpoint.everyMinutes,
      title,
      timeoutMs: endpoint.timeoutMs,
      slowAfterMs: endpoint.slowAfterMs,
      look: async (timeoutMs, signal) => {
        const headers = await readHeaders(context.secrets, endpoint.headers);
        if (headers.kind === 'unreadable') {
          return as<S>({ finding: 'not-run', summary: `Not asked, because ${headers.reason}.` });
        }
        const outcome = await context.http(
          {
            method: endpoint.method,
            url: endpoint.url,
            headers: headers.value,
            timeoutMs,
            maxBodyBytes: context.policy.maxBodyBytes,
          },
          signal,
        );
        if (outcome.kind === 'failure') return as<S>(transportLook(outcome, host));
        const facts = answerFacts(outcome, context.clock.now());
        const failed = firstFailure(conditions, outcome);
        const { phases } = outcome;
        const said = `${answered(host, outcome)}${waitClause(facts)}`;
        if (!failed) return { finding: kind.good, summary: `${said}.`, phases, facts };
        return as<S>({
          finding:
            kind.named[outcome.status] ?? (outcome.status >= 500 ? 'server-error' : 'condition-failed'),
          summary: `${said}; the condition ${failed.expression} does not hold: ${failed.reason}.`,
          phases,
          facts: { ...facts, condition: failed.expression, seen: failed.reason },
        });
      },
    },
    context,
  );
};

/** Findings that every endpoint surface has; TypeScript cannot see that they are in each of them. */
const as = <S extends EndpointSurface>(look: {
  readonly finding: FindingOf<EndpointSurface> | FindingOf<S>;
  readonly summary: string;
  readonly phases?: Phases;
  readonly facts?: Readonly<Record<string, Fact>>;
}): Look<S> => look as Look<S>;

const conditionsOf = (
  endpoint: EndpointConfig,
  statusCondition: string,
  where: string,
): readonly Condition[] => {
  const own = endpoint.conditions.map((expression, index) =>
    compileCondition(expression, `${where}.conditions[${index}]`),
  );
  return own.some(({ reads }) => reads.has('status'))
    ? own
    : [compileCondition(statusCondition, where), ...own];
};

const firstFailure = (conditions: readonly Condition[], answer: Answer) => {
  const needsBody = conditions.some(({ reads }) => reads.has('body'));
  const body = needsBody && !answer.truncated ? parseJson(answer.body) : undefined;
  const seen: ConditionInput = {
    status: answer.status,
    latencyMs: answer.phases.totalMs,
    body,
    headers: answer.headers,
  };
  for (const { expression, reads, evaluate } of conditions) {
    if (reads.has('body') && body === undefined) {
      const reason = answer.truncated ? 'the body is longer than what is read of it' : 'the body is not JSON';
      return { expression, reason };
    }
    const result = evaluate(seen);
    if (!result.holds) return { expression, reason: result.reason };
  }
  return null;
};
