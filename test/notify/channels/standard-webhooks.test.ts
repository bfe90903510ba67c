import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signWebhook, verifyWebhook } from '../../../shared/notify/channels/standard-webhooks.ts';

/** The vector that the libraries of the specification are tested with (github.com/standard-webhooks, svix-libs). */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  payload: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
} as const;
const AT = VECTOR.timestamp * 1_000;
const OTHER = `whsec_${Buffer.from('another-fake-key-of-many-bytes').toString('base64')}`;

const headers = (over: Readonly<Record<string, string | undefined>> = {}) => ({
  'webhook-id': VECTOR.id,
  'webhook-timestamp': String(VECTOR.timestamp),
  'webhook-signature': VECTOR.signature,
  ...over,
});
const verify = (
  over: Readonly<Record<string, string | undefined>> = {},
  { payload = VECTOR.payload as string, secrets = [VECTOR.secret] as readonly string[], now = AT } = {},
) => verifyWebhook({ headers: headers(over), payload, secrets }, now);

describe('a signature of Standard Webhooks', () => {
  it('is that of the public vector', async () => {
    const { id, timestamp, payload, secret, signature } = VECTOR;
    expect(await signWebhook({ id, timestamp, payload, secrets: [secret] })).toBe(signature);
    expect(await verify()).toStrictEqual({ kind: 'valid' });
  });

  it('may be written without the prefix of the key', async () => {
    const { id, timestamp, payload, secret, signature } = VECTOR;
    const secrets = [secret.replace('whsec_', '')];
    expect(await signWebhook({ id, timestamp, payload, secrets })).toBe(signature);
    expect(await verify({}, { secrets })).toStrictEqual({ kind: 'valid' });
  });

  it('is one of several while a key is being rotated, on either side', async () => {
    const { id, timestamp, payload, secret } = VECTOR;
    const both = await signWebhook({ id, timestamp, payload, secrets: [OTHER, secret] });
    expect(both?.split(' ')).toHaveLength(2);
    const rotating = { 'webhook-signature': both ?? '' };
    expect(await verify(rotating)).toStrictEqual({ kind: 'valid' });
    expect(await verify(rotating, { secrets: [OTHER] })).toStrictEqual({ kind: 'valid' });
    expect(await verify({}, { secrets: [OTHER, secret] })).toStrictEqual({ kind: 'valid' });
    expect(await verify({}, { secrets: [OTHER] })).toMatchObject({ why: 'no-matching-signature' });
  });

  it('is good for five minutes, before and after', async () => {
    const minutes = 60_000;
    expect(await verify({}, { now: AT + 5 * minutes })).toStrictEqual({ kind: 'valid' });
    expect(await verify({}, { now: AT - 5 * minutes })).toStrictEqual({ kind: 'valid' });
    expect(await verify({}, { now: AT + 5 * minutes + 1_000 })).toMatchObject({ why: 'too-old' });
    expect(await verify({}, { now: AT - 5 * minutes - 1_000 })).toMatchObject({ why: 'too-new' });
  });

  it.each([
    ['no id', { 'webhook-id': undefined }, 'incomplete'],
    ['no time', { 'webhook-timestamp': undefined }, 'incomplete'],
    ['a time that is none', { 'webhook-timestamp': '1614265330.5' }, 'incomplete'],
    ['no signature', { 'webhook-signature': '' }, 'incomplete'],
    ['a header without end', { 'webhook-signature': `${VECTOR.signature} `.repeat(1_000) }, 'incomplete'],
    ['another id', { 'webhook-id': 'msg_other' }, 'no-matching-signature'],
    [
      'another version',
      { 'webhook-signature': VECTOR.signature.replace('v1', 'v2') },
      'no-matching-signature',
    ],
    ['no base64', { 'webhook-signature': 'v1,*** v1, v1' }, 'no-matching-signature'],
    ['half of it', { 'webhook-signature': VECTOR.signature.slice(0, 23) }, 'no-matching-signature'],
  ])('is invalid with %s', async (_name, over, why) => {
    expect(await verify(over)).toStrictEqual({ kind: 'invalid', why });
  });

  it('is that of the body as it was received', async () => {
    expect(await verify({}, { payload: '{"test":2432232314}' })).toMatchObject({ kind: 'invalid' });
  });

  it('is verified whatever is signed, and by nobody with another key', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array({ minLength: 24, maxLength: 64 }),
        async (payload, key) => {
          const secret = `whsec_${Buffer.from(key).toString('base64')}`;
          const { id, timestamp } = VECTOR;
          const signature = await signWebhook({ id, timestamp, payload, secrets: [secret] });
          const sent = { 'webhook-signature': signature ?? '' };
          expect(await verify(sent, { payload, secrets: [secret] })).toStrictEqual({ kind: 'valid' });
          expect(await verify(sent, { payload, secrets: [OTHER] })).toMatchObject({ kind: 'invalid' });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is not made without a key, or with something that is none', async () => {
    const { id, timestamp, payload, secret } = VECTOR;
    for (const secrets of [[], [''], ['whsec_'], ['whsec_not base64'], [secret, 'plain words']])
      expect(await signWebhook({ id, timestamp, payload, secrets })).toBeNull();
    expect(await verify({}, { secrets: ['plain words', ''] })).toMatchObject({ kind: 'invalid' });
  });
});
