import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type SessionClaim,
  type SessionKey,
  sessionName,
  signSession,
  verifySession,
} from '../../shared/session/token.ts';

const KEY: SessionKey = {
  key: 'fake-session-key-0123456789abcdef0123456789',
  role: 'responder',
  by: 'secret',
  bond: 'bond-of-a-fake-secret',
};
const NOW = Date.UTC(2026, 10, 22, 12);
const EXPIRES = NOW / 1_000 + 8 * 3_600;
const CLAIM: SessionClaim = { role: 'responder', by: 'secret', name: 'Ada Löwe', expiresAt: EXPIRES };

const b64 = (text: string | Buffer) => Buffer.from(text).toString('base64url');
/** Of all of the basic plane: what steers terminals and turns the direction of writing is among it. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xd7ff }), { maxLength: 300 })
  .map((codes) => String.fromCodePoint(...codes));

const token = () => signSession(KEY, CLAIM);
const check = (text: string, now = NOW, keys: readonly SessionKey[] = [KEY]) =>
  verifySession(keys, text, now);

describe('the token of a session', () => {
  it('is what an independent HMAC of its claim and its bond says, and fit for a cookie', async () => {
    const payload = `1:responder:secret:${EXPIRES.toString(36)}:${b64('Ada Löwe')}`;
    const mac = createHmac('sha256', KEY.key)
      .update(`claywatch session\nresponder:secret:${b64(KEY.bond)}\n\n${payload}`)
      .digest();
    expect(await token()).toBe(`${b64(payload)}.${b64(mac)}`);
    expect(await token()).toMatch(/^[A-Za-z0-9_.-]+$/);
  });

  it('says who has it and until when, until the second it expires, and is over from then on', async () => {
    expect(await check(await token(), EXPIRES * 1_000 - 1)).toEqual({ kind: 'valid', claim: CLAIM, by: 0 });
    expect(await check(await token(), EXPIRES * 1_000)).toEqual({ kind: 'expired' });
  });

  it('tells nothing of the secret that was signed in with', async () => {
    const [claim = ''] = (await token()).split('.');
    expect(Buffer.from(claim, 'base64url').toString()).not.toContain(KEY.bond);
  });

  it.each<[string, SessionKey]>([
    ['another key', { ...KEY, key: 'another-fake-session-key-0123456789abcdef' }],
    ['another secret signed in with', { ...KEY, bond: 'bond-of-another-secret' }],
    ['another role of the same secret', { ...KEY, role: 'reader' }],
    ['another way to sign in', { ...KEY, by: 'oidc' }],
  ])('is refused by %s', async (_, key) => {
    expect(await check(await token(), NOW, [key])).toEqual({ kind: 'invalid' });
    expect(await check(await token(), NOW, [key, KEY])).toMatchObject({ kind: 'valid', by: 1 });
  });

  it('is refused where there is no key at all', async () => {
    expect(await check(await token(), NOW, [])).toEqual({ kind: 'invalid' });
  });

  it("never makes a responder of a reader, though the claim were a reader's own to write", async () => {
    const reader: SessionKey = { ...KEY, role: 'reader' };
    const made = await signSession(reader, { ...CLAIM, role: 'reader' });
    const [, mac = ''] = made.split('.');
    const risen = `${b64(`1:responder:secret:${EXPIRES.toString(36)}:${b64('Ada Löwe')}`)}.${mac}`;
    expect(await check(risen, NOW, [reader, KEY])).toEqual({ kind: 'invalid' });
    await expect(signSession(reader, CLAIM)).rejects.toThrow(RangeError);
  });

  it.each<[string, (claim: string, mac: string) => string]>([
    ['nothing', () => ''],
    ['only a dot', () => '.'],
    ['no signature', (claim) => claim],
    ['an empty signature', (claim) => `${claim}.`],
    ['a signature cut short', (claim, mac) => `${claim}.${mac.slice(0, -4)}`],
    ['half a signature', (claim, mac) => `${claim}.${b64(Buffer.from(mac, 'base64url').subarray(0, 16))}`],
    ['a third part', (claim, mac) => `${claim}.${mac}.x`],
    ['padding', (claim, mac) => `${claim}.${mac}=`],
    [
      'a later end',
      (claim, mac) => `${b64(atob(claim).replace(/:[0-9a-z]+:(?=[^:]*$)/, ':zzzzzz:'))}.${mac}`,
    ],
    ['another name', (claim, mac) => `${b64(atob(claim).replace(/[^:]*$/, b64('Eve')))}.${mac}`],
    ['bytes that are no text', (_, mac) => `${b64(Buffer.from([0xff, 0xfe]))}.${mac}`],
    ['a megabyte', () => 'A'.repeat(1_000_000)],
  ])('is refused with %s', async (_, tamper) => {
    const [claim = '', mac = ''] = (await token()).split('.');
    expect(await check(tamper(claim, mac))).toEqual({ kind: 'invalid' });
  });

  it('is refused whatever one character of it is changed to, and wherever it is cut', async () => {
    const made = await token();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(made.length - 1),
        fc.constantFrom(...'ABCXYZabcxyz0189-_.'),
        async (at, character) => {
          expect(await check(made.slice(0, at))).toEqual({ kind: 'invalid' });
          const changed = made.slice(0, at) + character + made.slice(at + 1);
          fc.pre(changed !== made);
          expect(await check(changed)).toEqual({ kind: 'invalid' });
        },
      ),
    );
  });

  it('gives back any name that was put in, made one line of at most 80 characters', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (name) => {
        const made = await signSession(KEY, { ...CLAIM, name });
        expect(made.length).toBeLessThanOrEqual(800);
        const found = await check(made);
        expect(found).toMatchObject({ kind: 'valid', claim: { name: sessionName(name) } });
        expect(sessionName(name)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect([...sessionName(name)].length).toBeLessThanOrEqual(80);
      }),
    );
  });

  it('is never taken of what somebody made up, and nothing is thrown on it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (one, other) => {
        expect(await check(one)).toEqual({ kind: 'invalid' });
        expect(await check(`${b64(one)}.${b64(other)}`)).toEqual({ kind: 'invalid' });
      }),
    );
  });

  it('is not taken for a link in a message, though the same key signed both', async () => {
    const { signLink, verifyLink } = await import('../../shared/link/token.ts');
    const link = await signLink(KEY.key, {
      ...{ incidentId: 'inc-20261103-0a1b2c3d', purpose: 'view' },
      expiresAt: EXPIRES,
    });
    expect(await check(link)).toEqual({ kind: 'invalid' });
    expect(await verifyLink(KEY.key, await token(), 'view', NOW)).toEqual({ kind: 'invalid' });
  });
});
