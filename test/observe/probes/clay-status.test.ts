import { describe, expect, it } from 'vitest';
import { only, type Reply, rig, START } from '../scripted-http.ts';

const iso = (minutesAgo: number) => new Date(START - minutesAgo * 60_000).toISOString();
const incident = (over: object = {}) => ({
  name: 'Webhook intake delayed',
  status: 'investigating',
  impact: 'major',
  started_at: iso(30),
  resolved_at: null,
  url: 'http://169.254.169.254/latest',
  incident_updates: [{ body: 'We look', status: 'investigating', created_at: iso(10) }],
  ...over,
});
const page = (over: object = {}) => ({
  page: { name: 'Clay' },
  status: { indicator: 'none', description: 'All Systems Operational' },
  incidents: [],
  ...over,
});
const json = (body: unknown): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const CHALLENGE: Reply = { status: 403, body: '<!DOCTYPE html><title>Just a moment...</title>' };
const HTML: Reply = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>hi</body></html>',
};
const NOT_FOUND: Reply = { status: 404 };

/** A host that answers Rootly's path with the first reply and Statuspage's with the second. */
const look = (rootly: Reply, statuspage: Reply = NOT_FOUND, clay: object = {}) => {
  const made = rig({ clay }, ({ url }) => (url.endsWith('/api/v1/status.json') ? rootly : statuspage));
  return { ...made, seen: () => only(made.run('clay.status')) };
};

describe('what the page declares', () => {
  it.each<[string, object, string]>([
    ['nothing', page(), 'operational'],
    ['a minor indicator', page({ status: { indicator: 'minor' } }), 'minor-incident'],
    ['a critical indicator', page({ status: { indicator: 'critical' } }), 'major-incident'],
    ['maintenance', page({ status: { indicator: 'maintenance' } }), 'maintenance'],
    ['a major incident beside a green indicator', page({ incidents: [incident()] }), 'major-incident'],
    ['a minor incident', page({ incidents: [incident({ impact: 'minor' })] }), 'minor-incident'],
    ['an incident without an impact', page({ incidents: [incident({ impact: null })] }), 'minor-incident'],
    ['an incident that has no impact', page({ incidents: [incident({ impact: 'none' })] }), 'operational'],
    ['a resolved incident', page({ incidents: [incident({ resolved_at: iso(5) })] }), 'operational'],
    ['an incident called resolved', page({ incidents: [incident({ status: 'Resolved' })] }), 'operational'],
    [
      'announced maintenance',
      page({ incidents: [incident({ status: 'scheduled', impact: 'maintenance' })] }),
      'operational',
    ],
  ])('of %s', async (_what, body, finding) => {
    expect((await look(json(body)).seen()).finding).toBe(finding);
  });

  it('is told with the number of open incidents and the worst of them', async () => {
    const seen = await look(
      json(
        page({
          status: { indicator: 'minor' },
          incidents: [incident({ impact: 'minor', name: 'Small' }), incident({ impact: 'critical' })],
        }),
      ),
    ).seen();
    expect(seen.facts).toMatchObject({
      format: 'rootly',
      indicator: 'minor',
      openIncidents: 2,
      worstImpact: 'critical',
      incident: 'Webhook intake delayed',
    });
    expect(seen.confirmed).toBe(true);
  });

  it('is not asked again within the run', async () => {
    const made = look(json(page({ incidents: [incident()] })));
    await made.seen();
    expect(made.requests).toHaveLength(1);
  });

  it('has its words made plain and short, and its links left alone', async () => {
    const name = `Bad\u0007\u202e\n news ${'x'.repeat(500)}`;
    const made = look(json(page({ incidents: [incident({ name })] })));
    const seen = await made.seen();
    expect(String(seen.facts.incident)).toHaveLength(120);
    expect(String(seen.facts.incident)).toMatch(/^Bad news x+…$/);
    expect(made.requests.every(({ url }) => url.startsWith('https://status.clay.com/'))).toBe(true);
  });
});

describe('an incident that nobody updates', () => {
  const old = incident({ started_at: iso(9_000), incident_updates: [{ body: 'x', created_at: iso(4_000) }] });

  it('makes the page stale, so that it tells nothing', async () => {
    const seen = await look(json(page({ status: { indicator: 'major' }, incidents: [old] }))).seen();
    expect(seen).toMatchObject({ finding: 'stale', outcome: 'unknown', facts: { staleIncidents: 1 } });
  });

  it('is not needed: a green page that has not been brought up to date is stale too', async () => {
    const updated = (minutesAgo: number) => ({ page: { name: 'Clay', updated_at: iso(minutesAgo) } });
    expect((await look(json(page(updated(2_881)))).seen()).finding).toBe('stale');
    expect((await look(json(page(updated(2_879)))).seen()).finding).toBe('operational');
    expect((await look(json(page({ page: { updated_at: 'long ago' } }))).seen()).finding).toBe('operational');
    expect((await look(json(page({ page: 7 }))).seen()).finding).toBe('operational');
    expect((await look(json(page({ ...updated(9_999), incidents: [incident()] }))).seen()).finding).toBe(
      'major-incident',
    );
    expect((await look(NOT_FOUND, json(page({ ...updated(2_881), components: [] }))).seen()).finding).toBe(
      'stale',
    );
  });

  it('is passed over beside one that is fresh', async () => {
    const fresh = incident({ impact: 'minor' });
    expect(await look(json(page({ incidents: [old, fresh] }))).seen()).toMatchObject({
      finding: 'minor-incident',
      facts: { openIncidents: 2, staleIncidents: 1 },
    });
  });

  it('is judged by the configured time', async () => {
    const patient = look(json(page({ incidents: [old] })), NOT_FOUND, { statusPageStaleAfterMinutes: 5_000 });
    expect((await patient.seen()).finding).toBe('major-incident');
  });

  it('is taken at its word when it gives no time', async () => {
    const timeless = incident({ started_at: 'yesterday', incident_updates: [] });
    expect((await look(json(page({ incidents: [timeless] }))).seen()).finding).toBe('major-incident');
  });
});

