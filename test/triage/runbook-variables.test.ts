import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { withRunbookVariables } from '../../shared/triage/runbook-variables.ts';

const ALL = {
  CLAY_WEBHOOK_URL: 'https://api.clay.com/v3/sources/webhook/not-a-real-webhook',
  CLAY_API_KEY: 'not-a-real-key',
  CLAY_CALLBACK_URL: 'https://example.com/api/health',
};

const apply = (input: ConfigInput, env: Record<string, string>) =>
  withRunbookVariables(parseConfig(input, 'test'), env);

describe("the runbook's variables", () => {
  it('add key, webhook and callback to no configuration at all, and only name the secrets', () => {
    const { config, used } = apply({}, ALL);
    expect(used).toEqual(['CLAY_WEBHOOK_URL', 'CLAY_API_KEY', 'CLAY_CALLBACK_URL']);
    expect(config.clay.apiKey).toBe('env:CLAY_API_KEY');
    expect(config.feeds.main?.webhooks[0]).toMatchObject({ url: 'env:CLAY_WEBHOOK_URL', check: 'passive' });
    expect(config.feeds.main?.callback?.url).toBe(ALL.CLAY_CALLBACK_URL);
    expect(JSON.stringify(config)).not.toMatch(/not-a-real/);
  });

  it('add to the only feed of a configuration what it lacks, and keep the rest', () => {
    const { config, used } = apply({ feeds: { leads: { affects: ['Sales'] } } }, ALL);
    expect(Object.keys(config.feeds)).toEqual(['leads']);
    expect(config.feeds.leads).toMatchObject({
      affects: ['Sales'],
      webhooks: [{ url: 'env:CLAY_WEBHOOK_URL' }],
    });
    expect(used).toHaveLength(3);
  });

  it('never replace what the configuration says itself', () => {
    const input: ConfigInput = {
      clay: { apiKey: 'env:OTHER' },
      feeds: {
        leads: { webhooks: [{ id: 'a', url: 'env:A' }], callback: { url: 'https://own.example.com' } },
      },
    };
    const { config, used } = apply(input, ALL);
    expect(used).toEqual([]);
    expect(config).toEqual(parseConfig(input, 'test'));
  });

  it('count as not set when they are empty', () => {
    expect(apply({}, { CLAY_API_KEY: '', CLAY_WEBHOOK_URL: '  ', CLAY_CALLBACK_URL: '' }).used).toEqual([]);
  });

  it.each(['not a url', 'ftp://example.com', 'https://me:not-a-real-password@example.com', '/api/health'])(
    'are refused without their value when the callback address is %s',
    (url) => {
      expect(() => apply({}, { CLAY_CALLBACK_URL: url })).toThrowError(
        expect.objectContaining({ code: 'environment.invalid', message: expect.not.stringContaining(url) }),
      );
    },
  );
});
