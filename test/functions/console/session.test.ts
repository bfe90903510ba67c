import { describe, expect, it } from 'vitest';
import { PER_SOURCE, WINDOW_MS } from '../../../shared/session/limit.ts';
import { sessionResponse, signInOptions } from '../../../shared/session/session-shape.ts';
import {
  BEFORE,
  createConsoleWorld,
  OWN_PAGE,
  READER,
  RESPONDER,
  SESSION_KEY,
  sentBack,
} from './console-world.ts';

const HOUR = 3_600_000;
const WHO = 'GET /console/session';
const END = 'POST /console/session/end';

/** Long enough for what was read of secrets to be read again. */
const LATER = 2 * 60_000;

describe('signing in', () => {
  it.each([
    ['a responder by the secret', RESPONDER, 'responder'],
    ['a responder by the secret before, during a rotation', BEFORE, 'responder'],
    ['a reader by the one that may only look', READER, 'reader'],
  ])('makes a session of %s', async (_, secret, role) => {
    const world = createConsoleWorld();
    const answer = await world.signIn(secret);
    expect(answer).toMatchObject({ statusCode: 204, body: '', headers: { 'cache-control': 'no-store' } });
    expect(answer.cookies).toHaveLength(1);
    const who = await world.ask({ route: WHO, cookies: sentBack(answer) });
    expect(who.statusCode).toBe(200);
    expect(sessionResponse.parse(JSON.parse(who.body))).toEqual({
      ...{ role, name: 'Ada', local: false },
      until: '2026-11-22T20:00:00Z',
      others: [{ name: 'Marketing', url: 'https://marketing.example.com/console' }],
    });
    expect(world.signIns).toEqual([{ outcome: 'signed-in', by: 'secret', role }]);
    expect(JSON.stringify([answer, who, world.signIns])).not.toContain(secret);
  });

  it('gives a cookie that no script reads, no other site sends, and only this host gets, over https', async () => {
    const [cookie] = (await createConsoleWorld().signIn(RESPONDER)).cookies ?? [];
    expect(cookie).toMatch(
      /^__Host-claywatch-session=[\w.-]+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  it('names the cookie after the port on this machine, where there is no https', async () => {
    const world = createConsoleWorld();
    const own = { ...OWN_PAGE, origin: 'http://127.0.0.1:4401' };
    const answer = await world.signIn(RESPONDER, { local: true, headers: own });
    expect(answer.cookies?.[0]).toMatch(
      /^claywatch-session-4401=[^;]+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict$/,
    );
    const who = await world.ask({ route: WHO, local: true, cookies: sentBack(answer) });
    expect(JSON.parse(who.body)).toMatchObject({ role: 'responder', local: true });
  });

  it.each<[string, unknown, number]>([
    ['a wrong secret', { secret: 'wrong', name: 'Ada' }, 401],
    ['an empty secret', { secret: '', name: 'Ada' }, 400],
    ['white space for a secret', { secret: '   ', name: 'Ada' }, 401],
    ['no name', { secret: RESPONDER }, 400],
    ['a name of nothing that can be seen', { secret: RESPONDER, name: ' \u200b\u0007 ' }, 400],
    ['more than is asked for', { secret: RESPONDER, name: 'Ada', role: 'responder' }, 400],
    ['no JSON', 'secret=x', 400],
    ['nothing', '', 400],
    ['a body of megabytes', { secret: 'x'.repeat(2_000_000), name: 'Ada' }, 413],
  ])('is refused with %s', async (_, body, status) => {
    const answer = await createConsoleWorld().ask({
      route: 'POST /console/session',
      headers: OWN_PAGE,
      body,
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.cookies).toBeUndefined();
    expect(answer.body).not.toContain(RESPONDER);
  });

  it.each<[string, Record<string, string>]>([
    ['without the header of the console', { ...OWN_PAGE, 'x-claywatch-console': '' }],
    ['from another site', { ...OWN_PAGE, origin: 'https://evil.example.com' }],
    ['from another site of the same registrable domain', { ...OWN_PAGE, 'sec-fetch-site': 'same-site' }],
    ['from nowhere at all', { 'x-claywatch-console': '1' }],
  ])('is refused %s, before the secret is looked at', async (_, headers) => {
    const world = createConsoleWorld();
    expect((await world.signIn('wrong', { headers })).statusCode).toBe(403);
    expect(world.attempts.expiries.size).toBe(0);
  });

  it('is not there without a key to sign with, or with one that could be guessed', async () => {
    const without = createConsoleWorld({ console: {} });
    expect((await without.signIn(RESPONDER)).statusCode).toBe(404);
    const short = createConsoleWorld({ values: { SESSIONS: 'short' } });
    const answer = await short.signIn(RESPONDER);
    expect(answer).toMatchObject({ statusCode: 404 });
    expect(answer.body).toContain('console.sessionSecret');
  });

  it('is not there where the console is switched off, and neither is its page', async () => {
    const world = createConsoleWorld({ console: { enabled: false, sessionSecret: 'env:SESSIONS' } });
    expect((await world.signIn(RESPONDER)).statusCode).toBe(404);
    for (const route of ['GET /', 'GET /console', WHO])
      expect((await world.ask({ route })).statusCode).toBe(404);
  });

  it('is put off while the store of secrets is down, and that counts as nobody’s failure', async () => {
    const world = createConsoleWorld();
    const down = new Error('down');
    Object.assign(world.store.values, { RESPONDER: down, BEFORE: down, READER: down });
    for (let times = 0; times < PER_SOURCE + 5; times += 1)
      expect((await world.signIn(RESPONDER)).statusCode).toBe(429);
    Object.assign(world.store.values, { RESPONDER, BEFORE, READER });
    world.clock.jump(LATER);
    expect((await world.signIn(RESPONDER)).statusCode).toBe(204);
  });

  describe('after too many failures', () => {
    const locked = async () => {
      const world = createConsoleWorld();
      for (let times = 0; times < PER_SOURCE; times += 1)
        expect((await world.signIn('wrong')).statusCode).toBe(401);
      return world;
    };

    it('is refused even with the right secret, and says how long', async () => {
      const world = await locked();
      const answer = await world.signIn(RESPONDER);
      expect(answer).toMatchObject({
        statusCode: 429,
        headers: { 'retry-after': String(WINDOW_MS / 1_000) },
      });
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'request.limited' });
      expect(world.signIns.at(-1)).toEqual({ outcome: 'limited', by: 'secret' });
    });

    it('works again when the time is over', async () => {
      const world = await locked();
      world.clock.jump(WINDOW_MS);
      expect((await world.signIn(RESPONDER)).statusCode).toBe(204);
    });

    it('works from elsewhere, and for whoever has a session or sends the secret in a header', async () => {
      const world = createConsoleWorld();
      const cookies = sentBack(await world.signIn(RESPONDER));
      for (let times = 0; times < PER_SOURCE; times += 1) await world.signIn('wrong');
      expect((await world.signIn(RESPONDER)).statusCode).toBe(429);
      expect((await world.signIn(RESPONDER, { source: '198.51.100.9' })).statusCode).toBe(204);
      expect((await world.ask({ route: WHO, cookies })).statusCode).toBe(200);
      const bearer = { headers: { authorization: `Bearer ${RESPONDER}` } };
      expect(await world.access(bearer)).toMatchObject({ kind: 'granted', role: 'responder' });
    });

    it('is refused from the whole of an IPv6 network, and what a header says of the address is nothing', async () => {
      const world = createConsoleWorld();
      for (let host = 1; host <= PER_SOURCE; host += 1)
        await world.signIn('wrong', { source: `2001:db8:1:2::${host.toString(16)}` });
      const asked = {
        source: '2001:db8:1:2:ffff::1',
        headers: { ...OWN_PAGE, 'x-forwarded-for': '192.0.2.1' },
      };
      expect((await world.signIn(RESPONDER, asked)).statusCode).toBe(429);
      expect((await world.signIn(RESPONDER, { source: '2001:db8:1:3::1' })).statusCode).toBe(204);
    });
  });

  it('keeps no address of anybody in what it counts', async () => {
    const world = createConsoleWorld();
    await world.signIn('wrong', { source: '203.0.113.7' });
    expect(JSON.stringify([...world.attempts.expiries.keys()])).not.toContain('203.0.113.7');
  });
});

describe('a session', () => {
  it('ends after its hours', async () => {
    const world = createConsoleWorld({ console: { sessionSecret: 'env:SESSIONS', sessionHours: 2 } });
    const cookies = sentBack(await world.signIn(RESPONDER));
    world.clock.jump(2 * HOUR - 1_000);
    expect((await world.ask({ route: WHO, cookies })).statusCode).toBe(200);
    world.clock.jump(1_000);
    const over = await world.ask({ route: WHO, cookies });
    expect(over.statusCode).toBe(401);
    expect(signInOptions.parse(JSON.parse(over.body))).toEqual({ oidc: false, local: false });
  });

  it('ends when the secret that it was made with is taken away, and no other session does', async () => {
    const world = createConsoleWorld();
    const responder = sentBack(await world.signIn(RESPONDER));
    const reader = sentBack(await world.signIn(READER));
    world.store.values.RESPONDER = 'another-fake-responder-secret-01';
    world.clock.jump(LATER);
    expect((await world.ask({ route: WHO, cookies: responder })).statusCode).toBe(401);
    expect((await world.ask({ route: WHO, cookies: reader })).statusCode).toBe(200);
  });

  it('goes on while the old secret is still valid beside the new', async () => {
    const world = createConsoleWorld();
    const cookies = sentBack(await world.signIn(RESPONDER));
    world.store.values.RESPONDER = ['another-fake-responder-secret-01', RESPONDER];
    world.clock.jump(LATER);
    expect((await world.ask({ route: WHO, cookies })).statusCode).toBe(200);
  });

  it('goes on while the key before is valid beside the new one, and says that it is in use', async () => {
    const world = createConsoleWorld();
    const cookies = sentBack(await world.signIn(RESPONDER));
    world.store.values.SESSIONS = [`another-${SESSION_KEY}`, SESSION_KEY];
    world.clock.jump(LATER);
    expect((await world.ask({ route: WHO, cookies })).statusCode).toBe(200);
    expect(world.uses.at(-1)).toEqual(['session', { reference: 'env:SESSIONS', version: 'version-1' }]);
    world.store.values.SESSIONS = `another-${SESSION_KEY}`;
    world.clock.jump(LATER);
    expect((await world.ask({ route: WHO, cookies })).statusCode).toBe(401);
  });

  it('is not refused for good while the store of secrets is down', async () => {
    const world = createConsoleWorld();
    const cookies = sentBack(await world.signIn(RESPONDER));
    const fresh = createConsoleWorld({ values: { SESSIONS: new Error('down') } });
    expect((await fresh.ask({ route: WHO, cookies })).statusCode).toBe(429);
  });

  it('is not taken from a request that has two of them', async () => {
    const world = createConsoleWorld();
    const [cookie = ''] = sentBack(await world.signIn(RESPONDER));
    expect((await world.ask({ route: WHO, cookies: [cookie, cookie] })).statusCode).toBe(401);
  });

  it('of the name of another port or without the prefix is none', async () => {
    const world = createConsoleWorld();
    const [cookie = ''] = sentBack(await world.signIn(RESPONDER));
    const bare = cookie.replace('__Host-', '');
    expect((await world.ask({ route: WHO, cookies: [bare] })).statusCode).toBe(401);
    expect((await world.ask({ route: WHO, cookies: [bare], local: true })).statusCode).toBe(401);
  });

  it('is read from the cookie header too, where the gateway leaves it there', async () => {
    const world = createConsoleWorld();
    const [cookie = ''] = sentBack(await world.signIn(RESPONDER));
    const headers = { cookie: `theme=dark; ${cookie}` };
    expect((await world.ask({ route: WHO, headers })).statusCode).toBe(200);
  });

  it('is ended by taking the cookie away, and only by the console itself', async () => {
    const world = createConsoleWorld();
    const answer = await world.ask({ route: END, headers: OWN_PAGE });
    expect(answer.statusCode).toBe(204);
    expect(answer.cookies).toEqual([
      '__Host-claywatch-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure',
    ]);
    expect((await world.ask({ route: END })).statusCode).toBe(403);
  });
});
