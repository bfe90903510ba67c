import { describe, expect, it } from 'vitest';
import { drillKey } from '../../shared/incident/drill.ts';
import { RUNBOOK, VARIANTS } from '../../shared/runbook/index.ts';
import { statusPageDocument } from '../../shared/statuspage/statuspage-shape.ts';
import { hitsRows } from '../../shared/statuspage/trouble.ts';
import { incidentOf } from '../notify/messages.ts';
import {
  componentIn,
  DAY,
  HOUR,
  MINUTE,
  NOW,
  pageConfig,
  pageOf,
  snapshotOf,
  story,
  work,
} from './status-world.ts';

const FULL = () => story('webhook.limit-reached', 'leads/leads-1', NOW - 2 * HOUR);
const SAID = 'We are looking into it.';

const statusesIn = (page: ReturnType<typeof pageOf>) =>
  Object.fromEntries(page.components.map(({ id, status }) => [id, status]));
const dayIn = (page: ReturnType<typeof pageOf>, id: string, date: string) =>
  componentIn(page, id).history.days.find((day) => day.date === date);

describe('components', () => {
  it('are the feeds under their public names, and alerting', () => {
    expect(
      pageOf([]).components.map(({ id, name, description, position }) => [id, name, description, position]),
    ).toEqual([
      ['feed-leads', 'Leads', 'New leads are enriched.', 1],
      ['feed-accounts', 'accounts', null, 2],
      ['alerting', 'Monitoring and alerting', null, 3],
    ]);
  });

  it('are left out where the configuration says so', () => {
    const config = pageConfig({ components: { accounts: { show: false } }, alerting: { show: false } });
    expect(pageOf([], {}, config).components.map(({ id }) => id)).toEqual(['feed-leads']);
  });

  it('keep what a feed is described with inside', () => {
    const config = pageConfig({ components: {} });
    const leads = config.feeds.leads;
    if (!leads) throw new Error('no feed');
    const feeds = { ...config.feeds, leads: { ...leads, description: 'for our eyes', affects: ['Team X'] } };
    expect(JSON.stringify(pageOf([FULL().incident], {}, { ...config, feeds }))).not.toMatch(
      /our eyes|Team X/,
    );
  });
});

describe('the state of a component', () => {
  it('is operational when nothing is wrong', () => {
    const page = pageOf([]);
    expect(statusesIn(page)).toEqual({
      'feed-leads': 'operational',
      'feed-accounts': 'operational',
      alerting: 'operational',
    });
    expect(page.status).toEqual({ indicator: 'none', description: 'All systems operational' });
  });

  it.each([
    ['P1', 'major_outage', 'critical'],
    ['P2', 'partial_outage', 'major'],
    ['P3', 'degraded_performance', 'minor'],
  ] as const)('of a %s is %s, of its own feed alone', (severity, status, indicator) => {
    const page = pageOf([story('webhook.intake-failing', 'leads/leads-1', NOW - HOUR, severity).incident]);
    expect(statusesIn(page)).toMatchObject({ 'feed-leads': status, 'feed-accounts': 'operational' });
    expect(page.status.indicator).toBe(indicator);
    expect(componentIn(page, 'feed-leads').since).toBe('2026-11-03T11:00:00Z');
  });

  it('is that of every feed when the workspace is hit', () => {
    const page = pageOf([story('clay.outage', 'clay', NOW - HOUR).incident]);
    expect(statusesIn(page)).toMatchObject({ 'feed-leads': 'major_outage', 'feed-accounts': 'major_outage' });
    expect(page.status.description).toBe('Major outage');
  });

  it('follows the severity as it is now, and is no outage once people are no longer hit', () => {
    const lowered = FULL().severity('P3', NOW - HOUR);
    expect(componentIn(pageOf([lowered.incident]), 'feed-leads').status).toBe('degraded_performance');
    const mitigated = FULL().does({ kind: 'mitigate' }, NOW - HOUR);
    expect(componentIn(pageOf([mitigated.incident]), 'feed-leads').status).toBe('degraded_performance');
  });

  it('is good again when the incident is resolved', () => {
    const page = pageOf([FULL().resolved(NOW - HOUR).incident]);
    expect(componentIn(page, 'feed-leads').status).toBe('operational');
  });

  it('is not changed by what hits no rows, at whatever severity', () => {
    const page = pageOf([
      story('api-key.invalid', 'clay', NOW - HOUR, 'P1').incident,
      story('credits.running-out', 'clay', NOW - HOUR, 'P1').incident,
      { ...story('clay.degraded', 'clay', NOW - HOUR, 'P1').incident, evidence: [] },
    ]);
    // Only the last one hits rows.
    expect(page.components.filter(({ status }) => status === 'major_outage').map(({ id }) => id)).toEqual([
      'feed-leads',
      'feed-accounts',
    ]);
    expect(pageOf([story('api-key.invalid', 'clay', NOW - HOUR, 'P1').incident]).status.indicator).toBe(
      'none',
    );
  });

  it('is not changed by a drill, an effect, a part of another incident or a P4', () => {
    const full = FULL().incident;
    const drill = incidentOf('drill', { ...drillKey(NOW), cause: 'drill', severity: 'P1' });
    const hidden = { ...full, hiddenBy: { cause: 'clay.outage' as const, subject: 'clay' } };
    const merged = { ...full, mergedInto: { id: 'inc-1', cause: 'clay.outage' as const, subject: 'clay' } };
    const small = story('webhook.rejecting', 'leads/leads-1', NOW - HOUR, 'P4').incident;
    for (const incident of [drill, hidden, merged, small])
      expect(pageOf([incident]).status.indicator).toBe('none');
  });

  it('follows only what a person has confirmed, where that is asked for', () => {
    const config = pageConfig({ states: 'confirmed' });
    const unsaid = pageOf([FULL().incident], {}, config);
    expect(componentIn(unsaid, 'feed-leads').status).toBe('operational');
    expect(dayIn(unsaid, 'feed-leads', '2026-11-03')?.outage_minutes).toBe(0);
    const said = pageOf([FULL().says(SAID, NOW - HOUR).incident], {}, config);
    expect(componentIn(said, 'feed-leads').status).toBe('major_outage');
    expect(componentIn(said, 'feed-leads').history.uptime_percent).toBeNull();
  });

  it('shows what the configuration lets show, and no more', () => {
    const config = pageConfig({ severities: ['P1'] });
    const page = pageOf([story('enrichment.slow', 'leads', NOW - HOUR, 'P2').incident], {}, config);
    expect(page.status.indicator).toBe('none');
  });
});

