import type { WebhookConfig } from '../config/schema.ts';

/** What a canary costs. Every one of its POSTs is a real row: it uses one of the webhook's submissions for life [C]. */
export interface CanaryPrice {
  readonly rowsPerYear: number;
  /** Share of the webhook's lifetime limit that a year of it uses; may exceed 1. 0 when the webhook is unlimited. */
  readonly shareOfLimitPerYear: number;
  /** Data credits. */
  readonly creditsPerYear: number;
  /** Days until what is left of the webhook is used up by the canary alone; null when it is unlimited. */
  readonly daysUntilUsedUp: number | null;
  /** `forced`: over its budget, and the configuration says to run it all the same. */
  readonly decision: 'within-budget' | 'over-budget' | 'forced';
  /** The price in one sentence, to be shown when the configuration is loaded. */
  readonly summary: string;
}

const MINUTES_PER_DAY = 1_440;
const DAYS_PER_YEAR = 365;

/** Prices the canary of a webhook, as if its `check` were `canary`. */
export const priceCanary = (
  webhook: Pick<WebhookConfig, 'id' | 'limit' | 'startCount' | 'unlimited' | 'everyMinutes' | 'canary'>,
): CanaryPrice => {
  const { limit, startCount, unlimited, everyMinutes, canary } = webhook;
  const rowsPerDay = MINUTES_PER_DAY / everyMinutes;
  const rowsPerYear = Math.ceil(rowsPerDay * DAYS_PER_YEAR);
  const shareOfLimitPerYear = unlimited ? 0 : rowsPerYear / limit;
  const creditsPerYear = rowsPerYear * canary.creditsPerRow;
  const daysUntilUsedUp = unlimited ? null : Math.max(0, limit - startCount) / rowsPerDay;
  const within = shareOfLimitPerYear <= canary.maxShareOfLimitPerYear;
  return {
    rowsPerYear,
    shareOfLimitPerYear,
    creditsPerYear,
    daysUntilUsedUp,
    decision: within ? 'within-budget' : canary.force ? 'forced' : 'over-budget',
    summary: [
      `A canary every ${number(everyMinutes)} minutes makes ${number(rowsPerYear)} rows a year`,
      ` and costs about ${number(creditsPerYear)} credits`,
      daysUntilUsedUp === null
        ? '; the webhook has no limit.'
        : `; that is ${percent(shareOfLimitPerYear)} of the webhook's limit of ${number(limit)} (budget ${percent(canary.maxShareOfLimitPerYear)}), and alone would use up what is left of it in ${number(Math.floor(daysUntilUsedUp))} days.`,
    ].join(''),
  };
};

const number = (value: number): string =>
  value.toLocaleString('en-GB', { maximumFractionDigits: value < 10 ? 1 : 0 });
const percent = (share: number): string => `${number(share * 100)} %`;
