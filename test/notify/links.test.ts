import { describe, expect, it } from 'vitest';
import { shownLinks, viewUrl } from '../../shared/notify/links.ts';
import { configOf, happened } from './messages.ts';

const incident = happened('webhook.gone', 'triggered');
const [pending] = incident.pending;
const shown = (view: string) => {
  if (!pending) throw new Error('nothing is owed');
  return shownLinks(incident, pending, configOf(), () => ({ view, acknowledge: view }));
};

describe('a link of a message', () => {
  it.each([
    'https://cw.example/a/x.y-z_1',
    'http://localhost:3000/incidents/1?k=v#f',
    `https://cw.example/${'x'.repeat(481)}`,
  ])('is shown as it was made: %s', (url) => expect(shown(url)).toEqual({ view: url, acknowledge: url }));

  it.each([
    'javascript:alert(1)',
    'https://cw.example/a b',
    'https://cw.example/a\r\nBcc: x',
    'https://cw.example/<b>',
    'https://cw.example/"x',
    'https://cw.example/`x',
    'https://cw.example/a|b',
    'https://user@cw.example/a',
    'https://',
    '',
    `https://cw.example/${'x'.repeat(482)}`,
    'https://cw.example/\u00E4',
  ])('is left out when it is not sound: %s', (url) => {
    expect(shown(url)).toEqual({});
  });
});

describe('the address of an incident', () => {
  it.each([
    ['https://ops.example', 'https://ops.example/incidents/inc-20261103-0a1b2c3d'],
    ['https://ops.example/claywatch//', 'https://ops.example/claywatch/incidents/inc-20261103-0a1b2c3d'],
  ])('below %s', (publicUrl, url) => {
    expect(viewUrl(configOf({ respond: { publicUrl } }), incident)).toBe(url);
  });

  it('is none without one to reach people at', () => {
    expect(viewUrl(configOf(), incident)).toBeNull();
  });

  it('keeps an id from being anything else', () => {
    const config = configOf({ respond: { publicUrl: 'https://ops.example' } });
    expect(viewUrl(config, { id: '../\uD800?x=\r\n' })).toBe(
      'https://ops.example/incidents/..%2F%EF%BF%BD%3Fx%3D%0D%0A',
    );
  });
});
