import { describe, expect, it } from 'vitest';
import type { WebhookConfig } from '../../shared/config/schema.ts';
import type { FeedSnapshot } from '../../shared/rows/snapshot.ts';
import { planRecount } from '../../shared/usage/recount.ts';
import { CONFIG, emptySnapshot, NOW } from './sample.ts';

const webhook = (over: Partial<WebhookConfig> = {}): WebhookConfig => {
  const [first] = CONFIG.feeds.leads?.webhooks ?? [];
  if (!first) throw new Error('no webhook');
  return { ...first, ...over };
};

const counted = (accepted: number, unknown = 0): FeedSnapshot => ({
  ...emptySnapshot('leads'),
  webhooks: [{ webhook: 'leads-1', accepted, unknown }],
});

describe('a recount', () => {
  it('says what the ledger has and what it will have', () => {
    expect(planRecount('leads', webhook({ startCount: 1_000 }), counted(200, 5), 36_214)).toEqual({
      feed: 'leads',
      webhook: 'leads-1',
      from: { low: 1_200, high: 1_205 },
      asOf: NOW,
      to: 36_214,
      limit: 50_000,
      cautions: [],
    });
  });

  it('cautions a person who may have misread it', () => {
    const cautions = (to: number, over?: Partial<WebhookConfig>, snapshot = counted(200)) =>
      planRecount('leads', webhook(over), snapshot, to).cautions;
    expect(cautions(199)).toEqual(['below-counted']);
    expect(cautions(200)).toEqual(['same']);
    expect(cautions(50_000)).toEqual(['full']);
    expect(cautions(60_000, { unlimited: true })).toEqual(['unlimited']);
    expect(cautions(5, {}, emptySnapshot('leads'))).toEqual(['never-counted']);
  });

  it('of a feed that was never counted starts from the configuration', () => {
    const plan = planRecount('leads', webhook({ startCount: 700 }), null, 900);
    expect(plan).toMatchObject({ from: { low: 700, high: 700 }, asOf: null, cautions: ['never-counted'] });
  });
});
