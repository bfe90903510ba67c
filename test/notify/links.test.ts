import { describe, expect, it } from 'vitest';
import { shownLinks } from '../../shared/notify/links.ts';
import { happened } from './messages.ts';

const incident = happened('webhook.gone', 'triggered');
const [pending] = incident.pending;
const shown = (view: string) => {
  if (!pending) throw new Error('nothing is owed');
  return shownLinks(incident, pending, () => ({ view, acknowledge: view }));
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

it('is none where none is made: an address alone is a page that nobody serves', () => {
  if (!pending) throw new Error('nothing is owed');
  expect([shownLinks(incident, pending, null), shownLinks(incident, pending, () => null)]).toEqual([{}, {}]);
});
