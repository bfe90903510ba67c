import type { Clock } from '../clock.ts';
import { relayedFeeds } from '../config/relayed.ts';
import type { Config, WebhookConfig } from '../config/schema.ts';
import type { SecretReader } from '../config/secret-reference.ts';
import type { Probe } from '../observe/probe.ts';
import { createWebhookUrlProbe, webhookUrlProbe } from '../observe/probes/webhook-url.ts';
import type { FeedControl } from '../relay/control.ts';

/** Webhooks that Claywatch itself sends to: of the others the URL in the configuration is used by nobody. */
const relayed = (
  config: Config,
): readonly { readonly feed: string; readonly index: number; readonly webhook: WebhookConfig }[] =>
  relayedFeeds(config).flatMap((feed) =>
    (config.feeds[feed]?.webhooks ?? []).map((webhook, index) => ({ feed, index, webhook })),
  );

export const urlProbesOf = (config: Config): readonly string[] =>
  relayed(config).map(({ feed, webhook }) => webhookUrlProbe(`${feed}/${webhook.id}`));

/** Looks at the URL of every webhook that rows go to, and sends nothing. */
export const createUrlProbes = (
  config: Config,
  secrets: SecretReader,
  clock: Pick<Clock, 'now'>,
  controlOf: (feed: string) => Promise<FeedControl | null>,
): readonly Probe[] =>
  relayed(config).map(({ feed, index, webhook }) =>
    createWebhookUrlProbe(feed, index, webhook, {
      secrets,
      clock,
      // Before the first row, and where it cannot be read, it is the first of the pool.
      isInUse: async () => {
        const active = (await controlOf(feed))?.active ?? null;
        return active === null ? index === 0 : active === webhook.id;
      },
    }),
  );
