import { describe, expect, it } from 'vitest';
import { alertFaults, changeFaults } from './pagerduty-schema.ts';

const KEY = '0fake0fake0fake0fake0fake0fake00';
const PAYLOAD = { summary: 'It is down', severity: 'critical', source: 'claywatch' } as const;
const TRIGGER = { routing_key: KEY, event_action: 'trigger', dedup_key: 'a/b', payload: PAYLOAD } as const;

describe('the published schema of PagerDuty events', () => {
  it('takes the events that its documentation shows', () => {
    expect(
      alertFaults({
        ...TRIGGER,
        payload: {
          ...PAYLOAD,
          timestamp: '2015-07-17T08:42:58.315Z',
          component: 'postgres',
          group: 'prod-datapipe',
          class: 'deploy',
          custom_details: { 'ping time': '1500ms', 'load avg': 0.75 },
        },
        links: [{ href: 'https://example.com/', text: 'Link text' }],
        client: 'Sample Monitoring Service',
        client_url: 'https://monitoring.example.com',
      }),
    ).toEqual([]);
    for (const event_action of ['acknowledge', 'resolve'])
      expect(alertFaults({ routing_key: KEY, dedup_key: 'a/b', event_action })).toEqual([]);
    expect(
      changeFaults({
        routing_key: KEY,
        payload: {
          summary: 'Build Success: Increase snapshot create timeout to 30 seconds',
          timestamp: '2020-07-17T08:42:58.315Z',
          source: 'acme-build-pipeline-tool-default-i-9999',
          custom_details: { build_state: 'passed' },
        },
        links: [{ href: 'https://acme.pagerduty.dev/build/2', text: 'View more details in Acme!' }],
      }),
    ).toEqual([]);
  });

  it.each([
    ['another action', { ...TRIGGER, event_action: 'close' }],
    ['no key', { event_action: 'trigger', dedup_key: 'a', payload: PAYLOAD }],
    ['a long key of the alert', { ...TRIGGER, dedup_key: 'x'.repeat(256) }],
    ['no payload', { routing_key: KEY, event_action: 'trigger', dedup_key: 'a' }],
    ['a long summary', { ...TRIGGER, payload: { ...PAYLOAD, summary: 'x'.repeat(1_025) } }],
    ['a severity of ours', { ...TRIGGER, payload: { ...PAYLOAD, severity: 'P1' } }],
    ['no source', { ...TRIGGER, payload: { summary: 'x', severity: 'info' } }],
    ['a time that is none', { ...TRIGGER, payload: { ...PAYLOAD, timestamp: 'now' } }],
    ['details that are a text', { ...TRIGGER, payload: { ...PAYLOAD, custom_details: 'x' } }],
    ['a link without an address', { ...TRIGGER, links: [{ text: 'x' }] }],
    ['a link that runs', { ...TRIGGER, links: [{ href: 'javascript:alert(1)' }] }],
    ['a member that nobody knows', { ...TRIGGER, colour: 'red' }],
  ])('does not take %s', (_name, event) => {
    expect(alertFaults(event)).not.toEqual([]);
  });

  it.each([
    ['no summary', { routing_key: KEY, payload: { source: 'x' } }],
    ['a severity', { routing_key: KEY, payload: { summary: 'x', severity: 'info' } }],
  ])('does not take a change event with %s', (_name, event) => {
    expect(changeFaults(event)).not.toEqual([]);
  });
});
