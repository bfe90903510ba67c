import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import { keyBytes } from '../../shared/notify/channels/standard-webhooks.ts';
import { membersOf, rotatableSecrets, rotationDaysOf } from '../../shared/rotate/kinds.ts';
import { nextValue } from '../../shared/rotate/value.ts';
import { FULL_CONFIG } from '../infra/installation.ts';

const random = (count: number) => new Uint8Array(count).fill(7);
const config = parseConfig(
  {
    installation: 'acme',
    clay: { apiKey: 'secretsmanager:acme/mixed#clay' },
    feeds: {
      leads: {
        webhooks: [{ id: 'leads-1', url: 'secretsmanager:acme/leads-1' }],
        callbacks: {
          secret: 'secretsmanager:acme/mixed#callbacks',
          previousSecret: 'secretsmanager:acme/mixed#before',
        },
        relay: { secret: 'secretsmanager:acme/relay' },
      },
    },
    respond: { publicUrl: 'https://claywatch.example.com', linkSecret: 'secretsmanager:acme/links' },
    console: {
      sessionSecret: 'secretsmanager:acme/sessions',
      oidc: {
        issuer: 'https://login.example.com',
        clientId: 'claywatch',
        clientSecret: 'secretsmanager:acme/login',
        readers: ['staff'],
      },
    },
    relay: { rowsKey: 'secretsmanager:acme/rows#key' },
    notify: {
      webhooks: [
        { id: 'bus', url: 'secretsmanager:acme/bus#url', signingSecrets: ['secretsmanager:acme/bus#key'] },
      ],
    },
    rotation: { linkKey: { everyDays: 30 }, senders: { everyDays: 90 } },
  },
  'test',
);
const next = (secret: string, current: string | null, supplied: string | null = null) =>
  nextValue({ current, supplied, members: membersOf(config, secret), random });
const MIXED = JSON.stringify({ clay: 'key', callbacks: 'old', before: 'older', other: { kept: 1 } });

describe('what a secret holds next', () => {
  it('is made anew where it is ours, and everything else in it stays', () => {
    const made = next('acme/mixed', MIXED);
    expect(made).toMatchObject({ kind: 'changed', members: [{ member: 'callbacks' }] });
    const { callbacks, ...rest } = JSON.parse(made.kind === 'changed' ? made.text : '');
    expect(rest).toEqual({ clay: 'key', before: 'older', other: { kept: 1 } });
    expect(callbacks).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('is what somebody supplied, and nothing else', () => {
    const made = next('acme/mixed', MIXED, '{"clay":"new"}');
    expect(made).toMatchObject({ kind: 'changed', members: [{ member: 'clay', keys: ['clay.apiKey'] }] });
    expect(JSON.parse(made.kind === 'changed' ? made.text : '')).toEqual({
      ...JSON.parse(MIXED),
      clay: 'new',
    });
    expect(next('acme/leads-1', 'old', ' new\n')).toMatchObject({ kind: 'changed', text: 'new' });
  });

  it.each([
    ['acme/leads-1', 'old', null],
    ['acme/leads-1', 'same', 'same\n'],
    ['acme/relay', 'same', 'same'],
    ['acme/mixed', MIXED, MIXED],
  ])('is never invented, nor the same again: %s', (secret, current, supplied) => {
    expect(next(secret, current, supplied)).toEqual({ kind: 'nothing' });
  });

  it.each([
    ['acme/leads-1', 'old', '  '],
    ['acme/mixed', MIXED, 'not JSON'],
    ['acme/mixed', MIXED, '{"clay":""}'],
    ['acme/mixed', MIXED, '{"clay":7}'],
    ['acme/mixed', 'not JSON', null],
    ['acme/mixed', '[]', null],
  ])(
    'does not come of what cannot be used, and the reason shows no value: %s %j %j',
    (secret, current, supplied) => {
      const made = next(secret, current, supplied);
      expect(made.kind).toBe('unfit');
      expect(JSON.stringify(made)).not.toContain('older');
    },
  );

  it('fills a secret that is empty, where it is ours to make', () => {
    expect(next('acme/relay', null)).toMatchObject({ kind: 'changed' });
    expect(next('acme/mixed', null)).toMatchObject({ kind: 'changed', members: [{ member: 'callbacks' }] });
    expect(next('acme/leads-1', null)).toEqual({ kind: 'nothing' });
  });

  it('is a key of Standard Webhooks where it signs', () => {
    const made = next('acme/bus', '{"url":"https://bus.example.com"}');
    const { key } = JSON.parse(made.kind === 'changed' ? made.text : '');
    expect(key).toMatch(/^whsec_/);
    expect(keyBytes(key)).toHaveLength(32);
  });
});

describe('the secrets that can be rotated', () => {
  it('are all but the one that seals rows', () => {
    expect(rotatableSecrets(config)).toEqual([
      'acme/bus',
      'acme/leads-1',
      'acme/links',
      'acme/login',
      'acme/mixed',
      'acme/relay',
      'acme/sessions',
    ]);
    expect(rotatableSecrets(parseConfig(FULL_CONFIG, 'test'))).toContain('shared-token');
  });

  it('rotate by themselves as often as the configuration says, if they are ours to make', () => {
    const names = ['acme/links', 'acme/sessions', 'acme/mixed', 'acme/relay', 'acme/bus', 'acme/login'];
    expect(names.map((name) => rotationDaysOf(config, name))).toEqual([30, 30, 90, 90, 0, 0]);
  });

  it('are known by how each of their values is used', () => {
    expect(membersOf(config, 'acme/mixed')).toEqual([
      expect.objectContaining({ member: 'clay', made: 'supplied', overlap: 'none' }),
      expect.objectContaining({ member: 'callbacks', made: 'generated', overlap: 'traffic' }),
      expect.objectContaining({ member: 'before', made: 'kept', overlap: 'none' }),
    ]);
    expect(membersOf(config, 'acme/links')).toEqual([
      { member: undefined, made: 'generated', form: 'token', overlap: 'time', keys: ['respond.linkSecret'] },
    ]);
  });
});
