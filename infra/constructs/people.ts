import { type ITopic, Subscription, SubscriptionFilter, SubscriptionProtocol } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config/schema.ts';
import { subscriptionsOf } from '../../shared/notify/filter-policy.ts';

export interface PeopleProps {
  readonly notify: Config['notify'];
  readonly alerts: ITopic;
  readonly operators: ITopic;
  readonly undelivered: IQueue;
}

const PROTOCOLS = { email: SubscriptionProtocol.EMAIL, sms: SubscriptionProtocol.SMS } as const;

/** Everybody whom the configuration names: of incidents by severity, and of Claywatch's own alarms. */
export class People extends Construct {
  constructor(scope: Construct, id: string, { notify, alerts, operators, undelivered }: PeopleProps) {
    super(scope, id);
    for (const { protocol, endpoint, filterPolicy } of subscriptionsOf({ notify })) {
      new Subscription(this, `${protocol} ${endpoint}`, {
        topic: alerts,
        protocol: PROTOCOLS[protocol],
        endpoint,
        filterPolicy: Object.fromEntries(
          Object.entries(filterPolicy).map(([attribute, values]) => [
            attribute,
            SubscriptionFilter.stringFilter({ allowlist: [...values] }),
          ]),
        ),
        deadLetterQueue: undelivered,
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
