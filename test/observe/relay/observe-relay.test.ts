import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { ConfigInput } from '../../../shared/config/schema.ts';
import {
  observeDeadLetters,
  observePace,
  observeRelay,
  type RelaySeen,
  relayProbesOf,
} from '../../../shared/observe/relay/observe-relay.ts';
import type { SendAnswer } from '../../../shared/relay/answer.ts';
import { type FeedControl, initialControl, type RelayTally } from '../../../shared/relay/control.ts';
import { snapshotOf } from '../rows/snapshots.ts';

const NOW = Date.UTC(2026, 10, 18, 9, 3);
const MINUTE = 60_000;
const webhook = (id: string) => ({ id, url: `env:URL_${id.toUpperCase().replace('-', '_')}` as const });
const INPUT = {
  feeds: { leads: { webhooks: [webhook('leads-1'), webhook('leads-2')], relay: { secret: 'env:RELAY' } } },
} satisfies ConfigInput;
const CONFIG = parseConfig(INPUT, 'the configuration of the test');

type WebhookTally = RelayTally['webhooks'][string];

/** Answers of the last minutes, in one window. */
const tally = (
  counts: Partial<Record<SendAnswer, number>>,
  over: Partial<WebhookTally> = {},
): WebhookTally => {
  const failed = (Object.keys(counts) as SendAnswer[]).find((answer) => answer !== 'accepted');
  return {
    windows: [{ start: NOW - (NOW % (5 * MINUTE)), counts }],
    lastAcceptedAt: counts.accepted ? NOW - 5_000 : null,
    lastFailure: failed ? { answer: failed, status: null, at: NOW - 5_000 } : null,
    streak: 0,
    ...over,
  };
};

const seen = (
  webhooks: RelayTally['webhooks'],
  control: Partial<FeedControl> = {},
  over: Partial<RelayTally> & { waiting?: number } = {},
): RelaySeen => {
  const { waiting = 0, ...rest } = over;
  return {
    feed: 'leads',
    control: { ...initialControl('leads'), active: 'leads-1', ...control },
    tally: {
      feed: 'leads',
      webhooks,
      lookedAt: NOW - 2_000,
      emptyAt: NOW - 2_000,
      oldestTakenAt: null,
      ...rest,
    },
    depth: { waiting, inFlight: 0, delayed: 0 },
  };
};

const look = (one: RelaySeen, probe: string) =>
  observeRelay(one, CONFIG, snapshotOf(), NOW).find((each) => each.probe === probe);
const webhookSeen = (one: RelaySeen, id = 'leads-1') => look(one, `relay:leads/webhook/${id}`)?.finding;

