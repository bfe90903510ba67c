import { describe, expect, it } from 'vitest';
import { decide, type IncidentFact } from '../../shared/incident/decide.ts';
import { duePending, markDelivered, markFailed } from '../../shared/incident/deliveries.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Severity } from '../../shared/severity.ts';
import { DAY, HOUR, MINUTE, NOON, policy, recovered, verdict, WEBHOOK } from './fixtures.ts';

/** An incident with somebody who sends whatever is due after each step, and what was sent. */
const createStory = () => {
  let incident: Incident | null = null;
  const sent: string[] = [];
  const send = (now: number) => {
    if (!incident) return;
    for (const { id, transition, severity } of duePending(incident, now)) {
      sent.push(transition === 'resolved' ? transition : `${transition} ${severity}`);
      incident = markDelivered(incident, id, 'receipt', now);
    }
  };
  const apply = (fact: IncidentFact, now: number) => {
    incident = decide(incident, WEBHOOK, fact, policy, now);
    send(now);
  };
  return {
    sent,
    send,
    fails: (now: number, severity: Severity = 'P1') =>
      apply({ kind: 'verdict', verdict: verdict({ severity }), detectedAt: now }, now),
    works: (now: number) => apply({ kind: 'cleared', evidence: [recovered] }, now),
    incident: () => incident as unknown as Incident,
  };
};

