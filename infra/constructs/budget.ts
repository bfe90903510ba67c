import { Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface BudgetProps {
  /** What a month may cost. */
  readonly usdPerMonth: number;
  /**
   * Who is told beside the operators' topic. AWS takes at most ten.
   *
   * @default - nobody
   */
  readonly email?: readonly string[];
}

interface Props extends BudgetProps {
  readonly installation: string;
  readonly operators: Topic;
}

/** When it is told, in percent of the budget. */
const TOLD_AT = [
  { kind: 'ACTUAL', percent: 80 },
  { kind: 'ACTUAL', percent: 100 },
  { kind: 'FORECASTED', percent: 100 },
];

/** What AWS charges for one installation in a month, told apart by its tag, and who hears when it is too much. */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { installation, operators, usdPerMonth, email = [] }: Props) {
    super(scope, id);
    if (!(usdPerMonth > 0)) throw new RangeError(`budget.usdPerMonth is ${usdPerMonth}; must be above 0`);
    const { account, region } = Stack.of(this);
    operators.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Budgets',
        principals: [new ServicePrincipal('budgets.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [operators.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    const subscribers = [
      { subscriptionType: 'SNS', address: operators.topicArn },
      ...email.map((address) => ({ subscriptionType: 'EMAIL', address })),
    ];
    const budget = new CfnBudget(this, 'Budget', {
      budget: {
        // Budgets belong to an account, not to a region of it.
        budgetName: `${installation}-${region}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: usdPerMonth, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:claywatch:installation$${installation}`] },
      },
      notificationsWithSubscribers: TOLD_AT.map(({ kind, percent }) => ({
        notification: {
          notificationType: kind,
          comparisonOperator: 'GREATER_THAN',
          threshold: percent,
          thresholdType: 'PERCENTAGE',
        },
        subscribers,
      })),
    });
    // AWS asks the topic whether it may publish there before it takes the budget.
    budget.node.addDependency(operators);
  }
}
