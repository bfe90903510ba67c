import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProvider, roleIn } from '../../../functions/console/provider.ts';
import { PER_SOURCE } from '../../../shared/session/limit.ts';
import { CLIENT, type OidcServer, startOidcServer } from '../../support/oidc-server.ts';
import { createConsoleWorld, ORIGIN, sentBack } from './console-world.ts';

const START = 'GET /console/oidc/start';
const RETURN = 'GET /console/oidc/return';
const WHO = 'GET /console/session';

let server: OidcServer;
beforeAll(async () => {
  server = await startOidcServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.claims = { name: 'Ada Löwe', groups: ['staff', 'on-call'] };
  server.faults = {};
  server.requests.length = 0;
});

const oidcOf = (issuer: string) => ({
  ...{ issuer, clientId: CLIENT.id, clientSecret: 'env:CLIENT' },
  ...{ responders: ['on-call'], readers: ['staff'] },
});

const worldWith = (issuer = server.issuer, clientSecret: string = CLIENT.secret) => {
  const configured = { sessionSecret: 'env:SESSIONS', oidc: oidcOf(issuer) };
  const { config, store, clock } = createConsoleWorld({
    console: configured,
    values: { CLIENT: clientSecret },
  });
  const { oidc } = config.console;
  if (!oidc) throw new Error('no provider is configured');
  const provider = createProvider({
    ...{ oidc, secrets: store.reader, clock },
    redirectUri: `${ORIGIN}/console/oidc/return`,
  });
  return createConsoleWorld({ console: configured, values: { CLIENT: clientSecret }, provider });
};

/** To the provider and back, as a browser does it. */
const roundTrip = async (world: ReturnType<typeof worldWith>) => {
  const begun = await world.ask({ route: START });
  const cookies = sentBack(begun);
  const query = await server.visit(begun.headers.location ?? '');
  return { begun, cookies, query, end: () => world.ask({ route: RETURN, cookies, query }) };
};

const PAGE = '../../console';

