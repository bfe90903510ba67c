import type { Answer } from '../../clay/answer.ts';
import { isWebhookUrl } from '../../clay/url.ts';
import { classifyWebhookAnswer, type WebhookAnswer } from '../../clay/webhook-answer.ts';
import type { WebhookConfig } from '../../config/schema.ts';
import type { HttpRequest } from '../../http/port.ts';
import type { FindingOf } from '../findings.ts';
import { defineProbe, type ProbeContext } from './context.ts';
import type { Look } from './look.ts';
import { readHeaders, readSecret } from './secrets.ts';
import { answerFacts, transportLook, waitClause } from './words.ts';

type Check = Exclude<WebhookConfig['check'], 'passive'>;

/** A summary must not hold the URL, nor the host: what is behind it is a secret. */
const NAME = 'Clay webhook';

const REST = {
  'limit-reached': 'the webhook has taken all the rows it ever will',
  unauthorized: 'the token is not accepted, or the webhook refuses us',
  gone: 'there is no such webhook',
  'rate-limited': 'too many requests a second in the workspace, so Clay drops rows',
  'server-error': 'a server error',
  blocked: 'a bot filter, not Clay itself',
  'unexpected-answer': 'not an answer of a webhook',
} as const satisfies Record<Exclude<WebhookAnswer, 'accepted' | 'refused'>, string>;

/** What an answer means depends on what was sent: a refusal is what `rejected-post` hopes for. */
const read = (
  answer: WebhookAnswer,
  check: Check,
  status: number,
): { readonly finding: FindingOf<'webhook'>; readonly why: string } => {
  if (answer === 'accepted') {
    return check === 'canary'
      ? { finding: 'accepting', why: 'the canary row was accepted' }
      : {
          finding: 'accepting',
          why: 'it took a POST that it should have refused, so a row may have been made: set check to "passive"',
        };
  }
  if (answer !== 'refused') return { finding: answer, why: REST[answer] };
  if (check === 'canary') return { finding: 'rejecting', why: 'the canary row was refused' };
  return status === 400
    ? { finding: 'accepting', why: 'it is there, and refused an empty POST before it made a row' }
    : { finding: 'unexpected-answer', why: 'not the refusal that an empty POST gets' };
};

const requestOf = (
  check: Check,
  webhook: WebhookConfig,
): Pick<HttpRequest, 'body'> & { headers: Record<string, string> } =>
  check === 'canary'
    ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(webhook.canary.row) }
    : // Without a content type Clay answers 400 and makes no row [C].
      { headers: {} };

/**
 * One webhook source, asked actively: by a POST that Clay refuses before it makes a row, or by a canary, which is a
 * real and priced row and is sent once per run, whatever comes back. Null when the webhook is only watched
 * passively.
 */
export const webhookProbe = (feed: string, webhook: WebhookConfig, context: ProbeContext) => {
  const { check } = webhook;
  if (check === 'passive') return null;
  return defineProbe<'webhook', Look<'webhook'>>(
    {
      id: `webhook:${feed}/${webhook.id}`,
      surface: 'webhook',
      subject: `${feed}/${webhook.id}`,
      everyMinutes: webhook.everyMinutes,
      title: `Webhook ${feed}/${webhook.id}`,
      onceOnly: check === 'canary',
      look: async (timeoutMs, signal) => {
        const notRun = (reason: string): Look<'webhook'> => ({
          finding: 'not-run',
          summary: `Not asked, because ${reason}.`,
        });
        const url = await readSecret(context.secrets, webhook.url);
        if (url.kind === 'unreadable') return notRun(url.reason);
        if (!isWebhookUrl(url.value)) {
          return notRun(
            `the secret ${webhook.url} is not the URL of a Clay webhook: copy the whole URL from the table again`,
          );
        }
        const token = await readHeaders(
          context.secrets,
          webhook.authToken ? { [webhook.authHeader]: { secret: webhook.authToken } } : {},
        );
        if (token.kind === 'unreadable') return notRun(token.reason);

        const { headers, ...body } = requestOf(check, webhook);
        const outcome = await context.http(
          {
            method: 'POST',
            url: url.value,
            headers: { ...headers, ...token.value },
            ...body,
            timeoutMs,
            maxBodyBytes: context.policy.maxBodyBytes,
          },
          signal,
        );
        if (outcome.kind === 'failure') return transportLook(outcome, NAME);
        return lookOf(outcome, check, context.clock.now());
      },
    },
    context,
  );
};

const lookOf = (answer: Answer, check: Check, now: number): Look<'webhook'> => {
  const classified = classifyWebhookAnswer(answer);
  const { finding, why } = read(classified, check, answer.status);
  const facts = answerFacts(answer, now);
  return {
    finding,
    summary: `${NAME} answered ${answer.status} in ${Math.round(answer.phases.totalMs)} ms${waitClause(facts)}: ${why}.`,
    phases: answer.phases,
    facts: {
      ...facts,
      check,
      ...(check === 'rejected-post' && classified === 'accepted' ? { rowMayHaveBeenMade: true } : {}),
    },
  };
};
