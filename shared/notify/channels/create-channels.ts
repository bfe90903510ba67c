import type { Config } from '../../config/schema.ts';
import type { ChannelDependencies } from './exchange.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createPagerDuty } from './pagerduty.ts';
import type { Channel } from './port.ts';
import { createSignedWebhook } from './signed-webhook.ts';
import { createSlack } from './slack.ts';
import { createStatusPage } from './status-page.ts';

/**
 * Every channel of the configuration by its id, in the configuration's order. Nothing is read and nobody is called
 * until a message is delivered.
 */
export const createChannels = (
  { notify }: Pick<Config, 'notify'>,
  deps: ChannelDependencies,
): ReadonlyMap<string, Channel> => {
  const channels = [
    ...notify.slack.map((one) => createSlack(one, deps)),
    ...notify.pagerduty.map((one) => createPagerDuty(one, deps)),
    ...notify.webhooks.map((one) => createSignedWebhook(one, deps)),
    ...notify.statusPages.map((one) => createStatusPage(one, deps)),
  ];
  return new Map(channels.map((channel) => [channel.id, oneAtATime(channel)]));
};