describe('when nobody watches', () => {
  const stale = { watched: { since: NOW - 100 * DAY, lastRunAt: NOW - 10 * MINUTE, gaps: [] } };

  it('nothing is said to be fine, and alerting is what is down', () => {
    const page = pageOf([], stale);
    expect(statusesIn(page)).toEqual({
      'feed-leads': 'unknown',
      'feed-accounts': 'unknown',
      alerting: 'major_outage',
    });
    expect(page.status).toEqual({ indicator: 'minor', description: 'The state is not known' });
    expect(page.checked_at).toBe('2026-11-03T11:50:00Z');
  });

  it('what was known to be down still is', () => {
    expect(componentIn(pageOf([FULL().incident], stale), 'feed-leads').status).toBe('major_outage');
  });

  it('before the first run nothing is known', () => {
    const page = pageOf([], { watched: null });
    expect(componentIn(page, 'feed-leads').status).toBe('unknown');
    expect(page.checked_at).toBeNull();
    expect(componentIn(page, 'feed-leads').history.days.every(({ status }) => status === null)).toBe(true);
  });

  it('a message that does not reach people makes alerting degraded', () => {
    const { incident } = FULL();
    const [owed] = incident.pending;
    if (!owed) throw new Error('nothing is owed');
    const late = { ...incident, pending: [{ ...owed, attempts: 3, createdAt: NOW - HOUR }] };
    expect(componentIn(pageOf([late]), 'alerting').status).toBe('degraded_performance');
    expect(componentIn(pageOf([incident]), 'alerting').status).toBe('operational');
  });
});

