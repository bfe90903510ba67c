import { describe, expect, it } from 'vitest';
import { createLinks } from '../../shared/link/links.ts';
import { verifyLink } from '../../shared/link/token.ts';
import { shownLinks } from '../../shared/notify/links.ts';
import { HOUR, NOON, OUTAGE, opened, resolved } from '../incident/fixtures.ts';

const KEY = 'fake-link-key-0123456789abcdef0123456789';
const PUBLIC_URL = 'https://claywatch.example.com/';
const made = (key = KEY) =>
  createLinks({ key, publicUrl: PUBLIC_URL, hours: 72, clock: { now: () => NOON } });
const tokenOf = (url = '') => url.split('/i/')[1] ?? '';

describe('links of messages', () => {
  const incident = opened();
  const [pending] = incident.pending;
  if (!pending) throw new Error('an incident that opened owes a message');

  it('lead to the page of their incident, each for its own purpose, for the configured time', async () => {
    const links = await made().prepare([incident]);
    const { view, acknowledge } = shownLinks(incident, pending, links);
    expect(view).toMatch(/^https:\/\/claywatch\.example\.com\/i\/[A-Za-z0-9_.-]+$/);
    const valid = { kind: 'valid', incidentId: incident.id, expiresAt: (NOON + 72 * HOUR) / 1_000 };
    expect(await verifyLink(KEY, tokenOf(view), 'view', NOON)).toEqual(valid);
    expect(await verifyLink(KEY, tokenOf(acknowledge), 'acknowledge', NOON)).toEqual(valid);
  });

  it('are none of an incident that was not prepared, and none that acknowledge one that is over', async () => {
    const over = resolved(incident, NOON + HOUR);
    const links = await made().prepare([over]);
    expect(links(opened(OUTAGE), pending)).toBeNull();
    expect(links(over, pending)?.acknowledge).toBeUndefined();
    expect(links(over, pending)?.view).toBeDefined();
  });

  it('are not signed with a key that could be guessed', () => {
    for (const key of ['', 'short', ' '.repeat(64)])
      expect(() => made(key)).toThrow(expect.objectContaining({ code: 'link-key.invalid' }));
  });
});
