import { describe, expect, it } from 'vitest';
import { overviewResponse } from '../../shared/report/overview-shape.ts';
import { RESPOND_SECRET } from './installation.ts';
import { missing, titled, world } from './world.ts';

/** As a browser sends them from the console's own page. */
const CONSOLE = { 'x-claywatch-console': '1', 'sec-fetch-site': 'same-origin' };

/** Signed in by the page's own way; answers with the cookie as a browser sends it back. */
const signIn = async (secret: string) => {
  const answer = await world().ask('/console/session', {
    method: 'POST',
    headers: CONSOLE,
    body: JSON.stringify({ secret, name: 'Ada' }),
  });
  return { status: answer.status, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
};

/** The page, its sessions, what it reads and does, and the public status page, as deployed. */
describe.skipIf(missing)(titled('the console, deployed'), () => {
  it('is served with its scripts, packed, and with a policy that lets nothing else in', async () => {
    const page = await world().ask('/console');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const [script = ''] = /assets\/[\w.-]+\.js/.exec(await page.text()) ?? [];
    const asset = await world().ask(`/console/${script}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(await asset.text()).toContain('Claywatch');
    expect((await world().ask('/console/assets/no-such-file.js')).status).toBe(404);
  });

  it('lets in whoever has the secret, and nobody else', async () => {
    expect((await signIn('not-the-secret')).status).toBe(401);
    expect((await world().ask('/v1/overview')).status).toBe(401);
    const { status, cookie } = await signIn(RESPOND_SECRET);
    expect(status).toBe(204);
    const overview = await world().ask('/v1/overview', { headers: { cookie } });
    expect(overview.status).toBe(200);
    expect(overviewResponse.parse(await overview.json()).feeds.map(({ feed }) => feed)).toEqual(['leads']);
    for (const path of ['/v1/usage', '/v1/feeds/leads/series?hours=24', '/v1/credits/series?hours=24'])
      expect((await world().ask(path, { headers: { cookie } })).status, path).toBe(200);
    for (const path of ['/v1/relay', '/v1/audit', '/v1/silences', '/v1/replays', '/v1/preflight'])
      expect((await world().ask(path, { headers: { cookie } })).status, path).toBe(200);
  });

  it('holds a feed and lets it go, by whoever is signed in and from its own page alone', async () => {
    const { cookie } = await signIn(RESPOND_SECRET);
    const act = (path: string, headers: Record<string, string>, body: object = {}) =>
      world().ask(path, { method: 'POST', headers: { cookie, ...headers }, body: JSON.stringify(body) });
    expect((await act('/v1/feeds/leads/hold', {}, { reason: 'forged' })).status).toBe(403);
    const held = await act('/v1/feeds/leads/hold', CONSOLE, { reason: 'a test' });
    expect(await held.json()).toMatchObject({ outcome: 'held', holds: [{ by: 'Ada (console)' }] });
    const resumed = await act('/v1/feeds/leads/resume', CONSOLE);
    expect(await resumed.json()).toMatchObject({ outcome: 'released' });
    // What is reported is read anew once in a while, however many ask.
    const audit = async () => (await world().ask('/v1/audit', { headers: { cookie } })).text();
    await expect.poll(audit, { timeout: 15_000, interval: 500 }).toContain('a test');
  });

  it('has a public status page beside it, without a secret', async () => {
    const answers = await Promise.all(
      ['/status', '/status.json', '/status.rss'].map((path) => world().ask(path)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[0]?.headers.get('cache-control')).toContain('public');
  });
});