describe('planned work', () => {
  it('shows as maintenance while it lasts, of what it covers', () => {
    const page = pageOf([], { silences: [work({ match: { feed: 'accounts' } })] });
    expect(statusesIn(page)).toMatchObject({
      'feed-leads': 'operational',
      'feed-accounts': 'under_maintenance',
    });
    expect(page.status.indicator).toBe('maintenance');
    expect(page.scheduled_maintenances).toMatchObject([
      { name: 'Planned maintenance', status: 'in_progress', components: [{ id: 'feed-accounts' }] },
    ]);
  });

  it('stands in for the incidents that it covers, and for no others', () => {
    const silences = [work({ match: { causes: ['webhook.limit-reached'] } })];
    expect(componentIn(pageOf([FULL().incident], { silences }), 'feed-leads').status).toBe(
      'under_maintenance',
    );
    const other = story('webhook.gone', 'leads/leads-1', NOW - HOUR).incident;
    expect(componentIn(pageOf([other], { silences }), 'feed-leads').status).toBe('major_outage');
  });

  it('is told two weeks ahead, and is gone when it is over or was called off', () => {
    const at = (from: number, over = {}) =>
      pageOf([], { silences: [work({ from, to: from + HOUR, ...over })] }).scheduled_maintenances.length;
    expect(at(NOW + 13 * DAY)).toBe(1);
    expect(at(NOW + 15 * DAY)).toBe(0);
    expect(at(NOW - 2 * HOUR)).toBe(0);
    expect(at(NOW + DAY, { endedAt: NOW - HOUR })).toBe(0);
  });

  it('does not show when it is only a silence, or when the configuration keeps it inside', () => {
    expect(pageOf([], { silences: [work({ kind: 'silence' })] }).scheduled_maintenances).toEqual([]);
    const config = pageConfig({ maintenance: false });
    const page = pageOf([], { silences: [work()] }, config);
    expect([page.scheduled_maintenances, page.status.indicator]).toEqual([[], 'none']);
  });

  it('does not count against the uptime', () => {
    const from = NOW - 10 * DAY;
    const broken = story('webhook.gone', 'leads/leads-1', from).resolved(from + 4 * HOUR).incident;
    const silences = [work({ from, to: from + 4 * HOUR, createdAt: from - DAY })];
    const leads = componentIn(pageOf([broken], { silences }), 'feed-leads');
    expect(leads.history.uptime_percent).toBe(100);
    expect(leads.history.days.find(({ date }) => date === '2026-10-24')).toMatchObject({
      status: 'under_maintenance',
      outage_minutes: 0,
      maintenance_minutes: 240,
    });
  });
});

describe('the history', () => {
  it('has ninety days, the last one today', () => {
    const { days } = componentIn(pageOf([]), 'feed-leads').history;
    expect(days).toHaveLength(90);
    expect([days[0]?.date, days.at(-1)?.date]).toEqual(['2026-08-06', '2026-11-03']);
  });

  it('counts from when it was first seen, and not the time in which it was over', () => {
    const at = Date.parse('2026-10-20T10:00:00Z');
    const { incident } = story('webhook.intake-failing', 'leads/leads-1', at)
      .resolved(at + 30 * MINUTE)
      .again(at + 60 * MINUTE)
      .resolved(at + 70 * MINUTE);
    expect(incident.reopenings).toBe(1);
    expect(dayIn(pageOf([incident]), 'feed-leads', '2026-10-20')).toMatchObject({
      status: 'major_outage',
      outage_minutes: 40,
    });
  });

  it('counts each severity for as long as it lasted', () => {
    const at = Date.parse('2026-10-20T10:00:00Z');
    const { incident } = story('webhook.limit-reached', 'leads/leads-1', at)
      .severity('P3', at + 5 * MINUTE)
      .resolved(at + 65 * MINUTE);
    expect(dayIn(pageOf([incident]), 'feed-leads', '2026-10-20')).toMatchObject({
      status: 'major_outage',
      outage_minutes: 5,
      degraded_minutes: 60,
    });
  });

  it('takes the worst for the whole where the timeline does not tell everything', () => {
    const at = Date.parse('2026-10-20T10:00:00Z');
    const { incident } = story('webhook.limit-reached', 'leads/leads-1', at)
      .severity('P3', at + 5 * MINUTE)
      .resolved(at + 65 * MINUTE);
    const timeline = incident.timeline.map(({ severity: _, ...entry }) => entry);
    expect(dayIn(pageOf([{ ...incident, timeline }]), 'feed-leads', '2026-10-20')?.outage_minutes).toBe(65);
  });

  it('counts incidents that overlap once', () => {
    const at = Date.parse('2026-10-20T10:00:00Z');
    const incidents = ['leads/leads-1', 'leads/leads-2'].map(
      (subject) => story('webhook.gone', subject, at).resolved(at + HOUR).incident,
    );
    expect(dayIn(pageOf(incidents), 'feed-leads', '2026-10-20')?.outage_minutes).toBe(60);
  });

  it('splits what goes past midnight', () => {
    const at = Date.parse('2026-10-20T23:30:00Z');
    const page = pageOf([story('webhook.gone', 'leads/leads-1', at).resolved(at + HOUR).incident]);
    expect(
      ['2026-10-20', '2026-10-21'].map((date) => dayIn(page, 'feed-leads', date)?.outage_minutes),
    ).toEqual([30, 30]);
  });

  it('has no data for days on which nobody watched, and an outage of alerting for gaps', () => {
    const page = pageOf([], {
      watched: {
        since: Date.parse('2026-10-01T00:00:00Z'),
        lastRunAt: NOW - MINUTE,
        gaps: [{ from: Date.parse('2026-10-10T01:00:00Z'), to: Date.parse('2026-10-11T01:00:00Z') }],
      },
    });
    const of = (date: string) => [
      dayIn(page, 'feed-leads', date)?.status,
      dayIn(page, 'alerting', date)?.status,
    ];
    expect(of('2026-09-30')).toEqual([null, null]);
    expect(of('2026-10-01')).toEqual(['operational', 'operational']);
    expect(of('2026-10-10')).toEqual([null, 'major_outage']);
    expect(of('2026-10-11')).toEqual(['operational', 'major_outage']);
  });
});

