import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../shared/incident/incident.ts';
import { matchesFilter, subscriptionsOf, unroutedSeverities } from '../../shared/notify/filter-policy.ts';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import { configOf, incidentOf, messageOf } from './messages.ts';

const someSeverities = fc.uniqueArray(fc.constantFrom(...SEVERITIES), { minLength: 1 });

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
        const { notify } = configOf({ notify: { email: [{ address: 'ops@example.com', severities }] } });
        const [subscription] = subscriptionsOf({ notify });
        const lists = Object.values(subscription?.filterPolicy ?? {});
        expect(lists.length).toBeLessThanOrEqual(5);
        expect(lists.reduce((product, values) => product * values.length, 1)).toBeLessThanOrEqual(150);
      }),
    );
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
