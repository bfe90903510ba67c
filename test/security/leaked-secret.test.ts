import { describe, expect, it } from 'vitest';
import { createSenders } from '../../functions/http/senders.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { ALSO_VALID } from '../../shared/config/secret-reference.ts';
import { settlementOf } from '../../shared/rotate/settle.ts';
import type { Change } from '../../shared/rotate/state.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { createFakeSecrets } from './fake-secrets.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const START = Date.UTC(2026, 10, 21);

describe('a secret of senders that leaked', () => {
  const setUp = () => {
    const store = createFakeSecrets();
    store.set('senders', 'AWSCURRENT', 'new', 'fake-new');
    store.set('senders', ALSO_VALID, 'old', 'fake-leaked');
    const clock = createVirtualClock(START);
    const senders = createSenders({
      feeds: { leads: { header: 'x-secret', secret: 'secretsmanager:senders' } },
      secrets: createSecretReader({ env: {}, clock, secretsManager: () => store.client }),
      clock,
      onFault: () => undefined,
    });
    const admit = (secret: string, feed = 'leads') =>
      senders.admit({ headers: { 'x-secret': secret }, pathParameters: { feed } }).then(({ kind }) => kind);
    return { store, clock, admit };
  };

  it('opens nothing a minute after its label is taken away by hand, whoever still uses it', async () => {
    const { store, clock, admit } = setUp();
    expect(await admit('fake-leaked')).toBe('admitted');
    store.drop('senders', ALSO_VALID);
    await clock.advance(MINUTE);
    expect(await admit('fake-leaked')).toBe('refused');
    expect(await admit('fake-new')).toBe('admitted');
  });

  it('opens its own feed and no other', async () => {
    const { admit } = setUp();
    expect(await admit('fake-leaked', 'accounts')).toBe('refused');
  });

  it('is not made current again by whoever uses it on, once one sender has the new one; people are told', () => {
    const change: Change = {
      version: 'new',
      from: 'old',
      at: START,
      keys: ['feeds.leads.callbacks.secret'],
      overlap: 'traffic',
      outcome: 'open',
      waiting: [],
      since: START,
    };
    const now = START + 15 * DAY;
    const uses = [
      { sender: 'callbacks/leads/email', versions: { old: START - MINUTE, new: now - MINUTE } },
      { sender: 'callbacks/leads/stolen', versions: { old: now - MINUTE } },
    ];
    const times = { overlapMs: 14 * DAY, lastingMs: 3 * DAY };
    expect(settlementOf(change, uses, now, times)).toEqual({
      kind: 'mixed',
      waiting: ['callbacks/leads/stolen'],
    });
  });
});