describe('the uptime', () => {
  it('is rounded down, so that only a time without an outage is 100', () => {
    const at = NOW - 10 * DAY;
    const short = story('webhook.gone', 'leads/leads-1', at).resolved(at + 2 * MINUTE).incident;
    const page = pageOf([short]);
    expect(componentIn(page, 'feed-leads').history.uptime_percent).toBe(99.99);
    expect(componentIn(page, 'feed-accounts').history.uptime_percent).toBe(100);
  });

  it('is counted over the time that was watched, and says since when', () => {
    const since = NOW - 10 * DAY;
    const at = NOW - 5 * DAY;
    const day = story('webhook.gone', 'leads/leads-1', at).resolved(at + DAY).incident;
    const { history } = componentIn(
      pageOf([day], { watched: { since, lastRunAt: NOW, gaps: [{ from: since, to: since + 5 * DAY }] } }),
      'feed-leads',
    );
    expect(history).toMatchObject({ uptime_percent: 80, uptime_since: '2026-10-24T12:00:00Z' });
  });

  it('is not told of less than a day, nor of what was not read', () => {
    const young = { watched: { since: NOW - 23 * HOUR, lastRunAt: NOW, gaps: [] } };
    expect(componentIn(pageOf([], young), 'feed-leads').history.uptime_percent).toBeNull();
    const cut = componentIn(pageOf([], { completeSince: NOW - 3 * DAY }), 'feed-leads').history;
    expect(cut.uptime_since).toBe('2026-10-31T12:00:00Z');
    expect(cut.days.find(({ date }) => date === '2026-10-30')?.status).toBeNull();
  });

  it('does not count what is only degraded', () => {
    const slow = story('enrichment.slow', 'leads', NOW - 5 * DAY, 'P3').resolved(NOW - 4 * DAY).incident;
    expect(componentIn(pageOf([slow]), 'feed-leads').history.uptime_percent).toBe(100);
  });
});

