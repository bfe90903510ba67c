import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../shared/diagnose/verdict.ts';
import { changeOf, decide, type IncidentFact } from '../../shared/incident/decide.ts';
import { duePending } from '../../shared/incident/deliveries.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import {
  allDelivered,
  DAY,
  evidence,
  HOUR,
  MINUTE,
  NOON,
  OUTAGE,
  opened,
  policy,
  recovered,
  resolved,
  verdict,
  WEBHOOK,
} from './fixtures.ts';

const told = (over: Partial<Verdict> = {}): IncidentFact => ({
  kind: 'verdict',
  verdict: verdict(over),
  detectedAt: NOON - MINUTE,
});
const hidden = (hiddenBy = OUTAGE): IncidentFact => ({
  kind: 'hidden',
  verdict: verdict({ hiddenBy, severity: 'P3' }),
  detectedAt: NOON,
});
const cleared: IncidentFact = { kind: 'cleared', evidence: [recovered] };
const step = (current: Incident | null, fact: IncidentFact, now: number): Incident =>
  decide(current, WEBHOOK, fact, policy, now) as Incident;
const owed = (incident: Incident) => incident.pending.map(({ transition }) => transition);

describe('opening', () => {
  it('says what was detected, when, how urgent, by when to respond, and owes one message', () => {
    expect(opened()).toMatchObject({
      ...WEBHOOK,
      status: 'triggered',
      severity: 'P1',
      peakSeverity: 'P1',
      detectedAt: NOON - MINUTE,
      openedAt: NOON,
      updatedAt: NOON,
      respondBy: NOON + 15 * MINUTE,
      nextUpdateAt: NOON + 30 * MINUTE,
      reopenings: 0,
      version: 1,
      summary: verdict().summary,
      evidence: [evidence()],
      pending: [{ transition: 'triggered', severity: 'P1', attempts: 0, dueAt: NOON }],
      timeline: [{ at: NOON, kind: 'triggered' }],
    });
    expect(opened().pending[0]?.id).toBe(`${opened().id}:1:triggered`);
  });

  it('never places the detection after the opening or before time began', () => {
    const fact = (detectedAt: number): IncidentFact => ({ kind: 'verdict', verdict: verdict(), detectedAt });
    expect(step(null, fact(NOON + HOUR), NOON).detectedAt).toBe(NOON);
    expect(step(null, fact(-5), NOON).detectedAt).toBe(0);
  });

  it('does not follow from a hidden, cleared or tentative fact', () => {
    for (const fact of [hidden(), cleared, told({ tentative: true }), { kind: 'upstream-over' } as const])
      expect(decide(null, WEBHOOK, fact, policy, NOON)).toBeNull();
  });
});

