import { describe, expect, it } from 'vitest';
import { createSenders, type SenderConfig } from '../../../functions/http/senders.ts';
import type { SecretReader } from '../../../shared/config/secret-reference.ts';
import { ClaywatchError } from '../../../shared/errors.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

const MINUTE = 60_000;

/** A store of secrets that can be changed and broken. */
const createStore = (values: Record<string, string>) => {
  const store: {
    readonly values: Record<string, string>;
    readonly reads: string[];
    readonly reader: SecretReader;
    fault: Error | undefined;
    hangs: boolean;
  } = {
    values,
    fault: undefined,
    hangs: false,
    reads: [],
    reader: {
      read: async (reference) => {
        store.reads.push(reference);
        if (store.hangs) return new Promise<string>(() => undefined);
        if (store.fault) throw store.fault;
        const value = store.values[reference.slice('env:'.length)];
        if (value === undefined)
          throw new ClaywatchError('secret.not-found', 'is not there', 'Put it there.');
        return value;
      },
    },
  };
  return store;
};

const FEEDS: Readonly<Record<string, SenderConfig>> = {
  leads: { header: 'x-clay', secret: 'env:LEADS', previousSecret: 'env:LEADS_OLD' },
  accounts: { header: 'x-accounts', secret: 'env:ACCOUNTS' },
  open: { header: 'x-open' },
};

const setUp = (values: Record<string, string> = { LEADS: 'new', LEADS_OLD: 'old', ACCOUNTS: 'other' }) => {
  const store = createStore(values);
  const clock = createVirtualClock(Date.UTC(2026, 10, 21));
  const faults: unknown[] = [];
  const senders = createSenders({
    feeds: FEEDS,
    secrets: store.reader,
    clock,
    onFault: (error) => faults.push(error),
  });
  const admit = (feed: string | undefined, header: string, secret: string) =>
    senders
      .admit({ headers: { [header]: secret }, ...(feed === undefined ? {} : { pathParameters: { feed } }) })
      .then(({ kind }) => kind);
  return { store, clock, faults, senders, admit };
};

describe('a sender', () => {
  it('is admitted with either of two secrets, in the header of the feed', async () => {
    const { admit } = setUp();
    expect(await admit('leads', 'x-clay', 'new')).toBe('admitted');
    expect(await admit('leads', 'X-Clay', ' old ')).toBe('admitted');
    expect(await admit('accounts', 'x-accounts', 'other')).toBe('admitted');
  });

  it.each([
    ['leads', 'x-clay', 'wrong'],
    ['leads', 'x-clay', ''],
    ['leads', 'x-clay', 'NEW'],
    ['leads', 'x-clay', 'other'],
    ['leads', 'x-other', 'new'],
    ['accounts', 'x-accounts', 'new'],
    ['unknown', 'x-clay', 'new'],
    ['constructor', 'x-clay', 'new'],
    ['', 'x-clay', 'new'],
    [undefined, 'x-clay', 'new'],
    ['open', 'x-open', ''],
    ['open', 'x-open', 'undefined'],
  ])('is refused at %s with %s: %j', async (feed, header, secret) => {
    expect(await setUp().admit(feed, header, secret)).toBe('refused');
  });

  it('makes every secret be read, whatever feed is asked for, so that time tells nothing', async () => {
    for (const feed of ['leads', 'accounts', 'unknown']) {
      const { store, admit } = setUp();
      await admit(feed, 'x-clay', 'wrong');
      expect(store.reads.sort()).toEqual(['env:ACCOUNTS', 'env:LEADS', 'env:LEADS_OLD']);
    }
  });

  it('is known by a new secret once it is there, and by the old one no more', async () => {
    const { store, clock, admit } = setUp();
    await admit('leads', 'x-clay', 'new');
    store.values.LEADS = 'newer';
    await clock.advance(MINUTE);
    expect(await admit('leads', 'x-clay', 'newer')).toBe('admitted');
    expect(await admit('leads', 'x-clay', 'new')).toBe('refused');
  });

  it('goes on being known for a while when the store of secrets is down', async () => {
    const { store, clock, faults, admit } = setUp();
    await admit('leads', 'x-clay', 'new');
    store.fault = new ClaywatchError('secret.unavailable', 'does not answer', 'Wait.');
    await clock.advance(10 * MINUTE);
    expect(await admit('leads', 'x-clay', 'new')).toBe('admitted');
    expect(await admit('leads', 'x-clay', 'wrong')).toBe('refused');
    expect(faults).not.toEqual([]);
    await clock.advance(6 * MINUTE);
    expect(await admit('leads', 'x-clay', 'new')).toBe('unavailable');
    store.fault = undefined;
    await clock.advance(MINUTE);
    expect(await admit('leads', 'x-clay', 'new')).toBe('admitted');
  });

  it('cannot be told from any other while no secret was ever read, at a known feed and at an unknown one', async () => {
    for (const feed of ['leads', 'open', 'unknown']) {
      const { store, admit } = setUp();
      store.fault = new ClaywatchError('secret.unavailable', 'does not answer', 'Wait.');
      expect(await admit(feed, 'x-clay', 'new')).toBe('unavailable');
    }
  });

  it('does not wait for a store that hangs', async () => {
    const { store, clock, admit } = setUp();
    store.hangs = true;
    const admission = admit('leads', 'x-clay', 'new');
    await clock.advance(5_000);
    expect(await admission).toBe('unavailable');
  });

  it('is known no more when the secret was taken away', async () => {
    const { store, clock, admit } = setUp();
    await admit('leads', 'x-clay', 'new');
    delete store.values.LEADS;
    await clock.advance(MINUTE);
    expect(await admit('leads', 'x-clay', 'new')).toBe('refused');
    expect(await admit('leads', 'x-clay', 'old')).toBe('admitted');
  });

  it('asks the store once, however many requests come at once', async () => {
    const { store, admit } = setUp();
    await Promise.all(Array.from({ length: 50 }, () => admit('leads', 'x-clay', 'new')));
    expect(store.reads).toHaveLength(3);
  });
});

describe('whoever may send to any feed', () => {
  const any = (header: string, secret: string, values?: Record<string, string>) => {
    const { senders, store } = setUp(values);
    return { store, admission: () => senders.admitToAny({ headers: { [header]: secret } }) };
  };

  it('is admitted with the secret of any, current or previous, under its own header', async () => {
    expect(await any('x-clay', 'new').admission()).toMatchObject({ kind: 'admitted', feed: 'leads' });
    expect(await any('X-Clay', 'old').admission()).toMatchObject({ kind: 'admitted', feed: 'leads' });
    expect(await any('x-accounts', 'other').admission()).toMatchObject({
      kind: 'admitted',
      feed: 'accounts',
    });
  });

  it.each([
    ['x-clay', 'other'],
    ['x-accounts', 'new'],
    ['x-open', ''],
    ['x-clay', ''],
    ['x-nothing', 'new'],
  ])('is refused with %s: %s', async (header, secret) => {
    expect(await any(header, secret).admission()).toEqual({ kind: 'refused' });
  });

  it('is told to come again when a secret cannot be read', async () => {
    const { store, admission } = any('x-clay', 'wrong');
    store.fault = new Error('no answer');
    expect(await admission()).toEqual({ kind: 'unavailable' });
  });
});
