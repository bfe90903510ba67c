import type { Config } from '../config/schema.ts';
import type { ChannelCheck } from './channels/port.ts';
import { type Examined, notReady, orUnknown, ready, skipped } from './examined.ts';
import {
  channelSubscriptionsOf,
  pageSubscriptionsOf,
  subscriptionsOf,
  unroutedSeverities,
} from './filter-policy.ts';
import { type ProofLedger, undeliveredAge } from './proof.ts';
import { duration } from './time.ts';

/** A subscription as SNS has it. */
export interface ActualSubscription {
  readonly protocol: string;
  readonly endpoint: string;
  /** E-mail has to be confirmed by whoever reads it. */
  readonly confirmed: boolean;
}

/** What SNS can say about itself. Every call rejects when it may not be asked. */
export interface SnsPreflight {
  /** Null: there is no such topic. */
  subscriptions(topicArn: string): Promise<readonly ActualSubscription[] | null>;
  /** New accounts may send SMS to a few verified numbers only. */
  smsSandbox(): Promise<{ readonly inSandbox: boolean; readonly verified: readonly string[] }>;
  /** US dollars a month; null: not set, which SNS takes for one dollar. */
  smsSpendLimit(): Promise<number | null>;
}

export interface DoctorPorts {
  /** Null where it cannot be known: each then is skipped, with the reason. */
  readonly alertTopicArn: string | null;
  readonly pagesTopicArn: string | null;
  readonly sns: SnsPreflight;
  /** E-mail and SMS do not exist on a local runtime. */
  readonly isLocal: boolean;
  readonly channels: ReadonlyMap<string, { check(): Promise<ChannelCheck> }>;
  readonly proof: Pick<ProofLedger, 'undelivered'>;
  readonly now: number;
}

const MINUTE = 60_000;
/** Less than this stops a night of incidents within minutes. */
const SPEND_LIMIT_USD = 5;

const unknownNames = ({ notify, incidents }: Config): readonly string[] => {
  const special = new Set(['on-call', 'everyone']);
  const named = [...notify.onCall.rotation, ...incidents.escalation.steps.flatMap(({ to }) => to)];
  return [...new Set(named)].filter((name) => !special.has(name) && !Object.hasOwn(notify.people, name));
};

/** What the configuration leaves undone; it is valid all the same. */
export const examineConfig = (config: Config): readonly Examined[] => {
  const { notify, respond, incidents } = config;
  const found: Examined[] = [];
  const unrouted = unroutedSeverities(config);
  if (unrouted.length > 0)
    found.push(
      notReady(
        'who is told',
        `Nobody hears of ${unrouted.join(', ')}.`,
        'Name somebody: notify.email, notify.sms, or a channel, with these severities.',
      ),
    );
  const unknown = unknownNames(config);
  if (unknown.length > 0)
    found.push(
      notReady(
        'escalation',
        `${unknown.join(', ')}: named on call or in an escalation, and not in notify.people.`,
        'Add them to notify.people with e-mail or SMS, or take the names out.',
      ),
    );
  const unreachable = Object.entries(notify.people).flatMap(([name, { email, sms }]) =>
    email === undefined && sms === undefined ? [name] : [],
  );
  if (unreachable.length > 0)
    found.push(
      notReady(
        'people',
        `${unreachable.join(', ')}: neither e-mail nor SMS, so no escalation reaches them.`,
        'Give them one of the two in notify.people.',
      ),
    );
  if (Object.keys(notify.people).length === 0 && incidents.escalation.steps.length > 0)
    found.push({
      what: 'escalation',
      result: 'ready',
      found: 'Nobody is in notify.people: escalations go to everybody who hears of the severity.',
      fix: '',
    });
  if (notify.email.length === 0)
    found.push(
      notReady(
        'fallback',
        'Nobody gets e-mail, so what a channel does not take reaches nobody.',
        'Add an address to notify.email.',
      ),
    );
  if (respond.publicUrl === undefined || respond.linkSecret === undefined)
    found.push({
      what: 'links in messages',
      result: 'skipped',
      found: `Messages carry no links: ${respond.publicUrl === undefined ? 'respond.publicUrl' : 'respond.linkSecret'} is not set.`,
      fix: '',
    });
  return found.some(({ result }) => result === 'not-ready')
    ? found
    : [ready('configuration', 'Every severity is heard of, and every name is known.'), ...found];
};

const LOCALLY = 'A local runtime has neither e-mail nor SMS: messages are files in its inbox.';

const examineSubscription = (
  what: string,
  { protocol, endpoint }: { readonly protocol: 'email' | 'sms'; readonly endpoint: string },
  actual: readonly ActualSubscription[],
): Examined => {
  const found = actual.find(
    (one) => one.protocol === protocol && one.endpoint.toLowerCase() === endpoint.toLowerCase(),
  );
  if (!found)
    return notReady(what, 'SNS has no such subscription.', 'Deploy again; then confirm it, if it is e-mail.');
  return found.confirmed
    ? ready(what, 'Subscribed and confirmed.')
    : notReady(
        what,
        'Not confirmed: nothing is sent there.',
        'Open the mail "AWS Notification - Subscription Confirmation" there and follow its link; if it is gone, delete the subscription and deploy again.',
      );
};

const PERMISSION =
  'Use credentials that may read SNS (sns:ListSubscriptionsByTopic), or look in the AWS console.';

