import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import { type FeedControl, type Hold, initialControl, type RelayTally } from '../../shared/relay/control.ts';
import { addHold, markStanding, rotate, startTrickle, verify } from '../../shared/relay/control-change.ts';
import { NO_TALLY, NO_WEBHOOK_TALLY } from '../../shared/relay/control-tally.ts';
import type { QueueDepth } from '../../shared/relay/queue.ts';
import { type FeedFacts, relayStatus } from '../../shared/relay/status.ts';
import { type ActiveIncident, readRelayStatus } from '../../shared/relay/status-read.ts';
import { createMemoryControlStore } from '../support/memory-control-store.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const doing = { at: NOW - 60 * MINUTE, by: 'claywatch' };
const config = parseConfig(
  {
    feeds: {
      leads: {
        webhooks: [
          { id: 'leads-1', url: 'env:ONE' },
          { id: 'leads-2', url: 'env:TWO' },
        ],
        relay: { secret: 'env:SENDER' },
      },
      accounts: { webhooks: [{ id: 'accounts-1', url: 'env:THREE' }], relay: { secret: 'env:SENDER' } },
    },
  },
  'test',
);
const pace = { perSecond: 10, slowedSince: null, pausedUntil: null };
const active = verify(
  rotate(initialControl('leads'), { from: null, to: 'leads-1', why: 'first', ...doing }),
  'leads-1',
  doing,
);
const depth = (waiting: number): QueueDepth => ({ waiting, inFlight: 0, delayed: 0 });
const tally = (part: Partial<RelayTally> = {}): RelayTally => ({
  feed: 'leads',
  ...NO_TALLY,
  lookedAt: NOW,
  ...part,
});
const facts = (part: Partial<FeedFacts> = {}): FeedFacts => ({
  control: active,
  tally: tally(),
  depth: depth(0),
  snapshot: null,
  ...part,
});
const statusOf = (part: Partial<FeedFacts> = {}, more: Partial<Parameters<typeof relayStatus>[2]> = {}) => {
  const status = relayStatus(config, { leads: facts(part) }, { pace, incidents: [], now: NOW, ...more });
  const [leads] = status.feeds;
  if (!leads) throw new Error('no feed');
  return { ...status, leads };
};
const operatorHold: Hold = {
  kind: 'operator',
  since: NOW - MINUTE,
  why: 'The table is being rebuilt',
  by: 'jane',
};
const breakerHold: Hold = {
  kind: 'breaker',
  answer: 'server',
  since: NOW - MINUTE,
  why: 'Five answers in a row were failures of Clay.',
  by: 'claywatch',
  tryAt: NOW + 20 * SECOND,
};
const held = (hold: Hold): FeedControl => addHold(active, hold);

