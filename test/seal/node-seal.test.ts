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
  const setUp = () => {
    const world = { key: undefined as string | undefined, now: 1_000_000, reads: 0 };
    const read = async () => {
      world.reads += 1;
      if (world.key === undefined) throw new Error('no such secret');
      return world.key;
    };
    const secrets: SecretReader = { read, readAgain: read };
    const clock = { now: () => world.now };
    return { world, secret: createSecretSeal({ secrets, reference: 'env:ROWS_KEY', clock }) };
  };

  it('rejects while there is none, and reads one that is there every quarter of an hour', async () => {
    const { world, secret } = setUp();
    await expect(secret.seal('hello', 'leads')).rejects.toThrow('no such secret');
    world.key = KEY;
    const sealed = await secret.seal('hello', 'leads');
    expect(await seal.open(sealed, 'leads')).toBe('hello');
    world.now += 14 * 60_000;
    await secret.seal('hello', 'leads');
    expect(world.reads).toBe(2);
    world.now += 60_000;
    await secret.seal('hello', 'leads');
    expect(world.reads).toBe(3);
  });

  it('seals with a new key after a quarter of an hour, and opens what was sealed with either', async () => {
    const { world, secret } = setUp();
    world.key = KEY;
    const before = await secret.seal('hello', 'leads');
    world.key = `${OTHER} ${KEY}`;
    expect(await seal.open(await secret.seal('hello', 'leads'), 'leads')).toBe('hello');
    world.now += 15 * 60_000;
    expect(await seal.open(await secret.seal('hello', 'leads'), 'leads')).toBeNull();
    expect(await secret.open(before, 'leads')).toBe('hello');
  });

  it('opens at once what another process has sealed with a new key', async () => {
    const { world, secret } = setUp();
    world.key = KEY;
    await secret.seal('hello', 'leads');
    world.key = `${OTHER} ${KEY}`;
    expect(await secret.open(await createSeal(OTHER).seal('hello', 'leads'), 'leads')).toBe('hello');
    expect(await seal.open(await secret.seal('hello', 'leads'), 'leads')).toBeNull();
  });

  it('does not open what no key opens, and rejects what cannot be told while the key cannot be read', async () => {
    const { world, secret } = setUp();
    world.key = KEY;
    const own = await secret.seal('hello', 'leads');
    const foreign = await createSeal(OTHER).seal('hello', 'leads');
    expect(await secret.open(foreign, 'leads')).toBeNull();
    world.key = undefined;
    expect(await secret.open(own, 'leads')).toBe('hello');
    await expect(secret.open(foreign, 'leads')).rejects.toThrow('no such secret');
  });
});
