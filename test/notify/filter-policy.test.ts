import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { Delivery, PendingNotification } from '../../shared/incident/incident.ts';
import {
  channelSubscriptionsOf,
  matchesFilter,
  pageSubscriptionsOf,
  routedChannels,
  subscriptionsOf,
  unroutedSeverities,
} from '../../shared/notify/filter-policy.ts';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import { configOf, incidentOf, messageOf } from './messages.ts';

const someSeverities = fc.uniqueArray(fc.constantFrom(...SEVERITIES), { minLength: 1 });

const CHANNELS = (severities: readonly Severity[]): ConfigInput['notify'] => ({
  slack: [
    { id: 'slack-ops', channel: 'C0123456789', botToken: 'env:SLACK_TOKEN', severities: [...severities] },
  ],
  pagerduty: [{ id: 'pagerduty', routingKey: 'env:PAGERDUTY_KEY', severities: ['P1'] }],
  webhooks: [{ id: 'bus', url: 'env:BUS_URL', signingSecrets: ['env:BUS_KEY'] }],
  statusPages: [
    {
      id: 'status',
      kind: 'statuspage',
      apiUrl: 'https://status.example/v1',
      token: 'env:STATUS_TOKEN',
      pageId: 'page',
    },
  ],
});

const deliveryAt = (severity: Severity, index: number): Delivery => ({
  id: `inc:${index}:triggered`,
  transition: 'triggered',
  severity,
  deliveredAt: index,
  receipt: 'receipt',
});

describe('subscriptions', () => {
  it('follow the configuration: all severities by e-mail, P1 by SMS, unless it says otherwise', () => {
    const { notify } = configOf({
      notify: { email: [{ address: 'ops@example.com' }], sms: [{ number: '+4915112345678' }] },
    });
    expect(
      subscriptionsOf({ notify }).map(({ protocol, endpoint, severities }) => [
        protocol,
        endpoint,
        severities,
      ]),
    ).toEqual([
      ['email', 'ops@example.com', ['P1', 'P2', 'P3', 'P4']],
      ['sms', '+4915112345678', ['P1']],
    ]);
  });

  it('are one per endpoint, as SNS has it, for the severities of both', () => {
    const { notify } = configOf({
      notify: {
        email: [
          { address: 'ops@example.com', severities: ['P4'] },
          { address: 'dev@example.com', severities: ['P2'] },
          { address: 'ops@example.com', severities: ['P1', 'P4'] },
        ],
      },
    });
    expect(subscriptionsOf({ notify }).map(({ endpoint, severities }) => [endpoint, severities])).toEqual([
      ['ops@example.com', ['P1', 'P4']],
      ['dev@example.com', ['P2']],
    ]);
  });

  it('stay within what SNS allows: at most 150 values over at most five keys', () => {
    fc.assert(
      fc.property(someSeverities, (severities) => {
        const config = configOf({
          notify: {
            email: [{ address: 'ops@example.com', severities }],
            sms: [{ number: '+4915112345678', severities }],
            ...CHANNELS(severities),
          },
        });
        for (const { filterPolicy } of [...subscriptionsOf(config), ...channelSubscriptionsOf(config)]) {
          const lists = Object.values(filterPolicy);
          expect(lists.length).toBeLessThanOrEqual(5);
          expect(lists.reduce((product, values) => product * values.length, 1)).toBeLessThanOrEqual(150);
        }
      }),
    );
  });
});

describe('subscriptions to the topic of pages', () => {
  it('are one per endpoint, for everybody who has it', () => {
    const config = configOf({
      notify: {
        people: {
          ada: { email: 'ada@example.com', sms: '+4915112345678' },
          grace: { email: 'team@example.com' },
          linus: { email: 'team@example.com' },
          nobody: {},
        },
      },
    });
    expect(
      pageSubscriptionsOf(config).map(({ protocol, endpoint, filterPolicy }) => [
        protocol,
        endpoint,
        filterPolicy,
      ]),
    ).toEqual([
      ['email', 'ada@example.com', { person: ['ada'] }],
      ['sms', '+4915112345678', { person: ['ada'] }],
      ['email', 'team@example.com', { person: ['grace', 'linus'] }],
    ]);
  });
});

describe('who hears of a message', () => {
  it('is everybody subscribed to its severity, or to one at which the incident was announced before', () => {
    fc.assert(
      fc.property(
        someSeverities,
        fc.constantFrom(...SEVERITIES),
        fc.array(fc.constantFrom(...SEVERITIES), { maxLength: 6 }),
        (subscribed, severity, announced) => {
          const { notify } = configOf({
            notify: { email: [{ address: 'ops@example.com', severities: subscribed }] },
          });
          const [subscription] = subscriptionsOf({ notify });
          const incident = incidentOf('clay.outage', { deliveries: announced.map(deliveryAt) });
          const { attributes } = messageOf(incident, { severity });
          const expected = subscribed.some((one) => one === severity || announced.includes(one));
          expect(subscription && matchesFilter(subscription.filterPolicy, attributes)).toBe(expected);
        },
      ),
    );
  });

  it('includes somebody paged at P1 when it is lowered to P3 and resolved there', () => {
    const { notify } = configOf({ notify: { sms: [{ number: '+4915112345678' }] } });
    const [sms] = subscriptionsOf({ notify });
    const incident = incidentOf('clay.outage', { severity: 'P3', deliveries: [deliveryAt('P1', 1)] });
    const { attributes } = messageOf(incident, { transition: 'resolved', severity: 'P3' });
    expect(attributes.severity).toBe('P3');
    expect(sms && matchesFilter(sms.filterPolicy, attributes)).toBe(true);
  });

  it('is nobody when the message lacks the attribute', () => {
    expect(matchesFilter({ audience: ['P1'] }, {})).toBe(false);
    expect(matchesFilter({ constructor: ['P1'] }, {})).toBe(false);
  });
});