describe('a webhook, by the rows that were sent to it', () => {
  it.each<[string, WebhookTally, string]>([
    ['accepts rows', tally({ accepted: 40 }), 'accepting'],
    ['fails for one row among many', tally({ accepted: 40, server: 1 }, { streak: 1 }), 'accepting'],
    ['answers 500 to row after row', tally({ server: 3 }, { streak: 3 }), 'server-error'],
    ['gives no answer to row after row', tally({ uncertain: 4 }, { streak: 4 }), 'timed-out'],
    ['cannot be reached', tally({ unreachable: 4 }, { streak: 4 }), 'connection-refused'],
    ['is not there', tally({ gone: 3 }, { streak: 3 }), 'gone'],
    ['refuses the token', tally({ unauthorized: 3 }, { streak: 3 }), 'unauthorized'],
    [
      'gives answers without a meaning: unknown, not down',
      tally({ unknown: 5 }, { streak: 5 }),
      'unexpected-answer',
    ],
    [
      'fails for most rows, and not one after another',
      tally({ accepted: 9, server: 20 }, { streak: 1 }),
      'server-error',
    ],
    ['refuses nearly all rows for what they are', tally({ accepted: 2, 'bad-request': 6 }), 'rejecting'],
    ['refuses a few rows for what they are', tally({ accepted: 200, 'too-large': 6 }), 'accepting'],
    ['answers 429, which is not its fault', tally({ accepted: 40, rate: 30 }), 'accepting'],
    ['has not been sent to', tally({}, { windows: [] }), 'idle'],
    [
      'accepted its last row a while ago: idle is not fine',
      tally({ accepted: 3 }, { lastAcceptedAt: NOW - 4 * MINUTE }),
      'idle',
    ],
    [
      'failed a while ago, and nothing was sent since: not seen, either way',
      tally(
        { server: 9 },
        { streak: 9, lastFailure: { answer: 'server', status: 500, at: NOW - 11 * MINUTE } },
      ),
      'idle',
    ],
  ])('that %s', (_what, one, finding) => {
    expect(webhookSeen(seen({ 'leads-1': one }))).toBe(finding);
  });

  it('says how many rows agree, so that no second look is needed', () => {
    const one = look(seen({ 'leads-1': tally({ server: 7 }, { streak: 7 }) }), 'relay:leads/webhook/leads-1');
    expect(one).toMatchObject({ attempts: 7, confirmed: true, subject: 'leads/leads-1', surface: 'webhook' });
    expect(one?.summary).toBe('By its rows: 7 answers in a row: Clay answers its rows with server errors.');
  });

  const moved = (standing: 'full' | 'working' | 'gone', at: number): Partial<FeedControl> => ({
    active: 'leads-2',
    rotation: { at, from: 'leads-1', why: 'limit', by: 'claywatch', verified: true },
    webhooks: { 'leads-1': { standing, since: at }, 'leads-2': { standing: 'working', since: at } },
  });

  it('that is full and in use has reached its limit; with a standby in use it has failed over, and then is out of use', () => {
    const full = { webhooks: { 'leads-1': { standing: 'full', since: NOW } } } as const;
    expect(webhookSeen(seen({ 'leads-1': tally({ limit: 1 }) }, full))).toBe('limit-reached');
    const both = { 'leads-1': tally({ limit: 1 }), 'leads-2': tally({ accepted: 20 }) };
    expect(webhookSeen(seen(both, moved('full', NOW - 2 * MINUTE)))).toBe('failed-over');
    expect(webhookSeen(seen(both, moved('full', NOW - 6 * MINUTE)))).toBe('retired');
  });

  it('that was left before the last rotation stays out of use, however fresh that one is', () => {
    const control = moved('full', NOW - MINUTE);
    const later: Partial<FeedControl> = {
      ...control,
      rotation: { at: NOW - MINUTE, from: 'leads-0', why: 'limit', by: 'claywatch', verified: true },
    };
    const both = { 'leads-1': tally({ limit: 1 }), 'leads-2': tally({ accepted: 20 }) };
    expect(webhookSeen(seen(both, later))).toBe('retired');
  });

  it('that nobody sends to any more is out of use only while the other one works', () => {
    const at = NOW - 20 * MINUTE;
    const failing = {
      'leads-1': tally({ gone: 3 }),
      'leads-2': tally({ accepted: 3, server: 4 }, { streak: 4 }),
    };
    expect(webhookSeen(seen(failing, moved('gone', at)))).toBe('idle');
    const silent = { 'leads-1': tally({ gone: 3 }), 'leads-2': tally({}, { lastAcceptedAt: at + MINUTE }) };
    expect(webhookSeen(seen(silent, moved('gone', at)))).toBe('idle');
    const working = { ...failing, 'leads-2': tally({ accepted: 3 }) };
    expect(webhookSeen(seen(working, moved('gone', at)))).toBe('retired');
  });

  it('that was never used is a standby, of which nothing is known', () => {
    expect(webhookSeen(seen({ 'leads-1': tally({ accepted: 40 }) }), 'leads-2')).toBe('idle');
  });
});

describe('our own queue', () => {
  const queue = (control: Partial<FeedControl>, over: Parameters<typeof seen>[2]) =>
    look(seen({ 'leads-1': tally({ accepted: 9 }) }, control, over), 'relay:leads');
  const stuck = { waiting: 40, emptyAt: NOW - 20 * MINUTE };

  it.each<[string, Parameters<typeof seen>[2], string]>([
    ['empty a moment ago is worked off', {}, 'forwarding'],
    [
      'with a backlog that is being sent is worked off',
      { waiting: 20_000, emptyAt: NOW - 50 * MINUTE },
      'forwarding',
    ],
    ['that nobody looked at for minutes', { waiting: 3, lookedAt: NOW - 6 * MINUTE }, 'not-looking'],
    ['that nobody ever looked at', { waiting: 3, lookedAt: null, emptyAt: null }, 'not-looking'],
    ['that nobody ever looked at and nobody had to', { lookedAt: null, emptyAt: null }, 'idle'],
  ])('%s', (_what, over, finding) => {
    expect(queue({}, over)?.finding).toBe(finding);
  });

  it('whose rows wait while nothing holds them and nothing is sent is stuck on our side', () => {
    const idle = seen({}, {}, stuck);
    expect(look(idle, 'relay:leads')?.finding).toBe('ageing');
    // A row that came a moment ago.
    expect(look(seen({}, {}, { waiting: 1 }), 'relay:leads')?.finding).toBe('forwarding');
  });

  it('whose rows wait because Clay refuses them is not stuck on our side', () => {
    expect(
      look(seen({ 'leads-1': tally({ server: 9 }, { streak: 9 }) }, {}, stuck), 'relay:leads')?.finding,
    ).toBe('forwarding');
  });

  it('that is held is neither fine nor stuck, and says since when and why', () => {
    const hold = { kind: 'operator', since: NOW - 3 * MINUTE, why: 'A migration.', by: 'ada' } as const;
    const one = queue({ holds: [hold] }, { ...stuck, lookedAt: NOW - 30 * MINUTE });
    expect(one?.finding).toBe('held');
    expect(one?.summary).toBe(
      'Rows of leads on their way to Clay: 40 rows wait, because sending is stopped since 3 min: A migration.',
    );
  });
});