describe('a page that cannot be read is unknown, never down and never fine', () => {
  it.each<[string, Reply, Reply, string]>([
    ['a bot challenge', CHALLENGE, CHALLENGE, 'blocked'],
    ['a bare 403', { status: 403 }, NOT_FOUND, 'blocked'],
    ['{}', json({}), NOT_FOUND, 'unreadable'],
    ['null', json(null), NOT_FOUND, 'unreadable'],
    ['a list', json([]), NOT_FOUND, 'unreadable'],
    ['an unknown indicator', json(page({ status: { indicator: 'purple' } })), NOT_FOUND, 'unreadable'],
    ['incidents that are not a list', json(page({ incidents: 'none' })), NOT_FOUND, 'unreadable'],
    ['a web page', HTML, HTML, 'unreadable'],
    ['half a document', { ...json(page()), truncated: true }, NOT_FOUND, 'unreadable'],
    ['401', { status: 401, body: 'page inactive' }, NOT_FOUND, 'inactive'],
    ['401 on both paths', { status: 401 }, { status: 401 }, 'inactive'],
    [
      'a redirect to another host',
      { status: 301, headers: { location: 'https://new.example/x' } },
      NOT_FOUND,
      'moved',
    ],
    ['a redirect within the host', { status: 302, headers: { location: '/' } }, NOT_FOUND, 'moved'],
    ['404 on every path', NOT_FOUND, NOT_FOUND, 'moved'],
    ['5xx', { status: 503 }, NOT_FOUND, 'unreachable'],
    ['a fault on the way', { failure: 'dns-failed' }, NOT_FOUND, 'unreachable'],
    ['an endless answer', { afterMs: 99_999 }, NOT_FOUND, 'unreachable'],
  ])('%s', async (_what, rootly, statuspage, finding) => {
    const seen = await look(rootly, statuspage).seen();
    expect(seen).toMatchObject({ finding, outcome: 'unknown', attempts: 1 });
    expect(seen.durationMs).toBeLessThanOrEqual(5_500);
  });
});

describe('the format', () => {
  const summary = (over: object = {}) =>
    json(page({ components: [{ name: 'API', status: 'operational' }], ...over }));

  it.each<[string, Reply]>([
    ['404', NOT_FOUND],
    ['a web page', HTML],
    ['{}', json({})],
    ['401', { status: 401 }],
    ['a redirect within the host', { status: 302, headers: { location: '/home' } }],
  ])('is looked for in the second place when the first gives %s', async (_what, first) => {
    const made = look(first, summary());
    expect(await made.seen()).toMatchObject({ finding: 'operational', facts: { format: 'statuspage' } });
    expect(made.requests.map(({ url }) => url)).toEqual([
      'https://status.clay.com/api/v1/status.json',
      'https://status.clay.com/api/v2/summary.json',
    ]);
  });

  it.each<[object, string]>([
    [{ components: [{ status: 'major_outage' }] }, 'major-incident'],
    [{ components: [{ status: 'degraded_performance' }, { status: 'something new' }] }, 'minor-incident'],
    [
      { components: [{ status: 'operational' }], incidents: [incident({ impact: 'critical' })] },
      'major-incident',
    ],
    [{ scheduled_maintenances: [incident({ status: 'in_progress' })] }, 'maintenance'],
    [{ scheduled_maintenances: [incident({ status: 'scheduled' })] }, 'operational'],
    [{ components: null }, 'operational'],
  ])('of Statuspage reads %j as %s', async (over, finding) => {
    expect((await look(NOT_FOUND, summary(over), { statusPageFormat: 'statuspage' }).seen()).finding).toBe(
      finding,
    );
  });

  it('that is configured is the only one asked for', async () => {
    const made = look(NOT_FOUND, summary(), { statusPageFormat: 'rootly' });
    expect((await made.seen()).finding).toBe('moved');
    expect(made.requests).toHaveLength(1);
  });

  it('off means that there is no such probe', () => {
    expect(rig({ clay: { statusPageFormat: 'off' } }, () => ({})).ids).not.toContain('clay.status');
  });
});
