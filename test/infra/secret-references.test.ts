import { describe, expect, it } from 'vitest';
import { deployedSecretsOf, secretReferencesIn } from '../../infra/secret-references.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { FULL_CONFIG } from './installation.ts';

describe('the secrets of a deployment', () => {
  it('are every one that the configuration names, each once', () => {
    expect(deployedSecretsOf(parseConfig(FULL_CONFIG, 'test'))).toEqual([
      'acme/callback',
      'acme/clay',
      'acme/links',
      'acme/respond',
      'acme/senders',
      'acme/senders-before',
      'acme/sessions',
      'acme/slack-app',
      'acme/slack-bot',
      'shared-token',
      'team/accounts',
      'team/bus',
      'team/bus-key',
      'team/bus-key-before',
      'team/crm',
      'team/crm-sender',
      'team/events',
      'team/health',
      'team/loader',
      'team/login',
      'team/pagerduty',
      'team/reader',
      'team/rows-before',
      'team/status',
      'team/statuspage',
    ]);
  });

  it('are found with the key that names them', () => {
    expect(secretReferencesIn(parseConfig(FULL_CONFIG, 'test'))).toContainEqual({
      key: 'feeds.leads.webhooks[1].authToken',
      reference: 'secretsmanager:shared-token',
    });
  });

  it('are not read out of JSON of the user, which may hold any text', () => {
    const config = parseConfig(
      {
        feeds: {
          leads: {
            webhooks: [
              {
                id: 'leads-1',
                url: 'secretsmanager:claywatch/leads',
                canary: { row: { stage: 'env:production' } },
              },
            ],
            relay: { schema: { const: 'secretsmanager:nothing' } },
          },
        },
      },
      'test',
    );
    expect(deployedSecretsOf(config)).toEqual(['claywatch/leads']);
  });

  it('may not be environment variables, which a deployed function does not have', () => {
    const config = parseConfig(
      {
        clay: { apiKey: 'env:CLAY_API_KEY' },
        probes: { crm: { url: 'https://crm.example.com', headers: { auth: { secret: 'env:CRM_TOKEN' } } } },
      },
      'test',
    );
    expect(() => deployedSecretsOf(config)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: expect.stringMatching(
          /clay\.apiKey: env:CLAY_API_KEY[\s\S]*probes\.crm\.headers\.auth\.secret: env:CRM_TOKEN/,
        ),
        remedy: expect.stringContaining('secretsmanager:claywatch/'),
      }),
    );
  });
});