describe('the status of the relay', () => {
  it('is normal, without a reason, while rows go to Clay as they come', () => {
    const { leads, ...status } = statusOf();
    expect(status).toMatchObject({ mode: 'normal', accepting: true, retryAfterSeconds: null, at: NOW });
    expect(leads).toEqual({
      feed: 'leads',
      mode: 'normal',
      reasons: [],
      accepting: true,
      waiting: 0,
      oldest: null,
      delaySeconds: 0,
      webhook: { active: 'leads-1', since: doing.at, verified: true },
      standbysLeft: 1,
      pace: 'full',
      lastAcceptedAt: null,
      holds: [],
      lately: [
        { at: doing.at, kind: 'verify', text: 'leads-1 accepted a row.', by: 'claywatch' },
        {
          at: doing.at,
          kind: 'rotate',
          text: 'Rows go to leads-1: it is the first of the pool.',
          by: 'claywatch',
        },
      ],
    });
  });

  it('is normal before the first row, too', () => {
    expect(
      statusOf({ control: initialControl('leads'), tally: tally({ lookedAt: null }) }).leads,
    ).toMatchObject({
      mode: 'normal',
      webhook: { active: null, since: null, verified: false },
      standbysLeft: 2,
    });
  });

  it('is holding while anything holds, and says what and since when; rows are taken all the same', () => {
    const { leads, mode, accepting } = statusOf({ control: held(operatorHold), depth: depth(40) });
    expect({ mode, accepting }).toEqual({ mode: 'holding', accepting: true });
    expect(leads).toMatchObject({
      mode: 'holding',
      accepting: true,
      pace: 'stopped',
      waiting: 40,
      delaySeconds: null,
      reasons: ['An operator holds it since 2026-11-21T17:23:00Z: The table is being rebuilt.'],
    });
    const cause = held({
      ...operatorHold,
      kind: 'cause',
      cause: 'clay.outage',
      subject: 'clay',
      why: 'Down.',
    });
    expect(statusOf({ control: cause }).leads.reasons).toEqual([
      'Held because of clay.outage (clay) since 2026-11-21T17:23:00Z: Down.',
    ]);
    expect(statusOf({ control: held(breakerHold) }).leads.reasons).toEqual([
      'Sending stopped by itself since 2026-11-21T17:23:00Z: Five answers in a row were failures of Clay. One row is tried at 2026-11-21T17:24:20Z.',
    ]);
  });

  it('is holding when there is no webhook that takes a row', () => {
    const full = markStanding(markStanding(active, 'leads-1', 'full', doing), 'leads-2', 'gone', doing);
    const { leads } = statusOf({ control: full });
    expect(leads).toMatchObject({ mode: 'holding', standbysLeft: 0, holds: [] });
    expect(leads.reasons).toEqual([expect.stringContaining('No webhook of the pool can be used')]);
  });

  it('says when to ask again: at the next trial of the breaker, else after a minute', () => {
    expect(statusOf({ control: held(breakerHold) }).retryAfterSeconds).toBe(20);
    expect(statusOf({ control: held({ ...breakerHold, tryAt: NOW - 5 }) }).retryAfterSeconds).toBe(1);
    expect(statusOf({ control: held({ ...breakerHold, tryAt: NOW + 15 * MINUTE }) }).retryAfterSeconds).toBe(
      60,
    );
    const both = addHold(held(breakerHold), operatorHold);
    expect(statusOf({ control: both }).retryAfterSeconds).toBe(60);
  });

  it.each<[string, Partial<FeedFacts>, string]>([
    ['a trickle', { control: startTrickle(active, { at: NOW, rows: 7 }) }, 'the next 7 rows at 1 per second'],
    [
      'a backlog',
      { depth: depth(6_000) },
      '6,000 rows wait; at the pace of now the last of them is sent in about 10 min',
    ],
    ['a silent queue', { depth: null }, 'is not known'],
    [
      'rows that nobody looks at',
      { depth: depth(1), tally: tally({ lookedAt: NOW - 4 * MINUTE }) },
      'no forwarder has looked at them for 4 min',
    ],
    [
      'failures',
      {
        tally: tally({
          webhooks: {
            'leads-1': {
              ...NO_WEBHOOK_TALLY,
              streak: 3,
              lastFailure: { answer: 'server', status: 503, at: NOW },
            },
          },
        }),
      },
      'The last 3 rows of leads-1 failed (server).',
    ],
  ])('is degraded by %s', (_, part, said) => {
    const { leads, mode, retryAfterSeconds } = statusOf(part);
    expect({ mode, feed: leads.mode, retryAfterSeconds }).toEqual({
      mode: 'degraded',
      feed: 'degraded',
      retryAfterSeconds: 60,
    });
    expect(leads.reasons).toEqual([expect.stringContaining(said)]);
  });

  it('is degraded while Clay has us go slower', () => {
    const slow = { perSecond: 5, slowedSince: NOW - MINUTE, pausedUntil: null };
    expect(statusOf({}, { pace: slow }).leads).toMatchObject({
      mode: 'degraded',
      reasons: [expect.stringContaining('too fast')],
    });
  });

  it('is degraded as a whole while a P1 or P2 is open, though rows flow', () => {
    const incident = { cause: 'credits.exhausted', subject: 'workspace', since: NOW - MINUTE };
    const withSeverity = (severity: 'P1' | 'P3') => statusOf({}, { incidents: [{ ...incident, severity }] });
    expect(withSeverity('P1')).toMatchObject({ mode: 'degraded', leads: { mode: 'normal' } });
    expect(withSeverity('P3')).toMatchObject({ mode: 'normal' });
  });

  it('says of the oldest row what is known, and how surely', () => {
    const oldest = (part: Partial<RelayTally>, waiting: QueueDepth | null = depth(5)) =>
      statusOf({ tally: tally(part), depth: waiting }).leads.oldest;
    expect(oldest({ emptyAt: NOW - 60 * SECOND })).toEqual({
      takenAt: NOW - 60 * SECOND,
      certainty: 'at-most',
    });
    expect(oldest({ emptyAt: NOW - 60 * SECOND, oldestTakenAt: NOW - 40 * SECOND })).toEqual({
      takenAt: NOW - 40 * SECOND,
      certainty: 'about',
    });
    expect(oldest({ emptyAt: NOW - 30 * SECOND, oldestTakenAt: NOW - 40 * SECOND })).toEqual({
      takenAt: NOW - 30 * SECOND,
      certainty: 'at-most',
    });
    expect(oldest({ oldestTakenAt: NOW - 40 * SECOND }, null)).toMatchObject({ certainty: 'about' });
    expect(oldest({})).toBeNull();
    expect(oldest({ emptyAt: NOW }, depth(0))).toBeNull();
  });

  it('counts the rows of other feeds that flow into the delay, and not those that are held', () => {
    const accounts = facts({
      control: rotate(initialControl('accounts'), { from: null, to: 'accounts-1', why: 'first', ...doing }),
      depth: depth(1_000),
    });
    const delay = (other: FeedFacts) =>
      relayStatus(
        config,
        { leads: facts({ depth: depth(100) }), accounts: other },
        { pace, incidents: [], now: NOW },
      ).feeds[0]?.delaySeconds;
    expect(delay(accounts)).toBe(110);
    expect(delay({ ...accounts, control: addHold(accounts.control, operatorHold) })).toBe(10);
  });
});

