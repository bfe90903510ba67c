import { describe, expect, it } from 'vitest';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { configSchema } from '../../shared/config/schema.ts';
import { createLinkedRenderer } from '../../shared/link/linked-renderer.ts';
import { verifyLink } from '../../shared/link/token.ts';
import { NOON, opened } from '../incident/fixtures.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const KEY = 'fake-link-key-0123456789abcdef0123456789';
const RESPOND = { publicUrl: 'https://claywatch.example.com', linkSecret: 'env:LINK_KEY' } as const;

const incident = opened();
const [pending] = incident.pending;
if (!pending) throw new Error('an incident that opened owes a message');

const mailOf = async (respond: object, env: Record<string, string>) => {
  const faults: unknown[] = [];
  const clock = createVirtualClock(NOON);
  const render = await createLinkedRenderer(configSchema.parse({ respond }), {
    secrets: createSecretReader({ env, clock }),
    clock,
    onFault: (fault) => faults.push(fault),
  })([incident]);
  return { text: render(incident, pending).emailText, faults };
};

describe('messages with links', () => {
  it('carry one that acknowledges, and it is ours', async () => {
    const { text, faults } = await mailOf(RESPOND, { LINK_KEY: KEY });
    const tokens = [...text.matchAll(/https:\/\/claywatch\.example\.com\/i\/([A-Za-z0-9_.-]+)/g)].map(
      ([, token = '']) => token,
    );
    const checks = await Promise.all(tokens.map((token) => verifyLink(KEY, token, 'acknowledge', NOON)));
    expect(checks.filter(({ kind }) => kind === 'valid')).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  it('go out without them when the key is missing or too short', async () => {
    for (const env of [{}, { LINK_KEY: 'short' }]) {
      const { text, faults } = await mailOf(RESPOND, env);
      expect(text).toContain(incident.id);
      expect(text).not.toContain('/i/');
      expect(faults).toHaveLength(1);
    }
  });

  it('have none where none are configured', async () => {
    const { text, faults } = await mailOf({}, { LINK_KEY: KEY });
    expect([text.includes('/i/'), faults.length]).toEqual([false, 0]);
  });
});
