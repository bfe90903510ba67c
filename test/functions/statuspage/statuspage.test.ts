import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { type StatuspageDependencies, statuspage } from '../../../functions/statuspage/handler.ts';
import { createPages } from '../../../functions/statuspage/pages.ts';
import { ROUTES } from '../../../functions/statuspage/routes.ts';
import { type Incident, isOpen } from '../../../shared/incident/incident.ts';
import type { SnapshotSource } from '../../../shared/statuspage/snapshot.ts';
import { statusPageDocument } from '../../../shared/statuspage/statuspage-shape.ts';
import type { Watched } from '../../../shared/watch/watched.ts';
import { DAY, HOUR, MINUTE, NOW, pageConfig, story } from '../../statuspage/status-world.ts';

const HOST = 'abcdefghij.execute-api.eu-central-1.amazonaws.com';

let now: number;
let incidents: readonly Incident[];
let watched: Watched;
let reads: string[];
let isDown: boolean;
let faults: unknown[];

const read = async <T>(name: string, answer: () => T): Promise<T> => {
  reads.push(name);
  if (isDown) throw new Error('the store is down');
  return answer();
};
const source: SnapshotSource = {
  active: (limit) => read('active', () => incidents.filter(isOpen).slice(0, limit)),
  list: ({ since, limit }) =>
    read('list', () => incidents.filter(({ openedAt }) => openedAt >= since).slice(0, limit)),
  silences: () => read('silences', () => []),
  watched: () => read('watched', () => watched),
};

let deps: StatuspageDependencies;
beforeEach(() => {
  now = NOW;
  incidents = [];
  watched = { since: NOW - 100 * DAY, lastRunAt: NOW - MINUTE, gaps: [] };
  reads = [];
  isDown = false;
  faults = [];
  const onFault = (error: unknown) => {
    faults.push(error);
  };
  deps = {
    published: true,
    publicUrl: undefined,
    page: createPages({ source, config: pageConfig(), clock: { now: () => now }, onFault }),
    onFault,
  };
});

const ask = (routeKey: string, headers: Record<string, string> = {}, domainName = HOST) =>
  statuspage(deps, { routeKey, headers, requestContext: { domainName } as never });
const json = async () => statusPageDocument.parse(JSON.parse((await ask(ROUTES.json)).body));

