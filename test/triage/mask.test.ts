import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretMask } from '../../shared/triage/mask.ts';

const maskOf = async (value: string) => {
  const mask = createSecretMask({ read: async () => value });
  await mask.secrets.read('env:ANY');
  return mask;
};

const secret = fc
  .string({ minLength: 6, maxLength: 60, unit: 'grapheme' })
  .filter((text) => text.trim().length >= 6);

describe('the mask over secrets', () => {
  it('takes a secret out of every text, wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(secret, fc.string(), fc.string(), async (value, before, after) => {
        const { hide } = await maskOf(value);
        const text = `${before}${value}${after}`;
        const hidden = JSON.stringify(
          hide({ deep: [{ text }], [text]: text, encoded: encodeURIComponent(value) }),
        );
        expect(JSON.parse(hidden).deep[0].text).not.toContain(value);
        expect(Object.keys(JSON.parse(hidden)).join()).not.toContain(value);
        expect(JSON.parse(hidden).encoded).not.toContain(encodeURIComponent(value));
      }),
    );
  });

  it('takes out the parts of a webhook URL that give it away', async () => {
    const token = 'pull-in-data-from-a-webhook-00000000-aaaa-bbbb-cccc-000000000001';
    const { hide } = await maskOf(`https://api.clay.com/v3/sources/webhook/${token}`);
    expect(hide({ path: `/v3/sources/webhook/${token}`, message: `no ${token}` })).toEqual({
      path: '(hidden)',
      message: 'no (hidden)',
    });
  });

  it('takes out a secret sent back in Base64', async () => {
    const { hide } = await maskOf('not-a-real-key');
    expect(hide(`Basic ${btoa('not-a-real-key')}`)).toBe('Basic (hidden)');
  });

  it('leaves everything else as it was', async () => {
    const { hide } = await maskOf('not-a-real-key');
    const data = { at: 5, ok: true, none: null, list: ['a', { b: 'c' }] };
    expect(hide(data)).toEqual(data);
  });
});