describe('flapping', () => {
  it('is told up to the third reopening, then only its end', () => {
    const story = createStory();
    let now = NOON;
    for (let flip = 0; flip < 50; flip += 1) {
      story.fails(now);
      story.works(now + 5 * MINUTE);
      now += 10 * MINUTE;
    }
    expect(story.sent).toEqual([
      'triggered P1',
      'resolved',
      'reopened P1',
      'resolved',
      'reopened P1',
      'resolved',
      'reopened P1',
    ]);
    expect(story.incident()).toMatchObject({ status: 'resolved', reopenings: 49 });

    const end = now - 5 * MINUTE;
    story.send(end + policy.reopenWithinMs - 1);
    expect(story.sent).toHaveLength(7);
    story.send(end + policy.reopenWithinMs);
    expect(story.sent.slice(7)).toEqual(['resolved']);
    expect(story.incident().pending).toEqual([]);
  });

  it('keeps every flip on the timeline until it is full, and how it began for ever', () => {
    const story = createStory();
    for (let flip = 0; flip < 100; flip += 1) {
      story.fails(NOON + flip * 10 * MINUTE);
      story.works(NOON + flip * 10 * MINUTE + 5 * MINUTE);
    }
    const kinds = story.incident().timeline.map(({ kind }) => kind);
    expect(kinds).toHaveLength(100);
    expect(kinds.slice(0, 3)).toEqual(['triggered', 'notified', 'resolved']);
    expect(kinds.slice(-2)).toEqual(['reopened', 'resolved']);
  });

  it('tells at once again after it was steady for the window', () => {
    const story = createStory();
    for (let flip = 0; flip < 5; flip += 1) {
      story.fails(NOON + flip * 10 * MINUTE);
      story.works(NOON + flip * 10 * MINUTE + 5 * MINUTE);
    }
    story.fails(NOON + HOUR);
    const before = story.sent.length;
    // Open for longer than the window: no longer flapping.
    story.works(NOON + 2 * HOUR + MINUTE);
    expect(story.sent.slice(before)).toEqual(['resolved']);
  });

  it('does not count slow recurrences', () => {
    const story = createStory();
    let now = NOON;
    for (let turn = 0; turn < 6; turn += 1) {
      story.fails(now);
      story.works(now + 2 * HOUR);
      now += 2 * HOUR + 30 * MINUTE;
    }
    expect(story.sent).toHaveLength(12);
  });

  it('is told that it is open when the end was announced and it then starts over', () => {
    const story = createStory();
    for (let flip = 0; flip < 5; flip += 1) {
      story.fails(NOON + flip * 10 * MINUTE);
      story.works(NOON + flip * 10 * MINUTE + 5 * MINUTE);
    }
    const first = story.incident().id;
    const end = NOON + 45 * MINUTE;
    // The end came due, but nothing ran to send it before the next failure.
    story.fails(end + policy.reopenWithinMs + MINUTE);
    expect(story.sent.slice(-2)).toEqual(['resolved', 'reopened P1']);
    story.works(end + 10 * HOUR);
    story.send(end + 12 * HOUR);
    expect(story.sent.at(-1)).toBe('resolved');
    story.fails(end + DAY);
    expect(story.incident().id).not.toBe(first);
    expect(story.sent.at(-1)).toBe('triggered P1');
  });

  it('raises the alarm even when quiet, if it is worse than what people know', () => {
    const story = createStory();
    for (let flip = 0; flip < 5; flip += 1) {
      story.fails(NOON + flip * 10 * MINUTE, 'P3');
      story.works(NOON + flip * 10 * MINUTE + 5 * MINUTE);
    }
    const before = story.sent.length;
    story.fails(NOON + HOUR, 'P1');
    expect(story.sent.slice(before)).toEqual(['severity-raised P1']);
  });

  it('also quietens a severity that goes up and down', () => {
    const story = createStory();
    let now = NOON;
    for (let flip = 0; flip < 50; flip += 1) {
      story.fails(now, 'P2');
      story.fails(now + MINUTE, 'P3');
      now += 2 * MINUTE;
    }
    expect(story.sent).toHaveLength(7);
    story.send(now + HOUR);
    expect(story.sent.slice(7)).toEqual(['severity-lowered P3']);
  });

  it('does not withdraw an end that somebody tried to send: it may have arrived', () => {
    const story = createStory();
    for (let flip = 0; flip < 4; flip += 1) {
      story.fails(NOON + flip * 10 * MINUTE);
      story.works(NOON + flip * 10 * MINUTE + 5 * MINUTE);
    }
    const quiet = story.incident();
    const due = NOON + 35 * MINUTE + policy.reopenWithinMs;
    const tried = markFailed(quiet, quiet.pending[0]?.id ?? '', new Error('timed out'), due);
    const again = decide(
      tried,
      WEBHOOK,
      { kind: 'verdict', verdict: verdict(), detectedAt: due },
      policy,
      due + 1_000,
    );
    expect(again?.pending.map(({ transition }) => transition)).toEqual(['resolved', 'reopened']);
  });

  it('withdraws nothing that was not put off, even when the clock goes back', () => {
    const pendings = (incident: Incident | null) => incident?.pending.map(({ transition }) => transition);
    const lowered = decide(
      decide(null, WEBHOOK, { kind: 'verdict', verdict: verdict(), detectedAt: NOON }, policy, NOON),
      WEBHOOK,
      { kind: 'verdict', verdict: verdict({ severity: 'P4' }), detectedAt: NOON },
      policy,
      NOON,
    );
    const raised = decide(
      lowered,
      WEBHOOK,
      { kind: 'verdict', verdict: verdict(), detectedAt: NOON },
      policy,
      NOON - 1,
    );
    expect(pendings(raised)).toEqual(['triggered', 'severity-lowered', 'severity-raised']);
  });

  it('puts right who was told of an end that another run withdrew at that very moment', () => {
    const story = createStory();
    for (let flip = 0; flip < 4; flip += 1) {
      story.fails(NOON + flip * 10 * MINUTE);
      story.works(NOON + flip * 10 * MINUTE + 5 * MINUTE);
    }
    const end = story.incident().pending[0];
    if (!end) throw new Error('the end is put off');
    story.fails(NOON + 40 * MINUTE);
    const withdrawn = story.incident();
    expect(withdrawn.pending).toEqual([]);

    const corrected = markDelivered(withdrawn, end.id, 'receipt', NOON + 41 * MINUTE);
    expect(corrected.pending.map(({ transition }) => transition)).toEqual(['reopened']);
    expect(corrected.deliveries.at(-1)?.id).toBe(end.id);
    expect(markDelivered(corrected, end.id, 'receipt', NOON + 42 * MINUTE)).toBe(corrected);
  });
});
