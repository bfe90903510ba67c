import { describe, expect, it } from 'vitest';
import { CAUSE_IDS, type Cause } from '../../shared/cause.ts';
import { type Config, type ConfigInput, configSchema } from '../../shared/config/schema.ts';
import { decide } from '../../shared/incident/decide.ts';
import { drillKey, drillVerdict } from '../../shared/incident/drill.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { type FeedControl, initialControl } from '../../shared/relay/control.ts';
import { addHold, markStanding, rotate } from '../../shared/relay/control-change.ts';
import { type OverviewData, overviewOf } from '../../shared/report/overview.ts';
import { overviewResponse, STAGES } from '../../shared/report/overview-shape.ts';
import { isStop, PLACES, placeOf } from '../../shared/report/places.ts';
import type { FeedSnapshot } from '../../shared/rows/snapshot.ts';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import { usageOf } from '../../shared/usage/usage.ts';
import { policy, verdict } from '../incident/fixtures.ts';
import { emptySnapshot, emptyWindow, NOW } from '../usage/sample.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WINDOW = 5 * MINUTE;

const RELAYED: ConfigInput = {
  feeds: {
    leads: {
      webhooks: [
        { id: 'leads-1', url: 'env:ONE', table: 'Leads' },
        { id: 'leads-2', url: 'env:TWO', table: 'Leads' },
      ],
      relay: { secret: 'env:SENDER' },
      callbacks: { secret: 'env:COLUMN' },
    },
  },
};
const DIRECT: ConfigInput = {
  feeds: {
    leads: {
      webhooks: [{ id: 'leads-1', url: 'env:ONE', table: 'Leads' }],
      submissions: { secret: 'env:SENDER' },
      callbacks: { secret: 'env:COLUMN' },
    },
  },
};

/** 20 rows a minute went in and came back, for an hour. */
const flowing = (feed = 'leads', asOf = NOW - 10_000): FeedSnapshot => {
  const current = Math.floor(asOf / WINDOW) * WINDOW;
  const windows = Array.from({ length: 12 }, (_, index) => current - (11 - index) * WINDOW).map((start) => {
    const rows = Math.round((Math.min(WINDOW, asOf - start) / MINUTE) * 20);
    return { ...emptyWindow(start), submitted: rows, calledBack: rows };
  });
  return {
    ...emptySnapshot(feed, asOf),
    windows,
    hours: [{ start: asOf - (asOf % HOUR), submitted: { 'leads-1': 800 }, credits: 0 }],
    totals: { ...emptySnapshot(feed).totals, submitted: 9_000, calledBack: 9_000 },
    cohort: { submitted: 1_000, cameBack: 1_000, from: asOf - 24 * HOUR, matureBefore: asOf - HOUR },
    lastSubmissionAt: asOf - 2_000,
    lastCallbackAt: asOf - 1_000,
  };
};

const inUse = rotate(initialControl('leads'), {
  ...{ from: null, to: 'leads-1', why: 'first', at: NOW - HOUR, by: 'claywatch' },
});

const open = (cause: Cause, subject: string, severity: Severity = 'P1'): Incident => {
  const key = { cause, subject };
  const fact = { kind: 'verdict', verdict: verdict({ ...key, severity }), detectedAt: NOW - HOUR } as const;
  return decide(null, key, fact, policy, NOW - HOUR) as Incident;
};

interface Given extends Partial<Omit<OverviewData, 'usage' | 'relay'>> {
  readonly config?: ConfigInput;
  readonly control?: FeedControl;
  readonly waiting?: number | null;
}

