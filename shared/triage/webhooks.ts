import { isWebhookUrl } from '../clay/url.ts';
import type { Clock } from '../clock.ts';
import type { Config, WebhookConfig } from '../config/schema.ts';
import type { SecretReader } from '../config/secret-reference.ts';
import { ClaywatchError } from '../errors.ts';
import { malformedSays } from '../observe/probes/webhook-url.ts';
import type { WebhookCheck } from './webhook-check.ts';

export interface NamedWebhook {
  /** `feed/webhook` */
  readonly subject: string;
  readonly webhook: WebhookConfig;
  /** Where its URL is named in the configuration. */
  readonly key: string;
}

/** A webhook that was not posted to, and what can be said of it for free. */
export interface UntestedWebhook {
  readonly probe: string;
  readonly subject: string;
  /** ok: has the form of a Clay webhook URL · malformed: has not · unreadable: its secret could not be read. */
  readonly url: 'ok' | 'malformed' | 'unreadable';
  readonly summary: string;
  /** What reading its secret took, ms. */
  readonly durationMs: number;
}

export const webhooksOf = (config: Config): NamedWebhook[] =>
  Object.entries(config.feeds).flatMap(([feed, { webhooks }]) =>
    webhooks.map((webhook, index) => ({
      subject: `${feed}/${webhook.id}`,
      webhook,
      key: `feeds.${feed}.webhooks[${index}].url`,
    })),
  );

const CHECK_OF: Record<WebhookCheck, WebhookConfig['check']> = {
  none: 'passive',
  free: 'rejected-post',
  row: 'canary',
};

/** The configuration with every webhook checked the way that triage was asked to, whatever the watch does. */
export const withWebhookCheck = (config: Config, check: WebhookCheck): Config => ({
  ...config,
  feeds: Object.fromEntries(
    Object.entries(config.feeds).map(([name, feed]) => [
      name,
      { ...feed, webhooks: feed.webhooks.map((webhook) => ({ ...webhook, check: CHECK_OF[check] })) },
    ]),
  ),
});

/** What `row` costs, in one sentence per webhook, to be said before it is sent. */
export const priceOfRows = (config: Config): string[] =>
  webhooksOf(config).map(
    ({ subject, webhook: { limit, unlimited, canary } }) =>
      `${subject}: one real row${unlimited ? '' : `, one of its ${limit.toLocaleString('en-GB')} for life`}; it starts ` +
      `enrichments (about ${canary.creditsPerRow} credits) and may land in the CRM.`,
  );

const NOT_POSTED = 'Not posted to: every accepted POST is a real row';

/** Looks at a webhook's URL without sending anything: a truncated one is found for free. */
const examine = async (
  { subject, webhook, key }: NamedWebhook,
  apiHost: string | undefined,
  secrets: SecretReader,
): Promise<Omit<UntestedWebhook, 'durationMs'>> => {
  const probe = `webhook:${subject}`;
  let url: string;
  try {
    url = await secrets.read(webhook.url);
  } catch (error) {
    const why = error instanceof ClaywatchError ? error.message : 'Its URL could not be read.';
    return { probe, subject, url: 'unreadable', summary: why };
  }
  if (isWebhookUrl(url) && URL.parse(url)?.host === apiHost) {
    return { probe, subject, url: 'ok', summary: `${NOT_POSTED}. Its URL has the right form.` };
  }
  return {
    probe,
    subject,
    url: 'malformed',
    summary: malformedSays(webhook, key),
  };
};

/** Every webhook of the configuration, looked at without sending anything. */
export const examineWebhooks = (
  config: Config,
  secrets: SecretReader,
  clock: Clock,
): Promise<UntestedWebhook[]> => {
  const apiHost = URL.parse(config.clay.apiUrl)?.host;
  const startedAt = clock.now();
  return Promise.all(
    webhooksOf(config).map(async (named) => ({
      ...(await examine(named, apiHost, secrets)),
      durationMs: Math.max(0, clock.now() - startedAt),
    })),
  );
};
