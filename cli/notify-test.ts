import { randomBytes } from 'node:crypto';
import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { createSnsPublisher } from '../shared/aws/sns/publisher.ts';
import { putNotification } from '../shared/aws/sqs/put.ts';
import { systemClock } from '../shared/clock.ts';
import { channelQueueName } from '../shared/config/alerting.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import {
  channelSubscriptionsOf,
  matchesFilter,
  routedChannels,
  subscriptionsOf,
} from '../shared/notify/filter-policy.ts';
import { type DeliveryProof, type ProofLedger, SNS } from '../shared/notify/proof.ts';
import type { Notification } from '../shared/notify/publisher.ts';
import { testMessage } from '../shared/notify/test-message.ts';
import { type Alerts, withAlerts } from './alerts.ts';
import type { NotifyTestFlags } from './commands/notify.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { channelNamed } from './names.ts';
import { renderNotifyTest, renderNotifyTestJson, type TestedWay } from './render/notify-test.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

const LOOK_EVERY_MS = 500;

/** Hands a message over: past SNS to one channel, or to all. Gives back SNS's receipt, if it was asked. */
type Send = (notification: Notification) => Promise<string | null>;

const nothingConfigured = (severity: string): ClaywatchError =>
  new ClaywatchError(
    'usage.invalid',
    `Nobody is told of ${severity}, so there is nothing to test.`,
    'Name somebody in notify of the configuration, or test another severity with --severity.',
  );

/** What SNS or SQS answered instead of taking it, as something that a person can act on. */
const unavailable = (error: unknown): ClaywatchError =>
  new ClaywatchError(
    'alerts.unavailable',
    `The test message was not taken: ${error instanceof Error ? error.name : 'unknown'}.`,
    'Look at the region and the account, at the name of the installation, and at whether these credentials may publish.',
    { cause: error },
  );

const orUnavailable =
  (send: Send): Send =>
  (notification) =>
    send(notification).catch((error: unknown) => {
      throw unavailable(error);
    });

const sender = async (flags: NotifyTestFlags, config: Config, alerts: Alerts): Promise<Send> => {
  const { channel } = flags;
  if (channel !== undefined) {
    const queue = channelQueueName(config.installation, channel);
    return async (notification) => {
      await putNotification(alerts.sqs, queue, notification);
      return null;
    };
  }
  const topicArn = await alerts.topic(flags.topic).catch((error: unknown) => {
    throw unavailable(error);
  });
  if (topicArn === null)
    throw new ClaywatchError(
      'usage.invalid',
      alerts.isLocal
        ? 'The running local runtime does not say where its topic is.'
        : `There is no SNS topic ${config.installation}-alerts in this account and region.`,
      'Name it with --topic, or look at the region (AWS_REGION) and the account of the credentials.',
    );
  const publisher = createSnsPublisher({ client: alerts.sns, topicArn });
  return async (notification) => (await publisher.publish(notification)).receipt;
};

/** The ways that the message goes; those of a status page are told by themselves. */
const waysOf = (flags: NotifyTestFlags, config: Config, { attributes }: Notification): readonly string[] => {
  if (flags.channel !== undefined) return [flags.channel];
  const isHeard = subscriptionsOf(config).some(({ filterPolicy }) => matchesFilter(filterPolicy, attributes));
  return [...(isHeard ? [SNS] : []), ...routedChannels(config, attributes)];
};

const isSettled = ({ status }: DeliveryProof): boolean => status !== 'owed';

/** Looks until every way has an answer, or time is up. */
const untilProved = async (
  proof: ProofLedger,
  id: string,
  notificationId: string,
  waitMs: number,
): Promise<readonly DeliveryProof[]> => {
  const until = systemClock.now() + waitMs;
  for (;;) {
    const rows = (await proof.ofIncident(id)).filter((row) => row.notificationId === notificationId);
    if (rows.every(isSettled) || systemClock.now() >= until) return rows;
    await systemClock.sleep(LOOK_EVERY_MS);
  }
};

const recipientsOf = (config: Config, { attributes }: Notification): readonly string[] =>
  subscriptionsOf(config)
    .filter(({ filterPolicy }) => matchesFilter(filterPolicy, attributes))
    .map(({ endpoint }) => endpoint);

/** `claywatch notify test`. Throws ClaywatchError; nothing was sent then. */
export const notifyTest = (flags: NotifyTestFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, (open) =>
    withAlerts(open, terminal, async (alerts) => {
      const { config, source, table } = open;
      if (flags.channel !== undefined) channelNamed(config, flags.channel);
      const id = `test-${randomBytes(4).toString('hex')}`;
      const now = systemClock.now();
      const message = testMessage(config, { id, severity: flags.severity, now, part: 'begin' });
      const ways = waysOf(flags, config, message);
      if (ways.length === 0) throw nothingConfigured(flags.severity);

      const send = orUnavailable(await sender(flags, config, alerts));
      const proof = createDynamoProofLedger(table);
      await proof.owe(
        ways.map((channel) => ({
          notificationId: message.id,
          incidentId: id,
          transition: 'triggered' as const,
          channel,
          owedAt: now,
        })),
      );
      const receipt = await send(message);
      if (receipt !== null && ways.includes(SNS))
        await proof.record(message.id, SNS, { status: 'delivered', at: systemClock.now(), receipt });
      const rows = await untilProved(proof, id, message.id, flags.wait * 1_000);
      // A pager that took it is quiet again; nobody else hears of it.
      await send(testMessage(config, { id, severity: flags.severity, now: systemClock.now(), part: 'end' }));

      const tested: readonly TestedWay[] = rows.map((row) => ({
        ...row,
        recipients: row.channel === SNS ? recipientsOf(config, message) : [],
      }));
      const left = channelSubscriptionsOf(config)
        .map(({ channel }) => channel)
        .filter((channel) => flags.channel === undefined && !ways.includes(channel));
      const page = { style: styleOf(terminal), width: widthOf(terminal) };
      const about = { id, severity: flags.severity, left, source, isLocal: alerts.isLocal };
      terminal.stdout.write(
        flags.json ? renderNotifyTestJson(tested, about) : renderNotifyTest(tested, about, page),
      );
      return tested.every(({ status }) => status === 'delivered') ? EXIT.healthy : EXIT.problem;
    }),
  );