const look = ({ config: input = RELAYED, control = inUse, waiting = 0, ...given }: Given = {}) => {
  const config: Config = configSchema.parse(input);
  const snapshots = given.snapshots ?? [flowing()];
  const [snapshot = null] = snapshots;
  const depth = waiting === null ? null : { waiting, inFlight: 0, delayed: 0 };
  const tally = {
    ...{ feed: 'leads', webhooks: {}, lookedAt: NOW - 20_000, emptyAt: null, oldestTakenAt: null },
  };
  const isRelayed = config.feeds.leads?.relay.secret !== undefined;
  const answer = overviewOf(
    config,
    {
      incidents: [],
      silences: [],
      watch: { lastSlot: NOW - MINUTE, health: {} },
      ...given,
      snapshots,
      usage: usageOf(
        config,
        { snapshots, credits: { version: 0, credits: null, actions: null, last: null } },
        NOW,
      ),
      relay: {
        feeds: isRelayed ? { leads: { control, tally, depth, snapshot } } : {},
        pace: { perSecond: 10, slowedSince: null, pausedUntil: null },
      },
    },
    NOW,
  );
  return overviewResponse.parse(JSON.parse(JSON.stringify(answer)));
};

const statesOf = ({ feeds }: ReturnType<typeof look>): Record<string, string> =>
  Object.fromEntries((feeds[0]?.stages ?? []).map(({ stage, state }) => [stage, state]));