describe('signing in by an identity provider', () => {
  it('asks for a code with PKCE, state and nonce, and comes back to the address of the configuration', async () => {
    const begun = await worldWith().ask({ route: START, headers: { host: 'evil.example.com' } });
    const url = new URL(begun.headers.location ?? '');
    expect(url.origin + url.pathname).toBe(`${server.issuer}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ client_id: CLIENT.id, response_type: 'code', scope: 'openid profile email' },
      ...{ redirect_uri: `${ORIGIN}/console/oidc/return`, code_challenge_method: 'S256' },
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{20,}$/),
      nonce: expect.stringMatching(/^[\w-]{20,}$/),
    });
    expect(begun.cookies?.[0]).toMatch(
      /^__Host-claywatch-oidc=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  it('makes a session of the role and the name that the claims say, and forgets how it began', async () => {
    const world = worldWith();
    const back = await (await roundTrip(world)).end();
    expect(back).toMatchObject({ statusCode: 303, headers: { location: PAGE, 'cache-control': 'no-store' } });
    expect(back.cookies?.at(-1)).toMatch(/^__Host-claywatch-oidc=; Path=\/; Max-Age=0;/);
    const who = await world.ask({ route: WHO, cookies: sentBack(back) });
    expect(JSON.parse(who.body)).toMatchObject({ role: 'responder', name: 'Ada Löwe' });
    expect(world.signIns).toEqual([{ outcome: 'signed-in', by: 'oidc', role: 'responder' }]);
    expect(world.faults).toEqual([]);
  });

  it('works with a provider that takes the secret in a header only', async () => {
    await using basic = await startOidcServer(['client_secret_basic']);
    basic.claims = { name: 'Ada', groups: 'staff' };
    const world = worldWith(basic.issuer);
    const begun = await world.ask({ route: START });
    const query = await basic.visit(begun.headers.location ?? '');
    const back = await world.ask({ route: RETURN, cookies: sentBack(begun), query });
    const who = await world.ask({ route: WHO, cookies: sentBack(back) });
    expect(JSON.parse(who.body)).toMatchObject({ role: 'reader', name: 'Ada' });
  });

  it('says to the page that it can be done', async () => {
    const answer = await worldWith().ask({ route: WHO });
    expect(JSON.parse(answer.body)).toMatchObject({ oidc: true });
  });

  it('lets nobody in whose claims say nothing of a role', async () => {
    const world = worldWith();
    for (const groups of [undefined, [], ['visitors'], 'on-cal', { 'on-call': true }, 7]) {
      server.claims = { name: 'Eve', groups };
      const back = await (await roundTrip(world)).end();
      expect(back.headers.location).toBe(`${PAGE}#sign-in=no-role`);
      expect(sentBack(back)).toEqual([]);
    }
  });

  it.each<[string, () => void]>([
    ['signed by somebody else', () => (server.faults.signedByAnother = true)],
    ['for another client', () => (server.faults.claims = (claims) => ({ ...claims, aud: 'another' }))],
    [
      'of another issuer',
      () => (server.faults.claims = (claims) => ({ ...claims, iss: 'https://evil.example.com' })),
    ],
    ['of another sign-in', () => (server.faults.claims = (claims) => ({ ...claims, nonce: 'another' }))],
    ['that is over', () => (server.faults.claims = (claims) => ({ ...claims, exp: 1_000_000_000 }))],
    ['of nobody', () => (server.faults.claims = ({ sub: _, ...claims }) => claims)],
  ])('refuses an ID token %s', async (_, spoil) => {
    const world = worldWith();
    const trip = await roundTrip(world);
    spoil();
    const back = await trip.end();
    expect(back.headers.location).toBe(`${PAGE}#sign-in=failed`);
    expect(sentBack(back)).toEqual([]);
    expect(world.signIns).toEqual([{ outcome: 'failed', by: 'oidc' }]);
  });

  it('refuses whoever comes back with another state, another code, or an error', async () => {
    const world = worldWith();
    const other = await roundTrip(world);
    const { cookies, query } = await roundTrip(world);
    const changed = (name: string, value: string) => {
      const parameters = new URLSearchParams(query);
      parameters.set(name, value);
      return parameters.toString();
    };
    for (const sent of [
      changed('state', 'another'),
      changed('code', 'made-up'),
      changed('iss', 'https://evil.example.com'),
      // A code of somebody else's sign-in: the verifier of this browser does not fit.
      changed('code', new URLSearchParams(other.query).get('code') ?? ''),
      'error=access_denied&state=x',
      '',
    ]) {
      const back = await world.ask({ route: RETURN, cookies, query: sent });
      expect(back.headers.location).toBe(`${PAGE}#sign-in=failed`);
      expect(sentBack(back)).toEqual([]);
    }
  });

  it('refuses a browser that did not begin it, and asks nobody for it', async () => {
    const world = worldWith();
    const { query, cookies } = await roundTrip(world);
    server.requests.length = 0;
    const [cookie = ''] = cookies;
    for (const sent of [[], [`${cookie}x`], [cookie, cookie], [cookie.replace('-oidc', '-session')]])
      expect((await world.ask({ route: RETURN, query, cookies: sent })).headers.location).toBe(
        `${PAGE}#sign-in=expired`,
      );
    expect(server.requests).toEqual([]);
  });

  it('is over ten minutes after it began', async () => {
    const world = worldWith();
    const trip = await roundTrip(world);
    world.clock.jump(10 * 60_000);
    expect((await trip.end()).headers.location).toBe(`${PAGE}#sign-in=expired`);
  });

  it('does not let the provider be asked at will', async () => {
    const world = worldWith();
    const { cookies } = await roundTrip(world);
    const bad = () => world.ask({ route: RETURN, cookies, query: 'code=x&state=y' });
    for (let times = 0; times < PER_SOURCE; times += 1)
      expect((await bad()).headers.location).toBe(`${PAGE}#sign-in=failed`);
    server.requests.length = 0;
    expect((await bad()).headers.location).toBe(`${PAGE}#sign-in=limited`);
    expect(server.requests).toEqual([]);
  });

  it('says so when the provider does not answer, and asks it again the next time', async () => {
    const world = worldWith();
    server.faults.status = 503;
    expect((await world.ask({ route: START })).headers.location).toBe(`${PAGE}#sign-in=unavailable`);
    server.faults = {};
    expect((await world.ask({ route: START })).headers.location).toMatch(`${server.issuer}/authorize`);
  });

  it('refuses everybody while the provider does not know the client secret, and shows none of it', async () => {
    const world = worldWith(server.issuer, 'an-old-fake-client-secret');
    const back = await (await roundTrip(world)).end();
    expect(back.headers.location).toBe(`${PAGE}#sign-in=failed`);
    expect(String(world.faults)).not.toContain('fake-client-secret');
  });

  it('ends every session of the provider when it is configured no more', async () => {
    const world = worldWith();
    const cookies = sentBack(await (await roundTrip(world)).end());
    const without = createConsoleWorld();
    expect((await without.ask({ route: WHO, cookies })).statusCode).toBe(401);
  });

  it('is not there where no provider is configured', async () => {
    const world = createConsoleWorld();
    for (const route of [START, RETURN]) expect((await world.ask({ route })).statusCode).toBe(404);
  });
});

describe('the role of a person', () => {
  const rules = { roleClaim: 'groups', responders: ['ops'], readers: ['staff'] };

  it('is the greater of two, and none of what is not there', () => {
    expect(roleIn({ groups: ['staff', 'ops'] }, rules)).toBe('responder');
    expect(roleIn({ groups: 'staff' }, rules)).toBe('reader');
    expect(roleIn({ groups: ['OPS'] }, rules)).toBeNull();
    expect(roleIn({}, rules)).toBeNull();
    expect(roleIn({}, { ...rules, roleClaim: 'constructor' })).toBeNull();
  });
});