describe('a feed that starts again slowly', () => {
  it('sends the rows of its trickle at the pace of the trickle, and the rest at that of the workspace', () => {
    const control = startTrickle(active, { at: NOW, rows: 4 });
    expect(statusOf({ control, depth: depth(44) }).leads.delaySeconds).toBe(8);
    expect(statusOf({ control, depth: depth(3) }).leads.delaySeconds).toBe(3);
  });
});

describe('reading the status', () => {
  const incident: ActiveIncident = {
    cause: 'clay.outage',
    subject: 'clay',
    status: 'triggered',
    severity: 'P2',
    openedAt: NOW,
  };
  const sources = (incidents: readonly ActiveIncident[]) => ({
    controls: createMemoryControlStore(),
    queue: { depth: async () => depth(3) },
    rows: { snapshot: async () => null },
    pacer: { state: async () => pace },
    incidents: { active: async () => incidents },
  });

  it('tells open incidents that stand on their own, the most urgent first', async () => {
    const status = await readRelayStatus(
      sources([
        incident,
        { ...incident, cause: 'webhook.gone', severity: 'P1' },
        { ...incident, cause: 'own.unhealthy', status: 'resolved' },
        { ...incident, cause: 'rows.lost', hiddenBy: { cause: 'clay.outage', subject: 'clay' } },
      ]),
      config,
      ['leads', 'accounts'],
      NOW,
    );
    expect(status.incidents).toEqual([
      { cause: 'webhook.gone', subject: 'clay', severity: 'P1', since: NOW },
      { cause: 'clay.outage', subject: 'clay', severity: 'P2', since: NOW },
    ]);
    expect(status.feeds.map(({ feed, waiting }) => ({ feed, waiting }))).toEqual([
      { feed: 'leads', waiting: 3 },
      { feed: 'accounts', waiting: 3 },
    ]);
  });

  it('takes one silent queue for unknown, and says so of that feed alone', async () => {
    const faults: unknown[] = [];
    const silent = async (feed: string) => {
      if (feed === 'leads') throw new Error('no answer');
      return depth(0);
    };
    const { feeds } = await readRelayStatus(
      { ...sources([]), queue: { depth: silent }, onFault: (error) => faults.push(error) },
      config,
      ['leads', 'accounts'],
      NOW,
    );
    expect(feeds.map(({ waiting, mode }) => ({ waiting, mode }))).toEqual([
      { waiting: null, mode: 'degraded' },
      { waiting: 0, mode: 'normal' },
    ]);
    expect(faults).toHaveLength(1);
  });

  it('fails when the store does not answer', async () => {
    const controls = { ...createMemoryControlStore(), load: () => Promise.reject(new Error('no store')) };
    await expect(readRelayStatus({ ...sources([]), controls }, config, ['leads'], NOW)).rejects.toThrow(
      'no store',
    );
  });
});