describe('an open incident', () => {
  it('is not written again when only times differ', () => {
    const first = opened();
    const later = told({ evidence: [evidence({ at: NOON + HOUR })] });
    expect(step(first, later, NOON + HOUR)).toBe(first);
  });

  it('is not written every run because a number moves, but every 15 minutes', () => {
    const first = opened();
    const numbers = (now: number) =>
      told({ evidence: [evidence({ at: now, facts: { status: 503, latency_ms: now % 1_000 } })] });
    expect(step(first, numbers(NOON + 5), NOON + MINUTE)).toBe(first);
    const refreshed = step(first, numbers(NOON + 15 * MINUTE + 7), NOON + 15 * MINUTE);
    expect(refreshed).toMatchObject({ version: 2, pending: first.pending, timeline: first.timeline });
    expect(refreshed.evidence[0]?.facts.latency_ms).toBe(7);
    expect(step(refreshed, numbers(NOON + 16 * MINUTE + 9), NOON + 16 * MINUTE)).toBe(refreshed);
  });

  it('takes a new kind of evidence at once, quietly, and keeps the old', () => {
    const timeout = evidence({ finding: 'timed-out', summary: 'no answer in 5 s', at: NOON + MINUTE });
    const next = step(opened(), told({ evidence: [timeout] }), NOON + MINUTE);
    expect(next.evidence.map(({ finding }) => finding)).toEqual(['timed-out', 'server-error']);
    expect(next.timeline.at(-1)).toEqual({ at: NOON + MINUTE, kind: 'evidence', text: 'no answer in 5 s' });
    expect(owed(next)).toEqual(['triggered']);
    // Going back and forth between two kinds is nothing new.
    expect(step(next, told(), NOON + 2 * MINUTE)).toBe(next);
    expect(step(next, told({ evidence: [timeout] }), NOON + 3 * MINUTE)).toBe(next);
  });

  it('is raised with a message and a tighter deadline', () => {
    const first = step(null, told({ severity: 'P3' }), NOON);
    const next = step(first, told({ severity: 'P1' }), NOON + MINUTE);
    expect(next).toMatchObject({
      severity: 'P1',
      peakSeverity: 'P1',
      respondBy: NOON + 16 * MINUTE,
      nextUpdateAt: NOON + 31 * MINUTE,
    });
    expect(next.pending.map(({ transition, severity }) => [transition, severity])).toEqual([
      ['triggered', 'P3'],
      ['severity-raised', 'P1'],
    ]);
    expect(changeOf(first, next)).toBe('severity-raised');
  });

  it('never gets more time by being raised, nor by being lowered', () => {
    const first = step(null, told({ severity: 'P3' }), NOON);
    const late = step(first, told({ severity: 'P1' }), NOON + 4 * HOUR - MINUTE);
    expect(late.respondBy).toBe(first.respondBy);
    const lowered = step(late, told({ severity: 'P4' }), NOON + 4 * HOUR);
    expect(lowered).toMatchObject({ severity: 'P4', peakSeverity: 'P1', respondBy: first.respondBy });
    expect(owed(lowered)).toEqual(['triggered', 'severity-raised', 'severity-lowered']);
  });

  it('notes what it explains, once each', () => {
    const effect = verdict({ hiddenBy: OUTAGE });
    const fact: IncidentFact = {
      kind: 'verdict',
      verdict: verdict(OUTAGE),
      detectedAt: NOON,
      effects: [effect, effect],
    };
    const first = decide(null, OUTAGE, fact, policy, NOON) as Incident;
    expect(first.effects).toEqual([WEBHOOK]);
    expect(first.timeline.map(({ kind }) => kind)).toEqual(['triggered', 'effect-hidden']);
    expect(decide(first, OUTAGE, fact, policy, NOON + MINUTE)).toBe(first);
    const second = verdict({ subject: 'accounts/accounts-1', hiddenBy: OUTAGE });
    const next = decide(
      first,
      OUTAGE,
      { ...fact, effects: [effect, second] },
      policy,
      NOON + MINUTE,
    ) as Incident;
    expect(next.effects).toHaveLength(2);
    expect(next.version).toBe(2);
    expect(owed(next)).toEqual(['triggered']);
  });

  it('is resolved by a clearing alone, with what proves it, and its recovery is owed', () => {
    const first = allDelivered(opened(), NOON + 1);
    const next = step(first, cleared, NOON + 12 * MINUTE);
    expect(next).toMatchObject({
      status: 'resolved',
      resolvedAt: NOON + 12 * MINUTE,
      updatedAt: NOON + 12 * MINUTE,
    });
    expect(next.evidence.map(({ finding }) => finding)).toEqual(['accepting', 'server-error']);
    expect(next.timeline.at(-1)?.text).toBe('Resolved after 12 min: POST to the webhook answered 200');
    expect(owed(next)).toEqual(['resolved']);
    expect(step(next, cleared, NOON + 13 * MINUTE)).toBe(next);
  });

  it('owes both, in order, when it is resolved before anybody was told', () => {
    expect(owed(step(opened(), cleared, NOON + MINUTE))).toEqual(['triggered', 'resolved']);
  });
});

