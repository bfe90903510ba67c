import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { type DoctorPorts, examine, type SnsPreflight } from '../../shared/notify/doctor.ts';
import type { Examined } from '../../shared/notify/examined.ts';
import { createMemoryProofLedger } from '../support/memory-proof.ts';
import { configOf } from './messages.ts';

const NOW = Date.UTC(2026, 10, 3, 12);
const OPS = 'ops@example.com';
const PHONE = '+4915112345678';
const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:claywatch-alerts';
const PAGES = 'arn:aws:sns:eu-central-1:111122223333:claywatch-pages';

const CONFIG: ConfigInput = {
  notify: {
    email: [{ address: OPS }],
    sms: [{ number: PHONE }],
    slack: [{ id: 'slack-ops', channel: 'C0123456789', botToken: 'env:SLACK_TOKEN' }],
    people: { ada: { email: 'ada@example.com' } },
  },
};

const SNS: SnsPreflight = {
  subscriptions: async (topicArn) =>
    topicArn === TOPIC
      ? [
          { protocol: 'email', endpoint: OPS, confirmed: true },
          { protocol: 'sms', endpoint: PHONE, confirmed: true },
          {
            protocol: 'sqs',
            endpoint: 'arn:aws:sqs:eu-central-1:111122223333:claywatch-notify-slack-ops',
            confirmed: true,
          },
        ]
      : [{ protocol: 'email', endpoint: 'ada@example.com', confirmed: true }],
  smsSandbox: async () => ({ inSandbox: false, verified: [] }),
  smsSpendLimit: async () => 50,
};

const look = async (
  config: ConfigInput = CONFIG,
  over: Partial<DoctorPorts> = {},
): Promise<readonly Examined[]> =>
  examine(configOf(config), {
    alertTopicArn: TOPIC,
    pagesTopicArn: PAGES,
    sns: SNS,
    isLocal: false,
    channels: new Map([
      [
        'slack-ops',
        { check: async () => ({ result: 'ready' as const, found: 'The token works.', fix: '' }) },
      ],
    ]),
    proof: createMemoryProofLedger(),
    now: NOW,
    ...over,
  });

const troubles = (checks: readonly Examined[]) => checks.filter(({ result }) => result === 'not-ready');
const named = (checks: readonly Examined[], what: string) => checks.find((one) => one.what === what);