describe('the overview', () => {
  it('says in one sentence that leads flow, and shows every part working with its rate', () => {
    const answer = look();
    expect(answer).toMatchObject({
      flow: 'flowing',
      sentence: 'Leads of `leads` are flowing: 20 rows a minute, all came back.',
      watch: { stale: false },
      incidents_more: 0,
    });
    expect(statesOf(answer)).toEqual(
      expect.objectContaining({ sender: 'working', relay: 'working', webhook: 'working', table: 'working' }),
    );
    expect(answer.feeds[0]?.stages.map(({ stage }) => stage)).toEqual([...STAGES]);
    expect(answer.feeds[0]?.stages[0]?.rows_per_minute).toBeCloseTo(20, 0);
  });

  it('leaves out relay and queue where rows do not pass them', () => {
    const answer = look({ config: DIRECT });
    expect(Object.keys(statesOf(answer))).toEqual(['sender', 'webhook', 'table', 'callback']);
    expect(answer.flow).toBe('flowing');
  });

  it('says how many did not come back', () => {
    const snapshot = flowing();
    const lossy = { ...snapshot, cohort: { ...snapshot.cohort, cameBack: 988 } };
    expect(look({ snapshots: [lossy] }).sentence).toContain('12 of 1,000 did not come back');
  });

  it('says that rows wait because Clay is down, that they are kept, and that they go on by themselves', () => {
    const control = addHold(inUse, {
      ...{ kind: 'cause', cause: 'clay.outage', subject: 'clay', since: NOW - HOUR, by: 'claywatch' },
      why: 'Because of clay.outage: Clay is down.',
    });
    const incident = open('clay.outage', 'clay');
    const answer = look({ control, waiting: 134, incidents: [incident] });
    expect(answer).toMatchObject({
      flow: 'stopped',
      sentence: 'Leads of `leads` wait: Clay is down; 134 rows are kept and go on by themselves.',
    });
    expect(statesOf(answer)).toMatchObject({ queue: 'held', webhook: 'broken', table: 'broken' });
    expect(answer.feeds[0]?.stages[2]).toMatchObject({ rows_waiting: 134, incident: null });
    expect(answer.feeds[0]?.stages[3]?.incident).toBe(incident.id);
  });

  it('names whoever holds rows, and does not promise that they go on by themselves', () => {
    const control = addHold(inUse, {
      ...{ kind: 'operator', since: NOW - HOUR, by: 'Ada' },
      why: 'We move the table.',
    });
    expect(look({ control, waiting: 1 }).sentence).toBe(
      'Leads of `leads` wait: Ada holds them (We move the table); 1 row is kept until somebody lets them go.',
    );
  });

  it('does not promise to keep what senders post to Clay themselves', () => {
    const answer = look({ config: DIRECT, incidents: [open('webhook.gone', 'leads/leads-1')] });
    expect(answer).toMatchObject({
      flow: 'stopped',
      sentence:
        'Leads of `leads` do not reach Clay: the webhook does not exist; what senders post meanwhile may be lost.',
    });
  });

  it('says where rows get stuck that Clay took', () => {
    const answer = look({ incidents: [open('enrichment.stalled', 'leads')] });
    expect(answer.sentence).toBe(
      'Leads of `leads` reach Clay and do not come back: enriched rows stopped coming back.',
    );
    expect(statesOf(answer)).toMatchObject({ webhook: 'working', table: 'broken', callback: 'working' });
  });

  it('calls it trouble, not a stop, when rows go on', () => {
    const answer = look({ incidents: [open('enrichment.slow', 'leads', 'P2')] });
    expect(answer).toMatchObject({
      flow: 'degraded',
      sentence: 'Leads of `leads` are flowing (20 rows a minute), but not all is well: enrichment is slow.',
    });
    expect(statesOf(answer).table).toBe('slow');
  });

  it('takes no notice of a webhook that rows no longer go to', () => {
    const control = rotate(markStanding(inUse, 'leads-1', 'full', { at: NOW, by: 'claywatch' }), {
      ...{ from: 'leads-1', to: 'leads-2', why: 'limit', at: NOW, by: 'claywatch' },
    });
    const answer = look({ control, incidents: [open('webhook.limit-reached', 'leads/leads-1', 'P3')] });
    expect(answer.flow).toBe('flowing');
    expect(answer.feeds[0]?.stages[3]).toMatchObject({ label: 'leads-2', state: 'working', incident: null });
    expect(answer.incidents).toHaveLength(1);
  });

  it('knows nothing once the watch does not run, and says for how long', () => {
    const watch = { lastSlot: NOW - 12 * MINUTE, health: {} };
    const answer = look({ watch, snapshots: [flowing('leads', NOW - 12 * MINUTE)] });
    expect(answer).toMatchObject({
      flow: 'unknown',
      sentence: 'Nobody can say whether leads are flowing: the watch has not run for 12 min.',
      watch: { stale: true },
    });
    expect(answer.feeds[0]?.stages.every(({ rows_per_minute }) => rows_per_minute === null)).toBe(true);
    expect(look({ watch: { lastSlot: 0, health: {} } }).sentence).toContain('the watch has never run');
  });

  it('is idle, not broken, when nobody sends', () => {
    const quiet = {
      ...flowing(),
      windows: [],
      lastSubmissionAt: NOW - 3 * HOUR,
      lastCallbackAt: NOW - 3 * HOUR,
    };
    expect(look({ snapshots: [quiet] })).toMatchObject({
      flow: 'idle',
      sentence: 'No leads of `leads` are coming in: the last came 3 h ago, and nothing is wrong.',
    });
    expect(look({ snapshots: [] }).sentence).toBe('No lead of `leads` has come in yet.');
  });

  it('says that it does not know how many rows wait when the queue does not answer', () => {
    const answer = look({ waiting: null });
    expect(statesOf(answer)).toMatchObject({ relay: 'unknown', queue: 'unknown' });
    expect(answer.flow).toBe('degraded');
  });

  it('shows the worst of several feeds first, and how the others do', () => {
    const feeds = { ...RELAYED.feeds, accounts: DIRECT.feeds?.leads ?? {} };
    const answer = look({
      config: { feeds },
      snapshots: [flowing(), flowing('accounts')],
      incidents: [open('enrichment.stalled', 'accounts')],
    });
    expect(answer.sentence).toBe(
      'Leads of `accounts` reach Clay and do not come back: enriched rows stopped coming back. Elsewhere: `leads` flowing.',
    );
    expect(look({ config: { feeds }, snapshots: [flowing(), flowing('accounts')] }).sentence).toBe(
      'Leads are flowing: 40 rows a minute over 2 feeds, all came back.',
    );
    expect(look({ config: {} }).sentence).toContain('No feed is configured');
  });

  it('does not let a feed that nobody counts hide how the others do', () => {
    const feeds = { ...RELAYED.feeds, planned: {} };
    expect(look({ config: { feeds } })).toMatchObject({
      flow: 'flowing',
      sentence: expect.stringMatching(/^Leads of `leads` are flowing.* Elsewhere: `planned` unknown\.$/),
    });
    expect(look({ config: { feeds: { planned: {} } } }).sentence).toContain('neither relayed nor reported');
  });

  it('divides by the time since counting began, not by a time before it', () => {
    const asOf = NOW - 10_000;
    const start = Math.floor(asOf / WINDOW) * WINDOW;
    const young: FeedSnapshot = {
      ...flowing(),
      windows: [{ ...emptyWindow(start), submitted: 40, calledBack: 40 }],
      totals: { ...flowing().totals, submitted: 40 },
    };
    expect(look({ snapshots: [young] }).sentence).toMatch(/: (20|2\d|1\d) rows a minute/);
    const late = { ...inUse, rotation: { ...inUse.rotation, at: asOf - MINUTE } } as FeedControl;
    expect(look({ snapshots: [young], control: late }).sentence).toContain(': 40 rows a minute');
  });
});

