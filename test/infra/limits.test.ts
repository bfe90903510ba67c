import { App, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { allow } from '../../infra/iam.ts';
import { MAX_POLICY_CHARACTERS, policyCharacters } from '../../infra/policy-size.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { FULL_CONFIG, flat, found, rightsOf, statementsOf, synthesize } from './installation.ts';

type Synthesized = ReturnType<typeof synthesize>;

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const secret = (name: string) => `secretsmanager:${name}` as const;

/** Every kind of channel as often as the configuration takes it, and as many feeds as then have room with every alarm. */
const MANY = {
  installation: 'acme',
  feeds: Object.fromEntries(
    times(30, (index) => [
      `a-feed-with-quite-a-long-name-number-${index}`,
      {
        webhooks: [{ id: 'one', url: secret(`acme/clay#webhook${index}`) }],
        relay: { secret: secret('acme/senders#rows') },
      },
    ]),
  ),
  notify: {
    slack: times(20, (index) => ({
      id: `slack-with-quite-a-long-name-number-${index}`,
      channel: 'C0123456789',
      botToken: secret('acme/slack'),
    })),
    pagerduty: times(20, (index) => ({
      id: `pagerduty-with-quite-a-long-name-${index}`,
      routingKey: secret(`acme/pagerduty#key${index}`),
    })),
    webhooks: times(20, (index) => ({
      id: `webhook-with-quite-a-long-name-${index}`,
      url: secret(`acme/hooks#url${index}`),
      signingSecrets: [secret(`acme/hooks#key${index}`)],
    })),
    statusPages: times(10, (index) => ({
      id: `status-page-with-quite-a-long-name-${index}`,
      kind: 'statuspage' as const,
      apiUrl: 'https://api.statuspage.io/v1',
      token: secret('acme/status-pages'),
      pageId: `page-${index}`,
    })),
  },
} satisfies ConfigInput;

let many: Synthesized;
let usual: Synthesized;

beforeAll(() => {
  many = synthesize(MANY, { alarms: 'all', dashboards: true });
  usual = synthesize(FULL_CONFIG, { tableKey: 'customer-managed' });
}, 400_000);

/** As IAM counts them, once deployed: every reference as long as it is in a region with a long name. */
const deployedCharacters = (role: Parameters<typeof statementsOf>[0]): number =>
  JSON.stringify(statementsOf(role))
    .replaceAll(/<AWS::(\w+)>/g, (_, name) => (name === 'Region' ? 'eu-central-1' : '111122223333'))
    .replaceAll(/\s/g, '').length;

describe('the policy of a function', () => {
  it('fits into a role, however many feeds and channels there are', () => {
    for (const { state, rest } of [many, usual]) {
      for (const template of [state, rest]) {
        for (const [, role] of found(template, 'AWS::IAM::Role')) {
          expect(deployedCharacters(role)).toBeLessThanOrEqual(MAX_POLICY_CHARACTERS);
        }
      }
    }
  });

  it('names each queue, as long as there is room', () => {
    for (const [name, sid] of [
      ['notify', 'HandOver'],
      ['relay', 'TakeRows'],
      ['forward', 'SendRows'],
    ] as const) {
      const resources = rightsOf(usual.rest, `acme-${name}`).find(({ Sid }) => Sid === sid)?.Resource;
      expect([resources].flat().filter((resource) => String(resource).includes('*'))).toEqual([]);
    }
  });

  it('names them by what their names begin with where there is none, and nothing else that way', () => {
    const wide = (name: string) =>
      rightsOf(many.rest, `acme-${name}`).filter(({ Resource }) => JSON.stringify(Resource).includes('*'));
    const queue = (prefix: string) => `arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:${prefix}*`;
    expect(wide('notify').map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ['HandOver', queue('acme-notify-')],
    ]);
    for (const name of ['watch', 'forward', 'relay', 'respond', 'report', 'operate', 'replay']) {
      for (const { Resource } of wide(name)) expect(Resource).toEqual(queue('acme-rows-'));
    }
    for (const name of ['callback', 'submissions', 'incidents', 'console']) expect(wide(name)).toEqual([]);
  });

  it('is measured for the longest names that its resources can have', () => {
    const stack = new Stack(new App(), 'stack');
    const named = new Queue(stack, 'Named', { queueName: 'a'.repeat(80) });
    const shortest = policyCharacters(stack, [allow('Do', ['sqs:SendMessage'], [])]);
    const withOne = policyCharacters(stack, [allow('Do', ['sqs:SendMessage'], [named.queueArn])]);
    const arn = `arn:aws-us-gov:sqs:ap-southeast-4:123456789012:${'a'.repeat(80)}`;
    expect(withOne - shortest).toBeGreaterThanOrEqual(arn.length);
    expect(withOne - shortest).toBeLessThan(arn.length + 50);
  });

  it('that cannot fit is refused before anything is deployed, with what to do', () => {
    const feeds = Object.fromEntries(
      times(120, (index) => [
        `feed-${index}`,
        { webhooks: [{ id: 'one', url: secret(`acme/webhook-of-the-feed-number-${index}`) }] },
      ]),
    );
    expect(() => synthesize({ installation: 'acme', feeds })).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: expect.stringMatching(/^What acme-watch may do takes \d{5} characters.*names 120 secrets/),
        remedy: expect.stringContaining('secretsmanager:NAME#key'),
      }),
    );
  });
});

describe('a stack', () => {
  it('stays within what CloudFormation takes, however many feeds and channels there are', () => {
    for (const template of [many.state, many.rest]) {
      const { Resources, Outputs } = template.toJSON();
      expect(Object.keys(Resources).length).toBeLessThanOrEqual(500);
      expect(Object.keys(Outputs).length).toBeLessThanOrEqual(200);
      expect(JSON.stringify(flat(template.toJSON())).length).toBeLessThan(1_000_000);
    }
  });
});
