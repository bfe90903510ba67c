import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bulletin } from '../../../shared/notify/channels/port.ts';
import { createSignedWebhook } from '../../../shared/notify/channels/signed-webhook.ts';
import { verifyWebhook } from '../../../shared/notify/channels/standard-webhooks.ts';
import type { WebhookServer } from '../../support/webhook-server.ts';
import { acknowledged, bulletinOf, reopened, resolved } from './bulletins.ts';
import { webhookUnderTest } from './under-test.ts';
import { SECRETS, type UnderTest } from './world.ts';

describe('a signed webhook', () => {
  let test: UnderTest<WebhookServer>;
  beforeEach(async () => {
    test = await webhookUnderTest();
  });
  afterEach(() => test[Symbol.asyncDispose]());
  const deliver = (bulletin: Bulletin) => test.channel.deliver(bulletin, test.memory);

  it('tells every transition, with an id of its own that stays the same', async () => {
    for (const bulletin of [bulletinOf(1), acknowledged(2), resolved(3), reopened(4)]) {
      test.server.fail({ kind: 'answer', status: 500 });
      await deliver(bulletin);
      expect(await deliver(bulletin)).toMatchObject({ kind: 'delivered' });
    }
    expect(test.server.taken.map(({ type }) => type)).toStrictEqual([
      'incident.triggered',
      'incident.acknowledged',
      'incident.resolved',
      'incident.reopened',
    ]);
    expect(new Set(test.server.requests.map(({ headers }) => headers['webhook-id']))).toStrictEqual(
      new Set([1, 2, 3, 4].map((version) => test.server.requests[version * 2 - 1]?.headers['webhook-id'])),
    );
    expect(test.server.requests[0]?.headers['webhook-id']).toBe('inc-20261103-0a1b2c3d:1:triggered');
    expect(test.server.requests[0]?.body).toBe(test.server.requests[1]?.body);
  });

  it('sends type, timestamp and data, as the specification asks', async () => {
    await deliver(bulletinOf(1));
    expect(test.server.taken[0]).toMatchObject({
      type: 'incident.triggered',
      timestamp: '2026-11-03T03:01:00.000Z',
      data: {
        installation: 'claywatch',
        transition: 'triggered',
        urgency: 'page',
        incident: { id: 'inc-20261103-0a1b2c3d', severity: 'P1', status: 'triggered', resolved_at: null },
        update: null,
      },
    });
  });

  it('signs with every key while they rotate, so that receivers may change theirs at any time', async () => {
    const channel = createSignedWebhook(
      {
        id: 'internal-bus',
        url: 'env:WEBHOOK_URL',
        signingSecrets: ['env:WEBHOOK_OLD_KEY', 'env:WEBHOOK_KEY'],
        severities: ['P1'],
      },
      test.deps,
    );
    expect(await channel.deliver(bulletinOf(1), test.memory)).toMatchObject({ kind: 'delivered' });
    test.server.key = SECRETS.WEBHOOK_OLD_KEY;
    expect(await channel.deliver(bulletinOf(2), test.memory)).toMatchObject({ kind: 'delivered' });
    const { headers = {}, body = '' } = test.server.requests[0] ?? {};
    for (const secret of [SECRETS.WEBHOOK_KEY, SECRETS.WEBHOOK_OLD_KEY])
      expect(
        await verifyWebhook({ headers, payload: body, secrets: [secret] }, test.deps.clock.now()),
      ).toStrictEqual({ kind: 'valid' });
  });

  it('signs anew at each attempt, because a signature is good for five minutes', async () => {
    test.server.fail({ kind: 'answer', status: 503 });
    await deliver(bulletinOf(1));
    test.advance(3_600_000);
    expect(await deliver(bulletinOf(1))).toMatchObject({ kind: 'delivered' });
  });

  it('says that nothing is wanted any more after a 410', async () => {
    test.server.answer = { status: 410 };
    expect(await deliver(bulletinOf(1))).toMatchObject({ kind: 'refused', disabled: true });
    expect(await test.channel.check()).toMatchObject({ result: 'not-ready' });
  });

  it.each([400, 401, 403, 404, 413, 422])('is refused after a %s, and not for good', async (status) => {
    test.server.answer = { status };
    const outcome = await deliver(bulletinOf(1));
    expect(outcome).toMatchObject({ kind: 'refused' });
    expect(outcome).not.toHaveProperty('disabled');
  });

  it.each([408, 425, 502, 504])('comes later after a %s', async (status) => {
    test.server.answer = { status };
    expect(await deliver(bulletinOf(1))).toMatchObject({ kind: 'later' });
  });

  it('honours a Retry-After that is a date', async () => {
    const at = new Date(test.deps.clock.now() + 90_000).toUTCString();
    test.server.answer = { status: 429, headers: { 'retry-after': at } };
    expect(await deliver(bulletinOf(1))).toMatchObject({ kind: 'later', afterMs: 90_000 });
  });

  it.each(['not a url', 'ftp://files.example/x', '/hooks/secret-path'])(
    'is refused when the secret holds %s, without showing it',
    async (url) => {
      test.values.set('WEBHOOK_URL', url);
      const outcome = await deliver(bulletinOf(1));
      expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringContaining('env:WEBHOOK_URL') });
      expect(JSON.stringify(outcome)).not.toContain(url);
      expect((await test.channel.check()).result).toBe('not-ready');
    },
  );

  it('is refused when a key is none, without showing it', async () => {
    test.values.set('WEBHOOK_KEY', 'whsec_this is not base64');
    const outcome = await deliver(bulletinOf(1));
    expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringContaining('env:WEBHOOK_KEY') });
    expect(JSON.stringify(outcome)).not.toContain('not base64');
    expect(test.server.requests).toHaveLength(0);
  });

  it('asks for a longer key in the check', async () => {
    test.values.set('WEBHOOK_KEY', `whsec_${Buffer.from('short').toString('base64')}`);
    expect(await test.channel.check()).toMatchObject({
      result: 'not-ready',
      fix: expect.stringContaining('24'),
    });
  });

  it('names neither host nor path when the endpoint cannot be reached', async () => {
    test.values.set('WEBHOOK_URL', 'http://127.0.0.1:1/hooks/secret-path-0fake0');
    const words = JSON.stringify([await deliver(bulletinOf(1)), await test.channel.check()]);
    expect(words).toContain('connection-refused');
    expect(words).not.toMatch(/127\.0\.0\.1|secret-path/);
  });

  it('puts no line break into a header, whatever the id', async () => {
    const bulletin = { ...bulletinOf(1), id: 'inc-1:1:triggered\r\nx-evil: 1' };
    expect(await deliver(bulletin)).toMatchObject({ kind: 'delivered' });
    expect(test.server.requests[0]?.headers).not.toHaveProperty('x-evil');
  });
});
