import { type ITopic, Subscription, SubscriptionProtocol } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config/schema.ts';
import { pageSubscriptionsOf, subscriptionsOf } from '../../shared/notify/filter-policy.ts';
import { snsFilterPolicy } from '../filter-policy.ts';
import type { AuditedTopic } from './audited-topic.ts';

export interface PeopleProps {
  readonly notify: Config['notify'];
  readonly alerts: ITopic;
  readonly undelivered: IQueue;
  readonly pages: AuditedTopic;
  readonly operators: ITopic;
}

const PROTOCOLS = { email: SubscriptionProtocol.EMAIL, sms: SubscriptionProtocol.SMS } as const;

/** Everybody whom the configuration names: of incidents by severity, of pages by name, and of Claywatch's own alarms. */
export class People extends Construct {
  constructor(scope: Construct, id: string, { notify, alerts, undelivered, pages, operators }: PeopleProps) {
    super(scope, id);
    for (const { protocol, endpoint, filterPolicy } of subscriptionsOf({ notify })) {
      new Subscription(this, `${protocol} ${endpoint}`, {
        topic: alerts,
        protocol: PROTOCOLS[protocol],
        endpoint,
        filterPolicy: snsFilterPolicy(filterPolicy),
        deadLetterQueue: undelivered,
      });
    }
    for (const { protocol, endpoint, filterPolicy } of pageSubscriptionsOf({ notify })) {
      new Subscription(this, `page ${protocol} ${endpoint}`, {
        topic: pages.topic,
        protocol: PROTOCOLS[protocol],
        endpoint,
        filterPolicy: snsFilterPolicy(filterPolicy),
        deadLetterQueue: pages.undelivered,
      });
    }
    const operatorAddresses =
      notify.operatorEmail.length > 0 ? notify.operatorEmail : notify.email.map(({ address }) => address);
    for (const endpoint of new Set(operatorAddresses)) {
      new Subscription(this, `operator ${endpoint}`, {
        topic: operators,
        protocol: SubscriptionProtocol.EMAIL,
        endpoint,
      });
    }
  }
}
