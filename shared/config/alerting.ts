import type { Config } from './schema.ts';

type NotifyConfig = Pick<Config, 'installation' | 'notify'>;

/** The queue of a chat channel: SNS puts messages in, `notify` takes them out. */
export const channelQueueName = (installation: string, channel: string): string =>
  `${installation}-notify-${channel}`;

/** Where messages end that `notify` could not even read. */
export const channelDeadLetterQueueName = (installation: string, channel: string): string =>
  `${installation}-undelivered-${channel}`;

/** The topic of incidents. */
export const alertTopicName = (installation: string): string => `${installation}-alerts`;

/** The topic to which the people who are named in escalations are subscribed, each by name. */
export const pagesTopicName = (installation: string): string => `${installation}-pages`;

/** The ids of all chat channels, in the order of the configuration. */
export const channelIds = ({ notify }: Pick<NotifyConfig, 'notify'>): readonly string[] =>
  [...notify.slack, ...notify.pagerduty, ...notify.webhooks, ...notify.statusPages].map(({ id }) => id);

/** Whether anybody is told by SMS. */
export const sendsSms = ({ notify }: Pick<NotifyConfig, 'notify'>): boolean =>
  notify.sms.length > 0 || Object.values(notify.people).some(({ sms }) => sms !== undefined);

/** Whether somebody can be paged by name. */
export const hasPeople = ({ notify }: Pick<NotifyConfig, 'notify'>): boolean =>
  Object.values(notify.people).some(({ email, sms }) => email !== undefined || sms !== undefined);
