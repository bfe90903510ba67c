import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import type { FilterPolicy } from '../shared/notify/filter-policy.ts';

/** A filter policy as CDK takes it: the same values, attribute by attribute. */
export const snsFilterPolicy = (policy: FilterPolicy): Record<string, SubscriptionFilter> =>
  Object.fromEntries(
    Object.entries(policy).map(([attribute, values]) => [
      attribute,
      SubscriptionFilter.stringFilter({ allowlist: [...values] }),
    ]),
  );
