import { describe, expect, it } from 'vitest';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { noteAction } from '../../shared/incident/actions.ts';
import { markDelivered } from '../../shared/incident/deliveries.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { tick } from '../../shared/incident/tick.ts';
import type { DeliveryProof } from '../../shared/notify/proof.ts';
import { makePostmortem, type PostmortemSources } from '../../shared/postmortem/make.ts';
import { MINUTE, NOON, opened, policy, resolved } from '../incident/fixtures.ts';
import { configOf, evidenceOf, feedOf, proofOf, windowOf } from './stories.ts';

const ANNA = { name: 'Anna', via: 'slack' } as const;

const told = (incident: Incident, now: number): Incident =>
  incident.pending.reduce((rest, { id }) => markDelivered(rest, id, 'receipt', now), incident);
const acknowledged = (incident: Incident, now: number): Incident => {
  const outcome = act(incident, { kind: 'acknowledge' }, ANNA, { policy, now });
  if (outcome.kind !== 'done') throw new Error(outcome.kind);
  return outcome.incident;
};

/** Opened at noon, a minute after it was first seen; told after two, taken after ten, over after forty. */
const STORY = (() => {
  const incident = told(opened(), NOON + 2 * MINUTE);
  return resolved(acknowledged(incident, NOON + 10 * MINUTE), NOON + 40 * MINUTE);
})();
const PAGED: readonly DeliveryProof[] = [
  proofOf(STORY, { channel: 'sns', deliveredAt: NOON + 2 * MINUTE }),
  proofOf(STORY, { channel: 'slack', deliveredAt: NOON + 3 * MINUTE }),
];

const make = (over: Partial<PostmortemSources> = {}) =>
  makePostmortem({
    incident: STORY,
    proofs: PAGED,
    snapshots: [],
    feedSnapshots: [],
    creditHistory: null,
    config: configOf(),
    now: NOON + 60 * MINUTE,
    ...over,
  });

describe('times of a postmortem', () => {
  it('are measured from what is stored, each against its deadline', () => {
    expect(make().times).toEqual({
      detect: { tookMs: MINUTE, deadlineMs: null, kept: null },
      notify: { tookMs: 2 * MINUTE, deadlineMs: 5 * MINUTE, kept: true },
      acknowledge: { tookMs: 10 * MINUTE, deadlineMs: 15 * MINUTE, kept: true },
      mitigate: { tookMs: null, deadlineMs: null, kept: null },
      resolve: { tookMs: 41 * MINUTE, deadlineMs: null, kept: null },
    });
    expect(make().durationMs).toBe(41 * MINUTE);
  });

  it('count a deadline as missed when it passed and nothing happened', () => {
    const incident = resolved(told(opened(), NOON), NOON + 40 * MINUTE);
    const { acknowledge, notify } = make({ incident, proofs: [] }).times;
    expect(acknowledge).toEqual({ tookMs: null, deadlineMs: 15 * MINUTE, kept: false });
    expect(notify).toEqual({ tookMs: null, deadlineMs: 5 * MINUTE, kept: false });
  });

  it('miss no deadline that had not come when it was over', () => {
    const incident = resolved(told(opened(), NOON), NOON + 4 * MINUTE);
    const { acknowledge, notify } = make({ incident, proofs: [] }).times;
    expect([acknowledge.kept, notify.kept]).toEqual([null, null]);
  });

  it('run no further for what became part of another, until it is told on its own again', () => {
    const into = { ...opened(), id: 'inc-20261103-ffffffff', severity: 'P1' } as const;
    const done = (incident: Incident, command: IncidentCommand, now: number): Incident => {
      const outcome = act(incident, command, ANNA, { policy, now });
      if (outcome.kind !== 'done') throw new Error(outcome.kind);
      return outcome.incident;
    };
    const part = done(told(opened(), NOON), { kind: 'merge', into }, NOON + 4 * MINUTE);
    const over = make({ incident: resolved(part, NOON + 40 * MINUTE), proofs: [] });
    expect([over.times.acknowledge.kept, over.times.notify.kept]).toEqual([null, null]);
    expect(over.lessons.wrong.join()).not.toMatch(/Nobody acknowledged|No channel/);
    const apart = done(part, { kind: 'unmerge' }, NOON + 6 * MINUTE);
    const { times } = make({ incident: resolved(apart, NOON + 40 * MINUTE), proofs: [] });
    expect([times.acknowledge.kept, times.notify.kept]).toEqual([false, false]);
  });

  it('hold proof by a refused or superseded page for no proof', () => {
    const proofs = PAGED.map((proof) => ({ ...proof, status: 'refused', deliveredAt: null }) as const);
    expect(make({ proofs }).times.notify.kept).toBe(false);
  });

  it('take whoever mitigated for having had it', () => {
    const outcome = act(told(opened(), NOON), { kind: 'mitigate' }, ANNA, { policy, now: NOON + 5 * MINUTE });
    const { times } = make({ incident: outcome.kind === 'done' ? outcome.incident : STORY });
    expect(times.acknowledge.tookMs).toBe(5 * MINUTE);
    expect(times.mitigate.tookMs).toBe(6 * MINUTE);
    expect(times.resolve.tookMs).toBeNull();
  });
});

