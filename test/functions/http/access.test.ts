import { describe, expect, it } from 'vitest';
import {
  createConsoleWorld,
  ORIGIN,
  OWN_PAGE,
  pageEvent,
  READER,
  RESPONDER,
  sentBack,
} from '../console/console-world.ts';

const ACT = 'POST /v1/incidents/{id}/{action}';
const LOOK = 'GET /v1/incidents';

const signedIn = async (secret = RESPONDER) => {
  const world = createConsoleWorld();
  const cookies = sentBack(await world.signIn(secret));
  const ask = (route: string, headers: Record<string, string> = {}) =>
    world.access(pageEvent({ route, headers, cookies }));
  return { world, cookies, ask };
};

describe('whoever comes with a session', () => {
  it('may look from anywhere, and is named', async () => {
    const { ask } = await signedIn();
    expect(await ask(LOOK)).toEqual({
      ...{ kind: 'granted', role: 'responder', via: 'console', name: 'Ada' },
      until: Date.UTC(2026, 10, 22, 20),
    });
  });

  it('may act from the console’s own page, as what they signed in as', async () => {
    expect(await (await signedIn()).ask(ACT, OWN_PAGE)).toMatchObject({ kind: 'granted', role: 'responder' });
    expect(await (await signedIn(READER)).ask(ACT, OWN_PAGE)).toMatchObject({
      kind: 'granted',
      role: 'reader',
    });
  });

  it.each<[string, Record<string, string>]>([
    ['without the header', { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }],
    ['with another value of it', { ...OWN_PAGE, 'x-claywatch-console': 'true' }],
    ['from another origin', { ...OWN_PAGE, origin: 'https://evil.example.com' }],
    ['from the same host without TLS', { ...OWN_PAGE, origin: ORIGIN.replace('https', 'http') }],
    ['from the same host at another port', { ...OWN_PAGE, origin: `${ORIGIN}:8443` }],
    ['from an origin that is null', { ...OWN_PAGE, origin: 'null' }],
    ['from a cross-site page that says it is ours', { ...OWN_PAGE, 'sec-fetch-site': 'cross-site' }],
    ['typed into the address bar', { ...OWN_PAGE, 'sec-fetch-site': 'none' }],
    ['from a browser that says nothing of where it is', { 'x-claywatch-console': '1' }],
  ])('may not act %s', async (_, headers) => {
    expect(await (await signedIn()).ask(ACT, headers)).toEqual({ kind: 'cross-site' });
  });

  it('may act from a browser that says one of the two', async () => {
    const { ask } = await signedIn();
    expect(await ask(ACT, { 'x-claywatch-console': '1', origin: ORIGIN })).toMatchObject({ kind: 'granted' });
    expect(await ask(ACT, { 'x-claywatch-console': '1', 'sec-fetch-site': 'same-origin' })).toMatchObject({
      kind: 'granted',
    });
  });

  it('is nobody where the session is of another installation', async () => {
    const { cookies } = await signedIn();
    const other = createConsoleWorld({ values: { SESSIONS: 'the-fake-key-of-another-installation-0123' } });
    expect(await other.access(pageEvent({ route: LOOK, cookies }))).toEqual({ kind: 'refused' });
  });

  it('is nobody where the console is switched off', async () => {
    const { cookies } = await signedIn();
    const off = createConsoleWorld({ console: { enabled: false, sessionSecret: 'env:SESSIONS' } });
    expect(await off.access(pageEvent({ route: LOOK, cookies }))).toEqual({ kind: 'refused' });
  });

  it('counts by the secret alone where both are sent', async () => {
    const { ask } = await signedIn();
    expect(await ask(ACT, { authorization: `Bearer ${READER}` })).toEqual({
      ...{ kind: 'granted', role: 'reader', via: 'api' },
    });
    expect(await ask(LOOK, { authorization: 'Bearer wrong' })).toEqual({ kind: 'refused' });
  });

  it('is only a reader by a secret that is the same as the reader’s, and a responder by that of both', async () => {
    const world = createConsoleWorld({ values: { READER: RESPONDER } });
    const cookies = sentBack(await world.signIn(RESPONDER));
    expect(await world.access(pageEvent({ route: LOOK, cookies }))).toMatchObject({ role: 'responder' });
  });
});

describe('whoever comes with a secret', () => {
  it('needs nothing of a browser', async () => {
    const world = createConsoleWorld();
    const headers = { authorization: `Bearer ${RESPONDER}` };
    expect(await world.access(pageEvent({ route: ACT, headers }))).toEqual({
      ...{ kind: 'granted', role: 'responder', via: 'api' },
    });
  });

  it('is nobody with nothing', async () => {
    expect(await createConsoleWorld().access({})).toEqual({ kind: 'refused' });
  });
});
