import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { configFiles, deploymentOptions } from '../../infra/options.ts';

const given = (context: Readonly<Record<string, unknown>>) => deploymentOptions((name) => context[name]);

describe('the options of a deployment', () => {
  it('are none unless given, so that the defaults of the construct hold', () => {
    expect(given({})).toEqual({});
  });

  it('are read from text, as the command line gives them', () => {
    expect(
      given({
        reservedConcurrency: '5',
        removal: 'destroy',
        tableKey: 'customer-managed',
        logRetentionDays: '90',
        alarms: 'all',
        dashboards: 'true',
        budgetUsdPerMonth: '12.50',
        smsSpendLimitUsd: '50',
        tags: 'team=growth,cost centre=42',
      }),
    ).toEqual({
      reservedConcurrency: 5,
      removal: 'destroy',
      tableKey: 'customer-managed',
      logRetention: RetentionDays.THREE_MONTHS,
      alarms: 'all',
      dashboards: true,
      budget: { usdPerMonth: 12.5 },
      smsSpendLimitUsd: 50,
      tags: { team: 'growth', 'cost centre': '42' },
    });
  });

  it('are read as they are from cdk.json', () => {
    expect(
      given({
        reservedConcurrency: 'none',
        dashboards: false,
        logRetentionDays: 7,
        tags: { team: 'growth' },
      }),
    ).toEqual({ reservedConcurrency: 'none', dashboards: false, logRetention: 7, tags: { team: 'growth' } });
  });

  it('take a key that exists by its ARN', () => {
    const tableKey = 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000';
    expect(given({ tableKey })).toEqual({ tableKey });
  });

  it.each([
    ['reservedConcurrency', '0', 'whole number'],
    ['reservedConcurrency', '-1', 'whole number'],
    ['reservedConcurrency', '1.5', 'whole number'],
    ['reservedConcurrency', 'many', 'whole number'],
    ['reservedConcurrency', '', 'whole number'],
    ['removal', 'delete', 'retain or destroy'],
    ['tableKey', 'alias/mine', 'ARN of a key'],
    ['logRetentionDays', '31', '30'],
    ['alarms', 'some', 'lean or all'],
    ['dashboards', 'yes', 'true or false'],
    ['budgetUsdPerMonth', '0', 'above 0'],
    ['smsSpendLimitUsd', '-1', 'above 0'],
    ['tags', 'team', 'key=value'],
  ])('refuse -c %s=%s, and say what is taken', (name, value, allowed) => {
    expect(() => given({ [name]: value })).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        message: expect.stringContaining(`-c ${name}=${value}: must be`),
      }),
    );
    expect(() => given({ [name]: value })).toThrow(allowed);
  });
});

describe('the configurations of an app', () => {
  it('are the one of this directory, one that is named, or several', () => {
    expect(configFiles(undefined)).toEqual([undefined]);
    expect(configFiles('eu.config.ts')).toEqual(['eu.config.ts']);
    expect(configFiles('eu.config.ts, us.config.ts')).toEqual(['eu.config.ts', 'us.config.ts']);
    expect(configFiles(['eu.config.ts', 'us.config.ts'])).toEqual(['eu.config.ts', 'us.config.ts']);
  });

  it('are not none', () => {
    expect(() => configFiles(' , ')).toThrow(/-c config=/);
  });
});