describe('rows of a postmortem', () => {
  const open = evidenceOf(STORY, NOON, { submitted: 100, calledBack: 90, outstanding: 10, waiting: 2 });
  const middle = evidenceOf(STORY, NOON + 9, { submitted: 100, calledBack: 90, outstanding: 9, waiting: 52 });
  const end = evidenceOf(STORY, NOON + 40 * MINUTE, {
    ...{ submitted: 140, calledBack: 140, outstanding: 0, waiting: 12 },
  });

  it('are the difference of what was kept at both ends, and the longest queue', () => {
    expect(make({ snapshots: [end, middle, open] }).rows).toEqual([
      {
        ...{ feed: 'leads', received: 50, held: 50, replayed: 40, duplicated: null, lost: 0 },
        proof: expect.stringContaining('submitted 100 and 140'),
      },
    ]);
  });

  it('are not known with one look alone, and the postmortem says so', () => {
    const [row] = make({ snapshots: [open] }).rows;
    expect(row).toMatchObject({ received: null, held: null, lost: null });
    expect(row?.proof).toMatch(/^Not known/);
  });

  it('do not call a row lost or kept that has merely not come back yet', () => {
    const [row] = make({
      snapshots: [open, { ...end, feeds: [{ ...end.feeds[0], outstanding: 7 }] } as never],
    }).rows;
    expect(row?.lost).toBeNull();
    expect(row?.proof).toContain('At most 7');
  });

  it('know that none was lost once the ledger says that all of them came back', () => {
    const later = feedOf('leads', { asOf: NOON + 90 * MINUTE, oldestAt: NOON + 80 * MINUTE, waiting: 3 });
    const snapshots = [open, { ...end, feeds: [{ ...end.feeds[0], outstanding: 7 }] } as never];
    expect(make({ snapshots, feedSnapshots: [later] }).rows[0]?.lost).toBe(0);
  });

  it('never say that nothing was lost where rows do not pass through the relay', () => {
    const bare = [open, end].map((snapshot) => ({
      ...snapshot,
      feeds: snapshot.feeds.map((feed) => ({ ...feed, waiting: null })),
    }));
    expect(make({ snapshots: bare }).rows[0]).toMatchObject({ received: 40, held: null, lost: null });
  });
});

