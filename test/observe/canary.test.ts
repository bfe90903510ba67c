import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../shared/config/schema.ts';
import { priceCanary } from '../../shared/observe/canary.ts';

const webhook = (over: object = {}) => {
  const config = configSchema.parse({
    feeds: { leads: { webhooks: [{ id: 'leads-1', url: 'env:HOOK', check: 'canary', ...over }] } },
  });
  const [first] = config.feeds.leads?.webhooks ?? [];
  if (!first) throw new Error('no webhook');
  return first;
};

describe('the price of a canary', () => {
  it('every five minutes uses up a webhook in about 174 days', () => {
    expect(priceCanary(webhook({ everyMinutes: 5 }))).toMatchObject({
      rowsPerYear: 105_120,
      shareOfLimitPerYear: 105_120 / 50_000,
      creditsPerYear: 105_120 * 14,
      decision: 'over-budget',
      summary:
        "A canary every 5 minutes makes 105,120 rows a year and costs about 1,471,680 credits; that is 210 % of the webhook's limit of 50,000 (budget 20 %), and alone would use up what is left of it in 173 days.",
    });
    expect(priceCanary(webhook({ everyMinutes: 5 })).daysUntilUsedUp).toBeCloseTo(173.6, 1);
  });

  it('every hour is within the default budget', () => {
    expect(priceCanary(webhook())).toMatchObject({ rowsPerYear: 8_760, decision: 'within-budget' });
  });

  it('over its budget is refused unless forced', () => {
    expect(priceCanary(webhook({ everyMinutes: 50 })).decision).toBe('over-budget');
    expect(priceCanary(webhook({ everyMinutes: 50, canary: { force: true } })).decision).toBe('forced');
    expect(priceCanary(webhook({ everyMinutes: 50, canary: { maxShareOfLimitPerYear: 0.5 } })).decision).toBe(
      'within-budget',
    );
  });

  it('counts what the webhook has taken already', () => {
    expect(priceCanary(webhook({ startCount: 49_976 })).daysUntilUsedUp).toBe(1);
    expect(priceCanary(webhook({ startCount: 60_000 })).daysUntilUsedUp).toBe(0);
  });

  it('of a webhook without a limit is credits only', () => {
    expect(priceCanary(webhook({ unlimited: true, everyMinutes: 1 }))).toMatchObject({
      shareOfLimitPerYear: 0,
      daysUntilUsedUp: null,
      creditsPerYear: 525_600 * 14,
      decision: 'within-budget',
    });
  });

  it('never falls when the canary runs more often', () => {
    const every = fc.integer({ min: 1, max: 44_640 });
    fc.assert(
      fc.property(every, every, (a, b) => {
        const [often, seldom] = [Math.min(a, b), Math.max(a, b)].map((everyMinutes) =>
          priceCanary(webhook({ everyMinutes })),
        );
        expect(often?.rowsPerYear).toBeGreaterThanOrEqual(seldom?.rowsPerYear ?? 0);
        expect(often?.daysUntilUsedUp ?? 0).toBeLessThanOrEqual(seldom?.daysUntilUsedUp ?? 0);
      }),
    );
  });
});
