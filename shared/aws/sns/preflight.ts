import {
  GetSMSAttributesCommand,
  GetSMSSandboxAccountStatusCommand,
  ListSMSSandboxPhoneNumbersCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  NotFoundException,
  type SNSClient,
} from '@aws-sdk/client-sns';
import type { ActualSubscription, SnsPreflight } from '../../notify/doctor.ts';

/** As SNS says it of a subscription that nobody has confirmed. */
const PENDING = 'PendingConfirmation';
/** No account has more pages than this, and a loop must end. */
const MOST_PAGES = 200;

/** What SNS says about itself. Every call rejects with the SDK's error when it may not be asked. */
export const createSnsPreflight = (client: SNSClient): SnsPreflight => ({
  subscriptions: async (topicArn) => {
    const found: ActualSubscription[] = [];
    let next: string | undefined;
    try {
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const { Subscriptions = [], NextToken } = await client.send(
          new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, ...(next && { NextToken: next }) }),
        );
        for (const {
          Protocol: protocol = '',
          Endpoint: endpoint = '',
          SubscriptionArn: arn,
        } of Subscriptions)
          found.push({ protocol, endpoint, confirmed: arn !== undefined && arn !== PENDING });
        next = NextToken;
        if (!next) break;
      }
      return found;
    } catch (error) {
      if (error instanceof NotFoundException) return null;
      throw error;
    }
  },

  smsSandbox: async () => {
    const { IsInSandbox = true } = await client.send(new GetSMSSandboxAccountStatusCommand({}));
    if (!IsInSandbox) return { inSandbox: false, verified: [] };
    // The sandbox holds ten numbers at most.
    const { PhoneNumbers = [] } = await client.send(new ListSMSSandboxPhoneNumbersCommand({}));
    return {
      inSandbox: true,
      verified: PhoneNumbers.flatMap(({ PhoneNumber, Status }) =>
        PhoneNumber !== undefined && Status === 'Verified' ? [PhoneNumber] : [],
      ),
    };
  },

  smsSpendLimit: async () => {
    const { attributes = {} } = await client.send(
      new GetSMSAttributesCommand({ attributes: ['MonthlySpendLimit'] }),
    );
    const limit = Number(attributes.MonthlySpendLimit);
    return attributes.MonthlySpendLimit === undefined || Number.isNaN(limit) ? null : limit;
  },
});

/** The ARN of a topic by its name; null when there is none. */
export const findTopic = async (client: SNSClient, name: string): Promise<string | null> => {
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { Topics = [], NextToken } = await client.send(
      new ListTopicsCommand({ ...(next && { NextToken: next }) }),
    );
    const found = Topics.find(({ TopicArn = '' }) => TopicArn.endsWith(`:${name}`));
    if (found?.TopicArn !== undefined) return found.TopicArn;
    next = NextToken;
    if (!next) return null;
  }
  return null;
};