describe('credits of a postmortem', () => {
  const windows = [
    windowOf(NOON - 60 * MINUTE, { creditsOnMisses: 1_000, actions: 1_000, missed: 10 }),
    windowOf(NOON, { credits: 30, creditsOnMisses: 12.5, actions: 40, hit: 1, missed: 2, failed: 1 }),
    windowOf(NOON + 10 * MINUTE, {
      credits: 10,
      creditsOnMisses: 2.5,
      actions: 8,
      hit: 0,
      missed: 1,
      failed: 1,
    }),
  ];
  const feedSnapshots = [feedOf('leads', { asOf: NOON + 60 * MINUTE, windows })];

  it('are wasted on misses of the feeds that were hit, within the windows it touched, and cost what the prices say', () => {
    const config = configOf({ postmortem: { creditPrice: 0.1, actionPrice: 0.01, currency: 'EUR' } });
    expect(make({ feedSnapshots, config }).credits).toMatchObject({
      ...{ spent: null, wasted: 15, actionsWasted: 38, money: 1.88, currency: 'EUR' },
    });
  });

  it('are no money without a price', () => {
    expect(make({ feedSnapshots }).credits.money).toBeNull();
  });

  it('are not known when the ledger no longer reaches back, unless they were kept in time', () => {
    const late = [feedOf('leads', { asOf: NOON + 3 * 24 * 60 * MINUTE, windows: [] })];
    expect(make({ feedSnapshots: late }).credits.wasted).toBeNull();
    const counts = { submitted: 1, calledBack: 1, outstanding: 0, waiting: 0 };
    const cost = {
      from: NOON,
      to: NOON + 40 * MINUTE,
      credits: 9,
      creditsWasted: 4,
      actions: 9,
      actionsWasted: 3,
    };
    const snapshots = [
      evidenceOf(STORY, NOON, counts),
      evidenceOf(STORY, NOON + 40 * MINUTE, { ...counts, cost }),
    ];
    expect(make({ feedSnapshots: late, snapshots }).credits).toMatchObject({ wasted: 4, actionsWasted: 3 });
  });

  it('are spent by the balance that was kept, and asked back with workspace and tables', () => {
    const counts = { submitted: 1, calledBack: 1, outstanding: 0, waiting: 0 };
    const snapshots = [
      evidenceOf(STORY, NOON, counts, 5_000),
      evidenceOf(STORY, NOON + 40 * MINUTE, counts, 4_400.5),
    ];
    const config = configOf({ postmortem: { workspace: 'Acme' } });
    const made = make({ snapshots, feedSnapshots, config });
    expect(made.credits.spent).toBe(599.5);
    expect(made.refund).toEqual({ workspace: 'Acme', tables: ['Leads'], credits: 15 });
  });
});

