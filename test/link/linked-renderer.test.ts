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

const mailOf = async (respond: object, env: Record<string, string>): Promise<string> => {
  const clock = createVirtualClock(NOON);
  const render = await createLinkedRenderer(configSchema.parse({ respond }), {
    secrets: createSecretReader({ env, clock }),
    clock,
  })([incident]);
  return render(incident, pending).emailText;
};

describe('messages with links', () => {
  it('carry one that acknowledges, once, and one that only shows; both are ours', async () => {
    const text = await mailOf(RESPOND, { LINK_KEY: KEY });
    const tokens = [...text.matchAll(/https:\/\/claywatch\.example\.com\/i\/([A-Za-z0-9_.-]+)/g)].map(
      ([, token = '']) => token,
    );
    const valid = async (purpose: 'acknowledge' | 'view') => {
      const checks = await Promise.all(tokens.map((token) => verifyLink(KEY, token, purpose, NOON)));
      return checks.filter(({ kind }) => kind === 'valid').length;
    };
    expect(await valid('acknowledge')).toBe(1);
    expect(await valid('view')).toBe(tokens.length - 1);
    expect(tokens.length).toBeGreaterThan(1);
  });

  it('are not made with a key that is missing or too short', async () => {
    for (const env of [{}, { LINK_KEY: 'short' }]) await expect(mailOf(RESPOND, env)).rejects.toThrow();
  });

  it('have none where none are configured', async () => {
    expect(await mailOf({}, { LINK_KEY: KEY })).not.toContain('/i/');
    const { publicUrl } = RESPOND;
    expect(await mailOf({ publicUrl }, { LINK_KEY: KEY })).not.toContain('claywatch.example.com');
  });
});
