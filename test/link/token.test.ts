import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinkPurpose, signLink, verifyLink } from '../../shared/link/token.ts';

const KEY = 'fake-link-key-0123456789abcdef0123456789';
const ID = 'inc-20261103-0a1b2c3d';
const NOW = Date.UTC(2026, 10, 3, 12);
const EXPIRES = NOW / 1_000 + 3_600;

const token = (purpose: LinkPurpose = 'acknowledge') =>
  signLink(KEY, { incidentId: ID, purpose, expiresAt: EXPIRES });
const b64 = (text: string | Buffer) => Buffer.from(text).toString('base64url');

describe('a signed link', () => {
  it('is what an independent HMAC of its claim says, and safe in a path', async () => {
    const payload = `1:acknowledge:${EXPIRES.toString(36)}:${ID}`;
    const mac = createHmac('sha256', KEY).update(`claywatch link\n${payload}`).digest().subarray(0, 16);
    expect(await token()).toBe(`${b64(payload)}.${b64(mac)}`);
    expect(await token()).toMatch(/^[A-Za-z0-9_.-]{1,100}$/);
  });

  it('names its incident until the second it expires, and is over from then on', async () => {
    const made = await token();
    expect(await verifyLink(KEY, made, 'acknowledge', EXPIRES * 1_000 - 1)).toEqual({
      kind: 'valid',
      incidentId: ID,
      expiresAt: EXPIRES,
    });
    expect(await verifyLink(KEY, made, 'acknowledge', EXPIRES * 1_000)).toEqual({
      kind: 'expired',
      incidentId: ID,
    });
  });

  it('is good for one purpose only', async () => {
    expect(await verifyLink(KEY, await token('view'), 'acknowledge', NOW)).toEqual({ kind: 'invalid' });
    expect(await verifyLink(KEY, await token('acknowledge'), 'view', NOW)).toEqual({ kind: 'invalid' });
  });

  it.each<[string, (claim: string, mac: string) => string]>([
    ['nothing', () => ''],
    ['only a dot', () => '.'],
    ['no signature', (claim) => claim],
    ['an empty signature', (claim) => `${claim}.`],
    ['a signature cut short', (claim, mac) => `${claim}.${mac.slice(0, -4)}`],
    ['a signature with more behind it', (claim, mac) => `${claim}.${mac}AAAA`],
    ['a third part', (claim, mac) => `${claim}.${mac}.x`],
    ['padding', (claim, mac) => `${claim}.${mac}==`],
    ['white space', (claim, mac) => ` ${claim}.${mac}`],
    ['another incident', (claim, mac) => `${b64(atob(claim).replace('3d', '3e'))}.${mac}`],
    ['a later end', (claim, mac) => `${b64(atob(claim).replace(/:[0-9a-z]+:inc/, ':zzzzzz:inc'))}.${mac}`],
    ['another purpose', (claim, mac) => `${b64(atob(claim).replace('acknowledge', 'view'))}.${mac}`],
    ['another version', (claim, mac) => `${b64(atob(claim).replace('1:', '2:'))}.${mac}`],
    [
      'a signature by another key',
      (claim) => `${claim}.${b64(createHmac('sha256', 'x').update(atob(claim)).digest().subarray(0, 16))}`,
    ],
    [
      'a signature of the bare claim',
      (claim) => `${claim}.${b64(createHmac('sha256', KEY).update(atob(claim)).digest().subarray(0, 16))}`,
    ],
    ['a megabyte', () => 'A'.repeat(1_000_000)],
    ['unicode', (_, mac) => `é漢🙂.${mac}`],
  ])('is refused with %s', async (_, tamper) => {
    const [claim = '', mac = ''] = (await token()).split('.');
    expect(await verifyLink(KEY, tamper(claim, mac), 'acknowledge', NOW)).toEqual({ kind: 'invalid' });
  });

  it('is refused whatever one character of it is changed to', async () => {
    const made = await token();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(made.length - 1),
        fc.constantFrom(...'ABCXYZabcxyz0189-_.'),
        async (at, character) => {
          const changed = made.slice(0, at) + character + made.slice(at + 1);
          fc.pre(changed !== made);
          expect(await verifyLink(KEY, changed, 'acknowledge', NOW)).toEqual({ kind: 'invalid' });
        },
      ),
    );
  });

  it('never takes what somebody made up, and never throws on it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (one, other) => {
        expect(await verifyLink(KEY, one, 'view', NOW)).toEqual({ kind: 'invalid' });
        expect(await verifyLink(KEY, `${b64(one)}.${b64(other)}`, 'view', NOW)).toEqual({ kind: 'invalid' });
      }),
    );
  });

  it('is not made for what is no id', async () => {
    for (const incidentId of ['', 'a b', 'é', 'x'.repeat(121), 'a\nb'])
      await expect(signLink(KEY, { incidentId, purpose: 'view', expiresAt: EXPIRES })).rejects.toThrow(
        RangeError,
      );
  });
});
