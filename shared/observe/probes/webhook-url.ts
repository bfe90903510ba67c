import { isWebhookUrl } from '../../clay/url.ts';
import type { Clock } from '../../clock.ts';
import type { WebhookConfig } from '../../config/schema.ts';
import type { SecretReader } from '../../config/secret-reference.ts';
import { observation } from '../observation.ts';
import type { Probe } from '../probe.ts';
import { readSecret } from './secrets.ts';

/** Reading a secret costs a little; whoever changes it looks at triage. Minutes. */
const EVERY_MINUTES = 15;

export const webhookUrlProbe = (subject: string): string => `webhook-url:${subject}`;

/** What is said of a URL that is none: which key holds it, and never what it holds. */
export const malformedSays = (webhook: Pick<WebhookConfig, 'url'>, key: string): string =>
  `What ${webhook.url} holds (${key}) is not the URL of a Clay webhook: copy the whole URL from the Clay table again.`;

/**
 * The URL of a webhook that rows are sent to, looked at without sending anything: a truncated one is found for free and
 * before a row is (second runbook, "Webhook test returns nothing").
 */
export const createWebhookUrlProbe = (
  feed: string,
  index: number,
  webhook: Pick<WebhookConfig, 'id' | 'url'>,
  deps: {
    readonly secrets: SecretReader;
    readonly clock: Pick<Clock, 'now'>;
    /** Whether rows go to it now. */
    readonly isInUse: () => Promise<boolean>;
  },
): Probe => {
  const subject = `${feed}/${webhook.id}`;
  const id = webhookUrlProbe(subject);
  return {
    id,
    surface: 'webhook-url',
    subject,
    everyMinutes: EVERY_MINUTES,
    title: `URL of webhook ${subject}`,
    run: async () => {
      const at = deps.clock.now();
      const said = { probe: id, surface: 'webhook-url', subject, at, durationMs: 0 } as const;
      const read = await readSecret(deps.secrets, webhook.url);
      if (read.kind === 'unreadable')
        return [
          observation({ ...said, finding: 'not-run', summary: `Not looked at, because ${read.reason}.` }),
        ];
      if (isWebhookUrl(read.value))
        return [
          observation({
            ...said,
            finding: 'well-formed',
            summary: 'It has the form of the URL of a Clay webhook.',
          }),
        ];
      return [
        observation({
          ...said,
          finding: (await deps.isInUse()) ? 'malformed' : 'standby-malformed',
          summary: malformedSays(webhook, `feeds.${feed}.webhooks[${index}].url`),
        }),
      ];
    },
  };
};