describe('a hidden incident', () => {
  const first = opened();
  const muted = step(first, hidden(), NOON + MINUTE);

  it('is noted once and sends nothing, not even what it owed', () => {
    expect(muted).toMatchObject({ hiddenBy: OUTAGE, version: 2, severity: 'P1', pending: first.pending });
    expect(muted.timeline.at(-1)?.kind).toBe('hidden-by-upstream');
    expect(changeOf(first, muted)).toBe('hidden');
    expect(duePending(muted, NOON + DAY)).toEqual([]);
    expect(step(muted, hidden(), NOON + 2 * MINUTE)).toBe(muted);
  });

  it('follows another upstream cause without another note', () => {
    const other = step(muted, hidden({ cause: 'own.unhealthy', subject: 'connectivity' }), NOON + 2 * MINUTE);
    expect(other.hiddenBy?.cause).toBe('own.unhealthy');
    expect(other.timeline).toEqual(muted.timeline);
  });

  it('sends what it owed once nothing explains it any more', () => {
    const visible = step(muted, told(), NOON + HOUR);
    expect(visible.hiddenBy).toBeUndefined();
    expect(visible.timeline.at(-1)?.kind).toBe('unhidden');
    expect(duePending(visible, NOON + HOUR).map(({ transition }) => transition)).toEqual(['triggered']);
  });

  it('becomes visible when what explained it is over, though nothing new is known of it', () => {
    const visible = step(muted, { kind: 'upstream-over' }, NOON + HOUR);
    expect(visible.hiddenBy).toBeUndefined();
    expect(visible.status).toBe('triggered');
    expect(step(visible, { kind: 'upstream-over' }, NOON + HOUR)).toBe(visible);
  });

  it('changes severity only once it is visible', () => {
    const visible = step(allDelivered(muted, NOON + MINUTE), told({ severity: 'P3' }), NOON + HOUR);
    expect(owed(visible)).toEqual(['severity-lowered']);
    expect(visible.timeline.slice(-2).map(({ kind }) => kind)).toEqual(['unhidden', 'severity-lowered']);
  });

  it('announces its recovery to whoever was told of it', () => {
    const gone = step(step(allDelivered(first, NOON + 1), hidden(), NOON + MINUTE), cleared, NOON + HOUR);
    expect(gone.hiddenBy).toBeUndefined();
    expect(duePending(gone, NOON + HOUR).map(({ transition }) => transition)).toEqual(['resolved']);
  });

  it('is not opened again by a hidden fact', () => {
    const gone = step(first, cleared, NOON + MINUTE);
    expect(step(gone, hidden(), NOON + 2 * MINUTE)).toBe(gone);
  });
});

describe('after a resolution', () => {
  const gone = allDelivered(resolved(allDelivered(opened(), NOON + 1), NOON + HOUR), NOON + HOUR);

  it('the same incident is opened again within the window, with a fresh deadline', () => {
    const again = step(gone, told({ severity: 'P2' }), NOON + 2 * HOUR);
    expect(again).toMatchObject({
      id: gone.id,
      version: gone.version + 1,
      status: 'triggered',
      openedAt: NOON,
      reopenings: 1,
      severity: 'P2',
      peakSeverity: 'P1',
      respondBy: NOON + 3 * HOUR,
    });
    expect(again).not.toHaveProperty('resolvedAt');
    expect(again.pending.map(({ transition, severity }) => [transition, severity])).toEqual([
      ['reopened', 'P2'],
    ]);
  });

  it('a new one is opened after the window', () => {
    const next = step(gone, told(), NOON + 2 * HOUR + 1);
    expect(next).toMatchObject({ version: 1, reopenings: 0, openedAt: NOON + 2 * HOUR + 1 });
    expect(next.id).not.toBe(gone.id);
    expect(changeOf(gone, next)).toBe('triggered');
  });

  it('the same one is opened however late while it still owes a message, or nobody would send it', () => {
    const owing = resolved(allDelivered(opened(), NOON + 1), NOON + HOUR);
    const again = step(owing, told(), NOON + 30 * DAY);
    expect(again.id).toBe(owing.id);
    expect(owed(again)).toEqual(['resolved', 'reopened']);
  });

  it('a tentative verdict opens neither', () => {
    expect(step(gone, told({ tentative: true }), NOON + 61 * MINUTE)).toBe(gone);
    expect(step(gone, told({ tentative: true }), NOON + DAY)).toBe(gone);
  });
});

describe('a clock that jumps back', () => {
  it('never moves the incident back, nor makes a duration negative', () => {
    const first = opened();
    const gone = step(first, cleared, NOON - DAY);
    expect(gone).toMatchObject({ resolvedAt: NOON, updatedAt: NOON });
    expect(gone.timeline.at(-1)).toMatchObject({ at: NOON, text: expect.stringContaining('after 0 min') });
    const again = step(gone, told(), NOON - 2 * DAY);
    expect(again).toMatchObject({ id: first.id, updatedAt: NOON, reopenings: 1 });
  });

  it('does not hold messages until it has caught up', () => {
    const ahead = opened(WEBHOOK, NOON + DAY);
    expect(duePending(ahead, NOON)).toHaveLength(1);
    const gone = step(ahead, cleared, NOON);
    expect(duePending(gone, NOON)).toHaveLength(2);
  });
});