describe('the doctor', () => {
  it('finds nothing where everything is right', async () => {
    const checks = await look();
    expect(checks.filter(({ result }) => result !== 'ready' && result !== 'skipped')).toEqual([]);
    expect(checks.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        `email ${OPS}`,
        `sms ${PHONE}`,
        'queue of slack-ops',
        'email ada@example.com of ada',
        'SMS sandbox',
        'SMS spend limit',
        'slack-ops',
        'messages that are owed',
      ]),
    );
  });

  it('says of everything that is not ready what to do', async () => {
    const checks = await look(CONFIG, {
      sns: {
        subscriptions: async () => [{ protocol: 'email', endpoint: OPS, confirmed: false }],
        smsSandbox: async () => ({ inSandbox: true, verified: ['+490'] }),
        smsSpendLimit: async () => null,
      },
      channels: new Map([
        [
          'slack-ops',
          {
            check: async () => ({ result: 'not-ready' as const, found: 'invalid_auth', fix: 'A new token.' }),
          },
        ],
      ]),
    });
    expect(troubles(checks).map(({ what }) => what)).toEqual([
      `email ${OPS}`,
      `sms ${PHONE}`,
      'queue of slack-ops',
      'email ada@example.com of ada',
      'SMS sandbox',
      'SMS spend limit',
      'slack-ops',
    ]);
    for (const { fix } of troubles(checks)) expect(fix).not.toBe('');
    expect(named(checks, `email ${OPS}`)?.fix).toContain('Subscription Confirmation');
    expect(named(checks, 'SMS sandbox')?.found).toContain(PHONE);
    expect(named(checks, 'SMS spend limit')?.found).toContain('1 USD');
  });

  it('takes a verified number in the sandbox for ready', async () => {
    const checks = await look(CONFIG, {
      sns: { ...SNS, smsSandbox: async () => ({ inSandbox: true, verified: [PHONE] }) },
    });
    expect(named(checks, 'SMS sandbox')?.result).toBe('ready');
  });

  it('says of what it may not look at that it is unknown, never that it is fine', async () => {
    const denied = async () => {
      const error = new Error('User: arn:aws:iam::111122223333:user/x is not authorized');
      error.name = 'AuthorizationErrorException';
      throw error;
    };
    const checks = await look(CONFIG, {
      sns: { subscriptions: denied, smsSandbox: denied, smsSpendLimit: denied },
      channels: new Map([['slack-ops', { check: denied }]]),
      proof: { undelivered: denied },
    });
    const unknown = checks.filter(({ result }) => result === 'unknown');
    expect(unknown.map(({ what }) => what)).toEqual([
      'topic of incidents',
      'topic of pages',
      'SMS sandbox',
      'SMS spend limit',
      'slack-ops',
      'messages that are owed',
    ]);
    for (const { fix, found } of unknown) {
      expect(fix).not.toBe('');
      expect(found).toContain('AuthorizationErrorException');
    }
  });

  it('misses a topic that is not there', async () => {
    const gone = await look(CONFIG, { sns: { ...SNS, subscriptions: async () => null } });
    expect(named(gone, 'topic of incidents')).toMatchObject({ result: 'not-ready' });
    expect(named(await look(CONFIG, { alertTopicArn: null }), 'topic of incidents')).toMatchObject({
      result: 'unknown',
    });
  });

  it('skips visibly what does not exist on a local runtime, and looks at the queues', async () => {
    const checks = await look(CONFIG, { isLocal: true, pagesTopicArn: null });
    expect(checks.filter(({ result }) => result === 'skipped').map(({ what }) => what)).toEqual(
      expect.arrayContaining(['e-mail and SMS', 'pages to people']),
    );
    expect(named(checks, 'queue of slack-ops')?.result).toBe('ready');
    expect(troubles(checks)).toEqual([]);
  });

  it.each<[string, ConfigInput['notify'], string, string]>([
    [
      'a severity that nobody hears of',
      { email: [{ address: OPS, severities: ['P1'] }] },
      'who is told',
      'P2, P3, P4',
    ],
    ['nobody at all', {}, 'fallback', 'reaches nobody'],
    [
      'a name on call that is nobody',
      { email: [{ address: OPS }], onCall: { rotation: ['linus'] } },
      'escalation',
      'linus',
    ],
    ['a person whom nothing reaches', { email: [{ address: OPS }], people: { ada: {} } }, 'people', 'ada'],
  ])('finds in the configuration %s', async (_, notify, what, found) => {
    const checks = await look({ notify });
    expect(named(troubles(checks), what)?.found).toContain(found);
  });

  it('finds a name in an escalation that is nobody', async () => {
    const checks = await look({
      ...CONFIG,
      incidents: { escalation: { steps: [{ afterMinutes: 0, to: ['on-call', 'grace'] }] } },
    });
    expect(named(troubles(checks), 'escalation')?.found).toMatch(/^grace: /);
  });

  it('finds messages that nobody takes', async () => {
    const proof = createMemoryProofLedger();
    await proof.owe([
      {
        notificationId: 'inc-20261103-00000001:1:triggered',
        incidentId: 'inc-20261103-00000001',
        transition: 'triggered',
        channel: 'slack-ops',
        owedAt: NOW - 60 * 60_000,
      },
    ]);
    expect(named(troubles(await look(CONFIG, { proof })), 'messages that are owed')?.found).toBe(
      'The oldest is 1 h old, on slack-ops.',
    );
  });
});