describe('a drill', () => {
  const key = drillKey(NOW);
  const practice = decide(
    null,
    key,
    {
      kind: 'verdict',
      verdict: drillVerdict({ severity: 'P1', minutes: 10, by: 'Ada', now: NOW }),
      detectedAt: NOW,
    },
    policy,
    NOW,
  ) as Incident;

  it('is never called trouble: leads flow, every part works, and the sentence says that it is practice', () => {
    const answer = look({ incidents: [practice] });
    expect(answer.flow).toBe('flowing');
    expect(answer.sentence).toContain('A drill is under way; it is practice');
    expect(answer.sentence).not.toMatch(/down|wait|stop/);
    expect(answer.feeds[0]?.stages.every(({ incident }) => incident === null)).toBe(true);
    expect(answer.incidents.map(({ cause }) => cause)).toEqual(['drill']);
  });

  it('comes after everything that is real, however urgent it plays', () => {
    const real = open('provider.failing', 'leads/apollo', 'P3');
    expect(look({ incidents: [practice, real] }).incidents.map(({ cause }) => cause)).toEqual([
      'provider.failing',
      'drill',
    ]);
  });
});

describe('where a cause is', () => {
  it.each(CAUSE_IDS)('is known of %s, and what it does to rows', (cause) => {
    const { stages, state, rows } = PLACES[cause];
    expect(STAGES).toEqual(expect.arrayContaining([...stages]));
    expect(new Set(stages).size).toBe(stages.length);
    if (stages.length === 0) expect(rows).toBe('nothing');
    else expect(rows).not.toBe('nothing');
    if (rows === 'stops') expect(state).toBe('broken');
  });

  it('is known of no cause that there is not', () => {
    expect(Object.keys(PLACES).sort()).toEqual([...CAUSE_IDS].sort());
  });

  it('is nowhere for a drill, at every severity', () => {
    for (const severity of SEVERITIES) {
      const incident = open('drill', 'drill of today', severity);
      expect(placeOf(incident).stages).toEqual([]);
      expect(isStop({ incident, place: placeOf(incident) })).toBe(false);
    }
  });

  it.each([
    ['leads/relay', ['queue']],
    ['leads/dead-letters', ['queue']],
    ['messages', []],
    ['integration', ['sender']],
  ])('of our own trouble with %s is %j', (subject, stages) => {
    expect(placeOf({ cause: 'own.unhealthy', subject }).stages).toEqual(stages);
  });
});

describe('many incidents', () => {
  it('are listed up to a hundred, the most urgent first, and the rest is counted', () => {
    const incidents = Array.from({ length: 1_000 }, (_, index) =>
      open('provider.failing', `leads/provider-${index}`, index === 777 ? 'P1' : 'P3'),
    );
    const answer = look({ incidents });
    expect(answer.incidents).toHaveLength(100);
    expect(answer.incidents[0]?.subject).toBe('leads/provider-777');
    expect(answer.incidents_more).toBe(900);
    expect(JSON.stringify(answer).length).toBeLessThan(150_000);
  });
});