describe('lessons of a postmortem', () => {
  it('follow from the numbers', () => {
    const { well, wrong, lucky } = make().lessons;
    expect(well).toEqual([
      'Claywatch found it, 1 min after it was first seen failing.',
      'A page was taken 2 min after it opened, within 5 min.',
      'Somebody had it 10 min after it opened, within 15 min.',
    ]);
    expect(wrong).toEqual(['There was no standby webhook: leads.']);
    expect(lucky).toEqual([]);
  });

  it('name a missed deadline, escalations, and that it ended by itself', () => {
    let incident = told(opened(), NOON + MINUTE);
    incident = told(tick(incident, policy, NOON + 16 * MINUTE), NOON + 16 * MINUTE);
    const { lessons, actions } = make({ incident: resolved(incident, NOON + 40 * MINUTE) });
    expect(lessons.wrong).toContain('Nobody acknowledged it; the deadline was 15 min.');
    expect(lessons.wrong).toContain('It was escalated once because nobody had acknowledged.');
    expect(lessons.lucky).toEqual(['It ended by itself before anybody had it.']);
    expect(actions.map(({ type }) => type)).toContain('process');
  });

  it('name channels that took nothing, and the one that took it instead', () => {
    const proofs = [
      ...PAGED,
      proofOf(STORY, { channel: 'bus', status: 'fallen-back', fellBackTo: 'sns', deliveredAt: null }),
    ];
    const { wrong, lucky } = make({ proofs }).lessons;
    expect(wrong).toContain('Channels did not take messages: bus.');
    expect(lucky).toContain('Another channel took 1 message instead.');
  });

  it('name warnings about the same thing that nobody took', () => {
    const { acknowledgement: _, ...nobodys } = STORY;
    const warning: Incident = {
      ...nobodys,
      ...{ id: 'inc-20261101-00000001', severity: 'P4', peakSeverity: 'P4', openedAt: NOON - 2 * 86_400_000 },
      timeline: [],
    };
    const other = { ...warning, id: 'inc-20261101-00000002', subject: 'accounts' };
    const { wrong } = make({ earlier: [warning, other] }).lessons;
    expect(wrong).toContain('Warnings had been out and nobody had taken them: inc-20261101-00000001.');
  });

  it('give the advice of the runbook to whoever had it', () => {
    const { actions } = make();
    expect(actions.length).toBeGreaterThan(1);
    expect(new Set(actions.map(({ owner }) => owner))).toEqual(new Set(['Anna']));
  });

  it('name what was closed by hand, opened again, or left alone for too long', () => {
    const taken = acknowledged(told(opened(), NOON + MINUTE), NOON + 2 * MINUTE);
    const stale = tick(taken, policy, NOON + 90 * MINUTE);
    const closed = act(stale, { kind: 'resolve', force: true }, ANNA, { policy, now: NOON + 91 * MINUTE });
    const incident = closed.kind === 'done' ? closed.incident : stale;
    const { wrong, lucky } = make({ incident, now: NOON + 92 * MINUTE }).lessons;
    expect(wrong).toContain('An acknowledgement grew stale once: nobody said a word for too long.');
    expect(wrong).toContain('It was closed by hand, and not seen working.');
    expect(lucky).toEqual([]);
    expect(make({ incident: { ...STORY, reopenings: 2 } }).lessons.wrong).toContain(
      'It was over too early: it was opened again 2 times.',
    );
  });

  it('say that a person found it when nothing that failed was seen by Claywatch', () => {
    const evidence = STORY.evidence.map((one) =>
      one.finding === 'accepting' ? one : ({ ...one, kind: 'reported' } as const),
    );
    const { lessons } = make({ incident: { ...STORY, evidence } });
    expect(lessons.wrong).toContain('A person found it, not Claywatch.');
    expect(lessons.well.join()).not.toContain('Claywatch found it');
  });
});

describe('lessons', () => {
  it('count what changed where rows go, and not what only says how things stand', () => {
    const kinds = ['hold', 'resume', 'overruled', 'reconcile'] as const;
    const incident = kinds.reduce(
      (current, kind, index) =>
        noteAction(
          current,
          { ref: `${kind}:leads:1`, kind, mode: 'act', feed: 'leads', since: NOON, text: `It was ${kind}.` },
          NOON + (50 + index) * MINUTE,
        ),
      noteAction(
        STORY,
        { ref: 'p', kind: 'hold', mode: 'propose', feed: 'leads', since: NOON, text: 'Proposed: hold.' },
        NOON + 49 * MINUTE,
      ),
    );
    const { well, wrong } = make({ incident }).lessons;
    expect(well).toContain('Claywatch acted by itself 2 times.');
    expect(wrong).toContain('What Claywatch did was undone by somebody once.');
  });

  it('name the incidents that were told as part of this one, and hold no warning for ignored that was', () => {
    const { id, cause, subject } = STORY;
    const part: Incident = { ...opened(), id: 'inc-20261103-0000000b', mergedInto: { id, cause, subject } };
    expect(make({ earlier: [part] }).lessons.well).toContain(
      'Told as one with 1 other: inc-20261103-0000000b.',
    );
    const warning: Incident = {
      ...{ ...STORY, id: 'inc-20261102-0000000c', severity: 'P4', peakSeverity: 'P4' },
      ...{ openedAt: NOON - 60 * MINUTE, timeline: [], acknowledgement: undefined },
    } as unknown as Incident;
    const ignored = (earlier: Incident) =>
      make({ earlier: [earlier] }).lessons.wrong.some((line) => line.startsWith('Warnings'));
    expect([ignored(warning), ignored({ ...warning, mergedInto: { id, cause, subject } })]).toEqual([
      true,
      false,
    ]);
  });
});