const examineTopic = (
  what: string,
  topicArn: string | null,
  { sns }: DoctorPorts,
  look: (actual: readonly ActualSubscription[]) => readonly Examined[],
): Promise<readonly Examined[]> =>
  orUnknown(
    what,
    async () => {
      if (topicArn === null)
        return [
          { what, result: 'unknown', found: 'It was not found.', fix: 'Deploy, or name it with --topic.' },
        ];
      const actual = await sns.subscriptions(topicArn);
      if (actual === null)
        return [notReady(what, 'It does not exist.', 'Deploy again, or name it with --topic.')];
      return [ready(what, 'It is there.'), ...look(actual)];
    },
    PERMISSION,
  );

const examineAlerts = (config: Config, ports: DoctorPorts): Promise<readonly Examined[]> =>
  examineTopic('topic of incidents', ports.alertTopicArn, ports, (actual) => [
    ...(ports.isLocal
      ? [skipped('e-mail and SMS', LOCALLY)]
      : subscriptionsOf(config).map((one) =>
          examineSubscription(`${one.protocol} ${one.endpoint}`, one, actual),
        )),
    ...channelSubscriptionsOf(config).map(({ channel }) =>
      actual.some(({ protocol, endpoint }) => protocol === 'sqs' && endpoint.endsWith(`-notify-${channel}`))
        ? ready(`queue of ${channel}`, 'Subscribed.')
        : notReady(`queue of ${channel}`, 'SNS has no such subscription.', 'Deploy again, or start again.'),
    ),
  ]);

const examinePages = (config: Config, ports: DoctorPorts): Promise<readonly Examined[]> => {
  const wanted = pageSubscriptionsOf(config);
  if (wanted.length === 0) return Promise.resolve([]);
  if (ports.isLocal) return Promise.resolve([skipped('pages to people', LOCALLY)]);
  return examineTopic('topic of pages', ports.pagesTopicArn, ports, (actual) =>
    wanted.map((one) =>
      examineSubscription(`${one.protocol} ${one.endpoint} of ${one.people.join(', ')}`, one, actual),
    ),
  );
};

const examineSandbox = async (
  numbers: readonly string[],
  { sns }: DoctorPorts,
): Promise<readonly Examined[]> => {
  const { inSandbox, verified } = await sns.smsSandbox();
  if (!inSandbox) return [ready('SMS sandbox', 'The account is out of it: SMS goes to any number.')];
  const missing = numbers.filter((number) => !verified.includes(number));
  return missing.length === 0
    ? [ready('SMS sandbox', 'The account is in it, and every number is verified.')]
    : [
        notReady(
          'SMS sandbox',
          `The account is in it, and ${missing.join(', ')} is not verified: no SMS arrives there.`,
          'AWS console: SNS > Text messaging (SMS) > Exit SMS sandbox; or verify the number there.',
        ),
      ];
};

const examineSpendLimit = async ({ sns }: DoctorPorts): Promise<readonly Examined[]> => {
  const limit = (await sns.smsSpendLimit()) ?? 1;
  return limit >= SPEND_LIMIT_USD
    ? [ready('SMS spend limit', `${limit} USD a month.`)]
    : [
        notReady(
          'SMS spend limit',
          `${limit} USD a month: a few dozen SMS, and SNS stops sending within minutes of reaching it.`,
          'AWS console: SNS > Text messaging (SMS) > Edit > account spend limit; above the quota, ask AWS support.',
        ),
      ];
};

const examineSms = async (config: Config, ports: DoctorPorts): Promise<readonly Examined[]> => {
  const numbers = [
    ...subscriptionsOf(config).filter(({ protocol }) => protocol === 'sms'),
    ...pageSubscriptionsOf(config).filter(({ protocol }) => protocol === 'sms'),
  ].map(({ endpoint }) => endpoint);
  if (numbers.length === 0 || ports.isLocal) return [];
  const fix =
    'Use credentials that may read SNS (sns:GetSMSSandboxAccountStatus, sns:GetSMSAttributes), or look in the AWS console.';
  return (
    await Promise.all([
      orUnknown('SMS sandbox', () => examineSandbox([...new Set(numbers)], ports), fix),
      orUnknown('SMS spend limit', () => examineSpendLimit(ports), fix),
    ])
  ).flat();
};

const examineChannels = async ({ channels }: DoctorPorts): Promise<readonly Examined[]> =>
  (
    await Promise.all(
      [...channels].map(([id, channel]) =>
        orUnknown(
          id,
          async () => [{ what: id, ...(await channel.check()) }],
          'Look at the secret that the channel names, and whether it can be read here.',
        ),
      ),
    )
  ).flat();

const examineUndelivered = (config: Config, { proof, now }: DoctorPorts): Promise<readonly Examined[]> =>
  orUnknown(
    'messages that are owed',
    async () => {
      const { ageMs, channel } = await undeliveredAge(proof, now);
      if (ageMs === null) return [ready('messages that are owed', 'None.')];
      const found = `The oldest is ${duration(ageMs)} old, on ${channel}.`;
      return [
        ageMs < 2 * config.notify.fallback.afterMinutes * MINUTE
          ? ready('messages that are owed', found)
          : notReady(
              'messages that are owed',
              found,
              'Look at what is said of that channel here, and at the watch.',
            ),
      ];
    },
    'Look at whether the table can be read.',
  );

/**
 * Whether messages would arrive: what the configuration leaves open, whether SNS has everybody and may send SMS, and
 * what each channel says. Tells nobody anything. Never rejects: what cannot be looked at is unknown.
 */
export const examine = async (config: Config, ports: DoctorPorts): Promise<readonly Examined[]> =>
  (
    await Promise.all([
      examineConfig(config),
      examineAlerts(config, ports),
      examinePages(config, ports),
      examineSms(config, ports),
      examineChannels(ports),
      examineUndelivered(config, ports),
    ])
  ).flat();