describe('severities that nobody hears of', () => {
  it('are reported, most urgent first', () => {
    expect(unroutedSeverities(configOf())).toEqual(['P1', 'P2', 'P3', 'P4']);
    expect(unroutedSeverities(configOf({ notify: { sms: [{ number: '+4915112345678' }] } }))).toEqual([
      'P2',
      'P3',
      'P4',
    ]);
    expect(unroutedSeverities(configOf({ notify: { email: [{ address: 'ops@example.com' }] } }))).toEqual([]);
  });
});

const ALL = configOf({
  notify: {
    email: [{ address: 'ops@example.com' }],
    sms: [{ number: '+4915112345678', severities: ['P1', 'P2', 'P3', 'P4'] }],
    ...CHANNELS(['P1', 'P2']),
  },
});
const hearing = (over: Partial<PendingNotification>) => {
  const { attributes } = messageOf(incidentOf('webhook.gone', { severity: 'P1' }), over);
  return {
    people: subscriptionsOf(ALL)
      .filter(({ filterPolicy }) => matchesFilter(filterPolicy, attributes))
      .map(({ protocol }) => protocol),
    channels: routedChannels(ALL, attributes),
  };
};

describe('which way a message goes', () => {
  it('a page and a recovery go every way but outside', () => {
    expect(hearing({ transition: 'triggered', urgency: 'page' })).toEqual({
      people: ['email', 'sms'],
      channels: ['slack-ops', 'pagerduty', 'bus'],
    });
    expect(hearing({ transition: 'escalated', urgency: 'page' }).people).toEqual(['email', 'sms']);
  });

  it('a recovery also goes to the status page, which shows it if it showed the incident', () => {
    expect(hearing({ transition: 'resolved', urgency: 'notice' })).toEqual({
      people: ['email', 'sms'],
      channels: ['slack-ops', 'pagerduty', 'bus', 'status'],
    });
  });

  it('a notice wakes nobody', () => {
    for (const transition of ['acknowledged', 'mitigated', 'update-due', 'severity-lowered'] as const)
      expect(hearing({ transition, urgency: 'notice' })).toEqual({
        people: ['email'],
        channels: ['slack-ops', 'pagerduty', 'bus'],
      });
    expect(hearing({ transition: 'severity-raised', urgency: 'notice' }).people).toEqual(['email']);
  });

  it('what was written for the public goes outside, and no other update does', () => {
    const update = (audience: 'responders' | 'stakeholders' | 'public') =>
      hearing({ transition: 'updated', urgency: 'notice', audience, text: 'We are on it.' }).channels;
    expect(update('public')).toEqual(['slack-ops', 'pagerduty', 'bus', 'status']);
    expect(update('stakeholders')).toEqual(['slack-ops', 'pagerduty', 'bus']);
    expect(update('responders')).toEqual(['slack-ops', 'pagerduty', 'bus']);
  });

  it('a channel hears of its severities only', () => {
    expect(hearing({ severity: 'P2' }).channels).toEqual(['slack-ops', 'bus']);
    expect(hearing({ severity: 'P3' }).channels).toEqual(['bus']);
  });

  it('a severity that only a channel hears of is heard of', () => {
    expect(unroutedSeverities(configOf({ notify: CHANNELS(['P2']) }))).toEqual([]);
    expect(unroutedSeverities(configOf({ notify: { ...CHANNELS(['P2']), webhooks: [] } }))).toEqual([
      'P3',
      'P4',
    ]);
    expect(unroutedSeverities(configOf({ notify: { statusPages: CHANNELS(['P1'])?.statusPages } }))).toEqual([
      'P1',
      'P2',
      'P3',
      'P4',
    ]);
  });
});

describe('administrators', () => {
  const config = configOf({
    notify: {
      email: [{ address: 'oncall@example.com', severities: ['P1'] }],
      operatorEmail: ['admin@example.com', 'oncall@example.com'],
    },
  });
  const hears = (address: string, cause: Parameters<typeof incidentOf>[0]) =>
    subscriptionsOf(config)
      .filter(({ endpoint }) => endpoint === address)
      .some(({ filterPolicy }) => matchesFilter(filterPolicy, messageOf(incidentOf(cause)).attributes));

  it('hear of a denied rotation, whatever its severity, and of nothing else', () => {
    expect(hears('admin@example.com', 'secret.rotation-failed')).toBe(true);
    for (const cause of ['clay.outage', 'monitoring.gap', 'own.unhealthy'] as const)
      expect(hears('admin@example.com', cause)).toBe(false);
  });

  it('have one subscription per address: SNS holds no second', () => {
    const endpoints = subscriptionsOf(config).map(({ endpoint }) => endpoint);
    expect(new Set(endpoints).size).toBe(endpoints.length);
  });

  it('are no audience for a severity', () => {
    expect(unroutedSeverities(config)).toEqual(['P2', 'P3', 'P4']);
  });
});
