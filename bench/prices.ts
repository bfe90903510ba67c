/**
 * List prices of us-east-1 in US dollars, without free tiers and without tax, as of November 2026. Other regions cost up to
 * a quarter more.
 *
 * `[A]`: read on a page of AWS itself, in a stored copy; `[Q]`: quoted from AWS's page by a dated transcript that names it
 * (api-evangelist, 20 September 2026); `[S]`: in at least one dated secondary source of 2024 to 2026, and not contradicted by
 * a newer one. AWS's pricing pages show most of their numbers only in a browser, so that copies of them hold few: before a
 * budget depends on a number, compare it with `page`.
 */
export interface Price {
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  readonly page: string;
  readonly seen: string;
}

export const PRICES_AS_OF = '2026-11-22';
export const PRICES_REGION = 'us-east-1';

const MILLION = 1_000_000;
const price = (usd: number, per: number, unit: string, page: string, seen: string): Price => ({
  ...{ usd, per, unit, page, seen },
});
const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';
const DYNAMODB = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const CLOUDWATCH = 'https://aws.amazon.com/cloudwatch/pricing/';
const SECRETS = 'https://aws.amazon.com/secrets-manager/pricing/';

export const PRICES = {
  lambdaRequests: price(
    0.2,
    MILLION,
    'invocations',
    LAMBDA,
    '[S] cloudchipr.com 2024; [Q] of Managed Instances only',
  ),
  lambdaGbSeconds: price(
    13.3334,
    MILLION,
    'GB-seconds on arm64',
    LAMBDA,
    '[S] cloudchipr.com 2024, artillery 2.0.28 (npm)',
  ),
  httpRequests: price(
    1,
    MILLION,
    'requests to an HTTP API, each begun 512 KB',
    'https://aws.amazon.com/api-gateway/pricing/',
    '[A] docs.aws.amazon.com, whitepaper on private APIs: cost optimization',
  ),
  writeUnits: price(0.625, MILLION, 'write request units', DYNAMODB, '[S] airbyte.com, July 2025'),
  readUnits: price(0.125, MILLION, 'read request units', DYNAMODB, '[S] airbyte.com, July 2025'),
  tableGbMonths: price(0.25, 1, 'GB-months', DYNAMODB, '[A] dynamodb/pricing, an older copy'),
  /** Point-in-time recovery. */
  backupGbMonths: price(0.2, 1, 'GB-months', DYNAMODB, 'not confirmed'),
  sqsRequests: price(
    0.4,
    MILLION,
    'requests, each begun 64 KB',
    'https://aws.amazon.com/sqs/pricing/',
    '[S] cloudburn.io, March 2026; factualminds.com, June 2026',
  ),
  snsRequests: price(
    0.5,
    MILLION,
    'publishes; to SQS free',
    'https://aws.amazon.com/sns/pricing/',
    '[S] factualminds.com, June 2026',
  ),
  emails: price(
    2,
    100_000,
    'e-mails',
    'https://aws.amazon.com/sns/pricing/',
    '[S] factualminds.com, June 2026',
  ),
  schedules: price(
    1,
    MILLION,
    'invocations; the first 14 million free',
    'https://aws.amazon.com/eventbridge/pricing/',
    '[S] cloudburn.io, March 2026; one of 2026 (wring.co) says that they are free',
  ),
  secretReads: price(0.05, 10_000, 'calls', SECRETS, '[Q]'),
  secretMonths: price(0.4, 1, 'secrets a month', SECRETS, '[Q]'),
  keyMonths: price(
    1,
    1,
    'customer-managed keys a month',
    'https://aws.amazon.com/kms/pricing/',
    '[S] wring.co, cloudburn.io, March 2026',
  ),
  logGb: price(0.5, 1, 'GB of logs taken in', CLOUDWATCH, '[S] factualminds.com, June 2026'),
  alarmMetricMonths: price(0.1, 1, 'metrics that an alarm looks at, a month', CLOUDWATCH, '[S] docs of 2026'),
  metricMonths: price(0.3, 1, 'metrics of its own, a month', CLOUDWATCH, '[S] signoz.io, February 2026'),
  dashboardMonths: price(3, 1, 'dashboards a month', CLOUDWATCH, '[S] factualminds.com, June 2026'),
} as const satisfies Readonly<Record<string, Price>>;

export type Priced = keyof typeof PRICES;
/** How much of each was used. */
export type Usage = Partial<Readonly<Record<Priced, number>>>;

export const usdOf = (usage: Usage): number =>
  Object.entries(usage).reduce((sum, [name, amount]) => {
    const { usd, per } = PRICES[name as Priced];
    return sum + (amount * usd) / per;
  }, 0);

export const times = (usage: Usage, factor: number): Usage =>
  Object.fromEntries(Object.entries(usage).map(([name, amount]) => [name, amount * factor]));

export const plus = (...all: readonly Usage[]): Usage => {
  const sum: Partial<Record<Priced, number>> = {};
  for (const usage of all)
    for (const [name, amount] of Object.entries(usage) as [Priced, number][])
      sum[name] = (sum[name] ?? 0) + amount;
  return sum;
};