describe('GET /status', () => {
  it('is a page without script, whose policy allows its own style alone', async () => {
    const { statusCode, headers, body } = await ask(ROUTES.page);
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(body).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=/i);
    expect(body).toContain('All systems operational');
  });

  it('names its style by what is in it, so that it may be kept for ever', async () => {
    const [, href] = /<link rel="stylesheet" href="([^"]+)"/.exec((await ask(ROUTES.page)).body) ?? [];
    expect(href).toMatch(/^status\.css\?v=[\w-]{16}$/);
    const style = await ask(ROUTES.style);
    expect(style.headers['content-type']).toBe('text/css; charset=utf-8');
    expect(style.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(style.headers.etag).toBe(`W/"${href?.split('=')[1]}"`);
  });

  it('may be kept for half a minute, and shown while it is asked for again', async () => {
    for (const route of [ROUTES.page, ROUTES.json, ROUTES.rss])
      expect((await ask(route)).headers['cache-control']).toBe(
        'public, max-age=30, stale-while-revalidate=60, stale-if-error=600',
      );
  });

  it.each(Object.values(ROUTES))('%s answers 304 to who has it already', async (route) => {
    const { headers } = await ask(route);
    const again = await ask(route, { 'if-none-match': `"other", ${headers.etag}` });
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', headers.etag]);
    expect((await ask(route, { 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  it('is compressed for who takes that', async () => {
    const { body } = await ask(ROUTES.page, { 'accept-encoding': 'br;q=0, identity' });
    const packed = await ask(ROUTES.page, { 'Accept-Encoding': 'br, gzip' });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(packed.isBase64Encoded).toBe(true);
    expect(gunzipSync(Buffer.from(packed.body, 'base64')).toString('utf8')).toBe(body);
    expect((await ask(ROUTES.page, { 'accept-encoding': 'gzip;q=0' })).isBase64Encoded).toBeUndefined();
  });

  it('is not there when it is not published, whatever is asked of it', async () => {
    deps = { ...deps, published: false };
    for (const route of Object.values(ROUTES)) expect((await ask(route)).statusCode).toBe(404);
    expect(reads).toEqual([]);
  });

  it('knows its own address, and takes none from who asks', async () => {
    expect((await json()).page.url).toBe(`https://${HOST}/status`);
    const rss = await ask(ROUTES.rss, { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
    expect(rss.body).not.toContain('evil.example');
    expect((await ask(ROUTES.rss, {}, 'evil.example/"><x')).body).not.toContain('evil');
    deps = { ...deps, publicUrl: 'https://claywatch.example' };
    expect((await json()).page.url).toBe('https://claywatch.example/status');
  });

  it('lets programs on other sites read what everybody may', async () => {
    expect((await ask(ROUTES.json)).headers['access-control-allow-origin']).toBe('*');
    expect((await ask(ROUTES.page)).headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('reading', () => {
  it('happens once in fifteen seconds, however many ask', async () => {
    for (let each = 0; each < 20; each += 1) {
      await Promise.all(Object.values(ROUTES).map((route) => ask(route)));
      now += 700;
    }
    expect(reads.sort()).toEqual(['active', 'list', 'silences', 'watched']);
    now += 2_000;
    await ask(ROUTES.page);
    expect(reads.filter((name) => name === 'active')).toHaveLength(2);
    expect(reads.filter((name) => name === 'list')).toHaveLength(1);
  });

  it('shows what opened within fifteen seconds, and what is over as soon as that is known', async () => {
    await json();
    const one = story('webhook.gone', 'leads/leads-1', now);
    incidents = [one.incident];
    now += 15_000;
    expect((await json()).status.indicator).toBe('critical');
    now += 46_000;
    await json();
    incidents = [one.says('It was so.', now).resolved(now).incident];
    now += 15_000;
    const page = await json();
    expect([page.status.indicator, page.past_incidents.length]).toEqual(['none', 1]);
  });

  it('is bounded, and says nothing of days that were not read', async () => {
    incidents = Array.from(
      { length: 1_000 },
      (_, index) =>
        story('webhook.gone', `leads/leads-${index}`, NOW - index * HOUR).resolved(
          NOW - index * HOUR + MINUTE,
        ).incident,
    );
    const [leads] = (await json()).components;
    expect(leads?.history.uptime_since).toBe('2026-10-22T01:00:00Z');
    expect(leads?.history.days.find(({ date }) => date === '2026-10-20')?.status).toBeNull();
  });

  it('that fails shows what was read last, which says how old it is', async () => {
    await json();
    isDown = true;
    now += MINUTE;
    expect((await json()).status.indicator).toBe('none');
    now += 10 * MINUTE;
    const page = await json();
    expect(page.checked_at).toBe('2026-11-03T11:59:00Z');
    expect(page.components.map(({ status }) => status)).toEqual(['unknown', 'unknown', 'major_outage']);
    expect(faults.length).toBeGreaterThan(0);
    now += HOUR;
    const gone = await ask(ROUTES.page);
    expect([gone.statusCode, gone.headers['retry-after'], gone.headers['cache-control']]).toEqual([
      503,
      '30',
      'no-store',
    ]);
    isDown = false;
    expect((await ask(ROUTES.page)).statusCode).toBe(200);
  });

  it('that fails at first is 503, in plain words', async () => {
    isDown = true;
    const { statusCode, body } = await ask(ROUTES.json);
    expect([statusCode, body]).toEqual([
      503,
      'The status cannot be read at the moment. Try again in half a minute.\n',
    ]);
  });
});
