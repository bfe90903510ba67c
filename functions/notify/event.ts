import * as z from 'zod/mini';
import type { Bulletin } from '../../shared/notify/channels/port.ts';
import type { Notification } from '../../shared/notify/publisher.ts';

/** What Lambda hands over of an SQS queue; the rest of a record is not needed. */
export const notifyEvent = z.object({
  Records: z.array(
    z.object({
      messageId: z.string().check(z.minLength(1)),
      receiptHandle: z.string().check(z.minLength(1)),
      body: z.string(),
      attributes: z.catch(
        z.object({
          ApproximateReceiveCount: z.catch(z.coerce.number().check(z.int(), z.minimum(1)), 1),
        }),
        { ApproximateReceiveCount: 1 },
      ),
      eventSourceARN: z.string().check(z.regex(/^arn:[a-z0-9-]+:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}$/)),
    }),
  ),
});

export type NotifyEvent = z.output<typeof notifyEvent>;
export type NotifyRecord = NotifyEvent['Records'][number];

/** The end of a queue's name, after `<installation>-notify-`; null for a queue that is none of a channel. */
export const channelOfQueue = (queueArn: string, installation: string): string | null => {
  const name = queueArn.split(':').at(-1) ?? '';
  const start = `${installation}-notify-`;
  return name.startsWith(start) && name.length > start.length ? name.slice(start.length) : null;
};

/** Text of our own making; only what the use case relies on is looked at. */
const bulletin = z.custom<Bulletin>(
  (value) =>
    z
      .object({
        id: z.string(),
        incidentId: z.string(),
        cause: z.string(),
        subject: z.string(),
        transition: z.string(),
        urgency: z.enum(['page', 'notice']),
        severity: z.string(),
        title: z.string(),
        at: z.number(),
      })
      .safeParse(value).success,
);

const notification = z.object({
  id: z.string().check(z.regex(/^[^:]+:\d+:[a-z-]+$/)),
  incidentId: z.string().check(z.minLength(1)),
  subject: z.string(),
  emailText: z.string(),
  smsText: z.string(),
  attributes: z.record(z.string(), z.string()),
  bulletin: z.optional(bulletin),
  covers: z.optional(z.array(z.string().check(z.regex(/^[^:]+:\d+:[a-z-]+$/)))),
});

/** SNS's envelope. Of a message with a text for each protocol SNS passes on the one for queues; an emulator all. */
const envelope = z.object({ Message: z.string() });
const perProtocol = z.object({ default: z.string(), sqs: z.string() });

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The message in a record's body; null when it is none of ours. */
export const readNotification = (body: string): Notification | null => {
  const outer = envelope.safeParse(json(body));
  if (!outer.success) return null;
  const message = json(outer.data.Message);
  const all = perProtocol.safeParse(message);
  const result = notification.safeParse(all.success ? json(all.data.sqs) : message);
  return result.success ? (result.data as Notification) : null;
};
