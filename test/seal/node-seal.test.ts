import { describe, expect, it } from 'vitest';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import { createSeal } from '../../shared/seal/node-seal.ts';
import { createSecretSeal } from '../../shared/seal/secret-seal.ts';

const KEY = 'fake-key-for-tests-fake-key-for-tests';
const OTHER = 'another-fake-key-another-fake-key-abc';
const seal = createSeal(KEY);
const row = JSON.stringify({ email: 'jane@acme.example', text: 'Ärger \u{1f600} '.repeat(400) });

describe('a seal', () => {
  it.each(['', 'x', row, '{"a":"\\ud83d"}'])('opens what it sealed', async (text) => {
    expect(await seal.open(await seal.seal(text, 'leads'), 'leads')).toBe(text);
  });

  it('shows nothing of the text, and is another one each time', async () => {
    const [one, two] = [await seal.seal(row, 'leads'), await seal.seal(row, 'leads')];
    expect(one).not.toBe(two);
    expect(Buffer.from(one, 'base64').toString('latin1')).not.toMatch(/jane|acme|email/);
  });

  it('makes what repeats itself smaller, and nothing larger than by a third and 44 signs', async () => {
    expect((await seal.seal(row, 'leads')).length).toBeLessThan(row.length / 3);
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('latin1');
    const bytes = Buffer.byteLength(noise);
    expect((await seal.seal(noise, 'leads')).length).toBeLessThanOrEqual((bytes * 4) / 3 + 48);
  });

  it('does not open in another context, with another key, or when anything of it was changed', async () => {
    const sealed = await seal.seal('hello', 'leads');
    expect(await seal.open(sealed, 'accounts')).toBeNull();
    expect(await createSeal(OTHER).open(sealed, 'leads')).toBeNull();
    const bytes = Buffer.from(sealed, 'base64');
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(await seal.open(changed.toString('base64'), 'leads')).toBeNull();
    }
    for (let length = 0; length < bytes.length; length += 1) {
      expect(await seal.open(bytes.subarray(0, length).toString('base64'), 'leads')).toBeNull();
    }
    for (const text of ['', 'hello', '{"a":1}', '\u{1f600}'])
      expect(await seal.open(text, 'leads')).toBeNull();
  });

  it('opens with an older key that stands behind the new one, and seals with the new one', async () => {
    const both = createSeal(`${OTHER}\n${KEY}`);
    expect(await both.open(await seal.seal('old', 'leads'), 'leads')).toBe('old');
    const sealed = await both.seal('new', 'leads');
    expect(await seal.open(sealed, 'leads')).toBeNull();
    expect(await createSeal(OTHER).open(sealed, 'leads')).toBe('new');
  });

  it.each(['', ' ', 'short', 'x'.repeat(31), `${KEY} short`])('refuses a key that is too short', (key) => {
    expect(() => createSeal(key)).toThrow(expect.objectContaining({ code: 'rows-key.invalid' }));
  });

  it('takes a key with white space around it for the same', async () => {
    expect(await createSeal(` ${KEY}\n`).open(await seal.seal('hello', 'leads'), 'leads')).toBe('hello');
  });
});

describe('a seal whose key is a secret', () => {
  it('follows the secret, and rejects while there is none', async () => {
    let key: string | undefined;
    const secrets: SecretReader = {
      read: async () => {
        if (key === undefined) throw new Error('no such secret');
        return key;
      },
    };
    const secret = createSecretSeal({ secrets, reference: 'env:ROWS_KEY' });
    await expect(secret.seal('hello', 'leads')).rejects.toThrow('no such secret');
    key = KEY;
    const sealed = await secret.seal('hello', 'leads');
    expect(await seal.open(sealed, 'leads')).toBe('hello');
    key = `${OTHER} ${KEY}`;
    expect(await secret.open(sealed, 'leads')).toBe('hello');
    expect(await seal.open(await secret.seal('hello', 'leads'), 'leads')).toBeNull();
  });
});