describe('the pace of the workspace', () => {
  const WINDOW = 5 * MINUTE;
  const rated = (windows: readonly (readonly [rate: number, accepted: number])[], ago = 5_000): RelaySeen =>
    seen({
      'leads-1': {
        windows: windows.map(([rate, accepted], index) => ({
          start: NOW - (NOW % WINDOW) - (windows.length - 1 - index) * WINDOW,
          counts: { rate, accepted },
        })),
        lastAcceptedAt: NOW - 1_000,
        lastFailure: { answer: 'rate', status: 429, at: NOW - ago },
        streak: 0,
      },
    });

  it.each<[string, RelaySeen, string]>([
    ['is kept without a 429', seen({ 'leads-1': tally({ accepted: 100 }) }), 'kept'],
    ['says nothing by a few 429', rated([[9, 5]]), 'idle'],
    ['says nothing by a small share of 429', rated([[20, 2_900]]), 'idle'],
    ['is limited by many of them', rated([[30, 100]]), 'limited'],
    ['is kept again when the last one is some minutes ago', rated([[30, 100]], 3 * MINUTE), 'kept'],
    [
      'is limited for long when they go on',
      rated([
        [30, 100],
        [30, 100],
        [30, 100],
      ]),
      'limited-long',
    ],
  ])('%s', (_what, one, finding) => {
    expect(observePace([one], NOW, 1)?.finding).toBe(finding);
  });

  it('is one for all feeds, and nothing where none is relayed', () => {
    const half = rated([[6, 50]]);
    expect(observePace([half, half], NOW, 1)).toMatchObject({ finding: 'limited', subject: 'workspace' });
    expect(observePace([], NOW, 1)).toBeNull();
  });
});

describe('dead letters', () => {
  const count = (ours: number, row = 0) => ({ ours, row });
  it('of our fault are told while they grow and for an hour after; those of the rows themselves are not', () => {
    const first = observeDeadLetters('leads', count(3, 9), undefined, NOW);
    expect(first.finding).toBe('steady');
    const grown = observeDeadLetters('leads', count(4, 9), first, NOW + 5 * MINUTE);
    expect(grown).toMatchObject({ finding: 'growing', subject: 'leads/dead-letters' });
    const later = observeDeadLetters('leads', count(4, 30), grown, NOW + 60 * MINUTE);
    expect(later.finding).toBe('growing');
    expect(observeDeadLetters('leads', count(4, 30), later, NOW + 66 * MINUTE).finding).toBe('steady');
    expect(observeDeadLetters('leads', count(0), grown, NOW + 6 * MINUTE).finding).toBe('steady');
  });
});

describe('standbys', () => {
  const rotated = (over: Partial<FeedControl> = {}): Partial<FeedControl> => ({
    active: 'leads-2',
    rotation: { at: NOW, from: 'leads-1', why: 'limit', by: 'claywatch', verified: true },
    webhooks: { 'leads-1': { standing: 'full', since: NOW } },
    ...over,
  });
  it('are there, or the last one is in use', () => {
    expect(look(seen({}), 'relay:leads/standby')?.finding).toBe('ready');
    expect(look(seen({}, rotated()), 'relay:leads/standby')?.finding).toBe('last-in-use');
    expect(look(seen({}, { active: null }), 'relay:leads/standby')).toBeUndefined();
  });
});

describe('what is watched', () => {
  it('is every part of every relayed feed, and nothing of the others', () => {
    expect(relayProbesOf(CONFIG)).toEqual([
      'relay:leads',
      'relay:leads/dead-letters',
      'relay:leads/webhook/leads-1',
      'relay:leads/webhook/leads-2',
      'relay:leads/standby',
      'relay.pace',
    ]);
    const without = parseConfig({ feeds: { leads: { webhooks: [webhook('leads-1')] } } }, 'test');
    expect(relayProbesOf(without)).toEqual([]);
    expect(observeRelay(seen({}), without, null, NOW)).toEqual([]);
  });
});