describe('incidents', () => {
  it('show when somebody has confirmed something for the public, and not before', () => {
    const unsaid = pageOf([FULL().says('For us.', NOW - HOUR, 'stakeholders').incident]);
    expect([unsaid.incidents, unsaid.past_incidents, unsaid.unconfirmed]).toEqual([[], [], true]);
    const said = pageOf([FULL().says(SAID, NOW - HOUR).incident]);
    expect(said.unconfirmed).toBe(false);
    expect(said.incidents).toMatchObject([
      {
        name: 'New records are not being accepted for enrichment',
        status: 'investigating',
        impact: 'critical',
        started_at: '2026-11-03T10:00:00Z',
        created_at: '2026-11-03T11:00:00Z',
        resolved_at: null,
        components: [{ id: 'feed-leads', name: 'Leads' }],
        incident_updates: [{ status: 'investigating', body: SAID, created_at: '2026-11-03T11:00:00Z' }],
      },
    ]);
  });

  it('say of each update how it stood then, newest first, and at the end that it is over', () => {
    const { incident } = FULL()
      .says('One.', NOW - 100 * MINUTE)
      .does({ kind: 'acknowledge' }, NOW - 90 * MINUTE)
      .says('Two.', NOW - 80 * MINUTE)
      .does({ kind: 'mitigate' }, NOW - 70 * MINUTE)
      .says('Three.', NOW - 60 * MINUTE)
      .resolved(NOW - 50 * MINUTE);
    const page = pageOf([incident]);
    expect(page.incidents).toEqual([]);
    const [over] = page.past_incidents;
    expect(over).toMatchObject({ status: 'resolved', resolved_at: '2026-11-03T11:10:00Z' });
    expect(over?.incident_updates.map(({ status, body }) => [status, body])).toEqual([
      ['resolved', 'This incident is resolved.'],
      ['monitoring', 'Three.'],
      ['identified', 'Two.'],
      ['investigating', 'One.'],
    ]);
  });

  it('are not over while somebody only says so', () => {
    const { incident } = FULL()
      .says(SAID, NOW - HOUR)
      .does({ kind: 'resolve', force: true }, NOW - MINUTE);
    const page = pageOf([incident]);
    expect(page.past_incidents).toEqual([]);
    expect(page.incidents).toMatchObject([{ status: 'monitoring', resolved_at: null }]);
  });

  it('keep their names and those of their updates, whatever happens to them', () => {
    const idsOf = (page: ReturnType<typeof pageOf>) =>
      [...page.incidents, ...page.past_incidents].flatMap((one) => [
        one.id,
        ...one.incident_updates.filter(({ status }) => status !== 'resolved').map(({ id }) => id),
      ]);
    const told = FULL().says('One.', NOW - 100 * MINUTE);
    const before = idsOf(pageOf([told.incident]));
    const after = told.does({ kind: 'acknowledge' }, NOW - 90 * MINUTE).says('Two.', NOW - 80 * MINUTE);
    const later = idsOf(pageOf([after.resolved(NOW).incident]));
    expect(later).toEqual(expect.arrayContaining(before));
    expect(new Set(later).size).toBe(later.length);
    expect(before.join(' ')).not.toContain(told.incident.id);
  });

  it('keep what was said when something else turns out to explain them', () => {
    const { incident } = FULL().says(SAID, NOW - HOUR);
    const page = pageOf([{ ...incident, hiddenBy: { cause: 'clay.outage', subject: 'clay' } }]);
    expect(page.incidents).toHaveLength(1);
    expect(page.status.indicator).toBe('none');
  });

  it('of a drill never show, nor those below what the configuration lets show', () => {
    const said = [{ at: NOW - HOUR, kind: 'updated' as const, text: SAID, audience: 'public' as const }];
    const drill = incidentOf('drill', { ...drillKey(NOW), cause: 'drill', timeline: said });
    const small = incidentOf('webhook.rejecting', { severity: 'P4', timeline: said });
    const page = pageOf([drill, small]);
    expect([page.incidents, page.past_incidents]).toEqual([[], []]);
  });
});

describe('the document', () => {
  it('is of the shape that is described', () => {
    const page = pageOf([FULL().says(SAID, NOW - HOUR).incident], { silences: [work()] });
    expect(() => statusPageDocument.parse(page)).not.toThrow();
  });

  it('stays the same from one minute to the next while nothing happens', () => {
    const told = (now: number) => ({
      ...pageOf([], { watched: { since: 0, lastRunAt: NOW, gaps: [] } }, pageConfig(), now),
    });
    expect(told(NOW + 20_000)).toEqual(told(NOW));
  });

  it('is made of what it was given, however much that is', () => {
    const many = Array.from({ length: 300 }, (_, index) => {
      const at = NOW - index * 6 * HOUR;
      return story('webhook.gone', `leads/leads-${index}`, at)
        .says(SAID, at + MINUTE)
        .resolved(at + 2 * MINUTE).incident;
    });
    const page = pageOf(many);
    expect(page.past_incidents).toHaveLength(100);
    expect(snapshotOf(many).incidents).toHaveLength(300);
  });

  it('knows every way in which a runbook says that nobody is hit', () => {
    const impacts = [
      ...Object.values(RUNBOOK).map(({ publicImpact }) => publicImpact),
      ...Object.values(VARIANTS).flatMap((all) =>
        (all ?? []).flatMap(({ entry }) => entry.publicImpact ?? []),
      ),
    ];
    const nobody = impacts.filter((impact) => /no impact|nobody|unaffected/i.test(impact));
    expect(new Set(nobody)).toEqual(
      new Set(['No impact on users.', 'There is currently no impact on the processing of records.']),
    );
    expect(hitsRows(incidentOf('monitoring.gap'))).toBe(false);
    expect(hitsRows(incidentOf('clay.outage'))).toBe(true);
  });
});
