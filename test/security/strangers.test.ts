import { describe, expect, it } from 'vitest';
import { receive } from '../../functions/http/receive.ts';
import type { HttpEvent } from '../../functions/http/request.ts';
import { createSenders } from '../../functions/http/senders.ts';
import { createLinkKeys } from '../../functions/incidents/link-keys.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import type { SecretReference } from '../../shared/config/secret-reference.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { createFakeSecrets } from './fake-secrets.ts';

const MINUTE = 60_000;
const SECRETS = 2;

const setUp = (values: Readonly<Record<string, string>>) => {
  const store = createFakeSecrets();
  for (const [name, text] of Object.entries(values)) store.set(name, 'AWSCURRENT', `${name}-1`, text);
  const clock = createVirtualClock(Date.UTC(2026, 10, 21));
  const secrets = createSecretReader({ env: {}, clock, secretsManager: () => store.client });
  const senders = createSenders({
    feeds: {
      leads: { header: 'x-claywatch-secret', secret: 'secretsmanager:leads' },
      accounts: { header: 'x-claywatch-secret', secret: 'secretsmanager:accounts#rows' },
    },
    secrets,
    clock,
    onFault: () => undefined,
  });
  const admit = (sent: string | undefined, feed = 'leads') =>
    senders
      .admit({ headers: sent === undefined ? {} : { 'x-claywatch-secret': sent }, pathParameters: { feed } })
      .then(({ kind }) => kind);
  return { store, clock, secrets, senders, admit };
};

describe('a stranger', () => {
  it('makes the store of secrets be asked some times a minute at most, however many requests they send', async () => {
    const { store, clock, admit } = setUp({ leads: 'fake-secret', accounts: '{"rows":"fake-other"}' });
    const minutes = 10;
    for (let second = 0; second < minutes * 60; second += 1) {
      for (let request = 0; request < 10; request += 1)
        expect(await admit(`guess-${second}-${request}`)).toBe('refused');
      await clock.advance(1_000);
    }
    // Current and old version of each, as often as a minute lets them age, and a few more at the beginning.
    expect(store.calls.length).toBeLessThanOrEqual(SECRETS * 2 * (2 * minutes + 6));
  });

  it('does not have their body read, however it looks', async () => {
    const { senders } = setUp({ leads: 'fake-secret', accounts: '{"rows":"fake-other"}' });
    const event: HttpEvent = {
      headers: { 'x-claywatch-secret': 'guess', 'content-encoding': 'gzip' },
      pathParameters: { feed: 'leads' },
      get body(): string {
        throw new Error('the body was read');
      },
    };
    const faults: unknown[] = [];
    const answer = await receive(
      { senders, maxBytes: 1, onFault: (fault) => faults.push(fault) },
      event,
      () => {
        throw new Error('the request was taken');
      },
    );
    expect(answer.statusCode).toBe(401);
    expect(faults).toEqual([]);
  });

  it.each(['', ' ', '\n', '{}', '{"rows":""}', '{"rows":7}', '{"rows":null}', '[]', 'null'])(
    'is not let in by sending nothing where the secret is empty, or not what it should be: %j',
    async (text) => {
      const { admit } = setUp({ leads: text === '' ? ' ' : text, accounts: text });
      for (const sent of [undefined, '', ' ', 'undefined', 'null', '[object Object]'])
        expect(await admit(sent, 'accounts')).not.toBe('admitted');
      for (const sent of [undefined, '', ' ']) expect(await admit(sent)).not.toBe('admitted');
    },
  );

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'leads/../accounts',
    'leads\u0000',
    'LEADS',
  ])('finds no feed under a name that every object knows, or that looks like one: %j', async (feed) => {
    const { admit } = setUp({ leads: 'fake-secret', accounts: '{"rows":"fake-other"}' });
    expect(await admit('fake-secret', feed)).toBe('refused');
  });

  it('who opens links that are none does not make the store be asked at will, also while the key is missing', async () => {
    const { store, clock, secrets } = setUp({});
    const reference: SecretReference = 'secretsmanager:links';
    const keys = createLinkKeys({ reference, secrets, clock });
    for (let request = 0; request < 100; request += 1)
      await expect(keys()).rejects.toMatchObject({ code: 'secret.not-found' });
    const { length } = store.calls;
    expect(length).toBeLessThanOrEqual(2);
    store.set('links', 'AWSCURRENT', '1', 'fake-link-key-0123456789abcdef0123456789');
    await clock.advance(2_000);
    expect(await keys()).toEqual(['fake-link-key-0123456789abcdef0123456789']);
    for (let request = 0; request < 100; request += 1) await keys();
    expect(store.calls.length).toBeLessThanOrEqual(length + 2);
    await clock.advance(MINUTE);
    await keys();
    expect(store.calls.length).toBeLessThanOrEqual(length + 4);
  });
});
