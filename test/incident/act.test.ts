import { describe, expect, it } from 'vitest';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { decide } from '../../shared/incident/decide.ts';
import { duePending } from '../../shared/incident/deliveries.ts';
import { type Actor, type Incident, isPage } from '../../shared/incident/incident.ts';
import { settleMerge } from '../../shared/incident/merge.ts';
import { tick } from '../../shared/incident/tick.ts';
import {
  allDelivered,
  DAY,
  HOUR,
  MINUTE,
  NOON,
  OUTAGE,
  opened,
  policy,
  resolved,
  verdict,
} from './fixtures.ts';

const ANNA: Actor = { name: 'Anna', via: 'cli' };

const done = (incident: Incident, command: IncidentCommand, now = NOON + MINUTE, by = ANNA): Incident => {
  const outcome = act(incident, command, by, { policy, now });
  if (outcome.kind !== 'done') throw new Error(`expected done, got ${outcome.kind}`);
  return outcome.incident;
};
const owed = (incident: Incident) => incident.pending.map(({ transition }) => transition);
const seen = (incident: Incident, severity: 'P1' | 'P2' | 'P3', now: number): Incident =>
  decide(
    incident,
    incident,
    { kind: 'verdict', verdict: verdict({ severity }), detectedAt: NOON },
    policy,
    now,
  ) as Incident;

describe('acknowledging', () => {
  it('withdraws the page that was not sent yet, and tells everybody who has it', () => {
    const next = done(opened(), { kind: 'acknowledge' });
    expect(next).toMatchObject({ status: 'acknowledged', acknowledgement: { by: ANNA, severity: 'P1' } });
    expect(owed(next)).toEqual(['acknowledged']);
    expect(next.pending.some(isPage)).toBe(false);
    expect(next.timeline.at(-1)).toMatchObject({ kind: 'acknowledged', by: ANNA });
  });

  it('changes nothing when somebody has it already', () => {
    const acknowledged = done(opened(), { kind: 'acknowledge' });
    const again = act(
      acknowledged,
      { kind: 'acknowledge' },
      { name: 'Ben', via: 'link' },
      { policy, now: NOON + HOUR },
    );
    expect(again).toEqual({ kind: 'unchanged', incident: acknowledged });
  });

  it('stops the escalation', () => {
    const escalated = tick(allDelivered(opened(), NOON), policy, NOON + 15 * MINUTE);
    expect(owed(escalated)).toEqual(['escalated']);
    const acknowledged = done(escalated, { kind: 'acknowledge' }, NOON + 16 * MINUTE);
    expect(owed(acknowledged)).toEqual(['acknowledged']);
    expect(acknowledged.escalation).toBeUndefined();
    expect(tick(acknowledged, policy, NOON + 29 * MINUTE)).toBe(acknowledged);
  });

  it('grows stale after an hour for a P1, and then pages as if it had just begun', () => {
    const acknowledged = allDelivered(done(opened(), { kind: 'acknowledge' }, NOON), NOON);
    const reminded = tick(acknowledged, policy, NOON + HOUR - 1);
    expect(owed(reminded)).toEqual(['update-due']);
    expect(reminded.status).toBe('acknowledged');
    const stale = tick(allDelivered(reminded, NOON + HOUR), policy, NOON + HOUR);
    expect(stale).toMatchObject({ status: 'triggered', respondBy: NOON + HOUR + 15 * MINUTE });
    expect(stale.acknowledgement).toBeUndefined();
    expect(stale.pending.filter(isPage)).toHaveLength(1);
  });

  it('stays fresh with every word of a person', () => {
    const acknowledged = done(opened(), { kind: 'acknowledge' }, NOON);
    const noted = done(acknowledged, { kind: 'note', text: 'Called Clay' }, NOON + 50 * MINUTE);
    expect(noted.acknowledgement?.staleAt).toBe(NOON + 110 * MINUTE);
  });

  it('does not cover a severity that is more urgent than what was acknowledged', () => {
    const p2 = seen(opened(), 'P2', NOON + MINUTE);
    const acknowledged = done(p2, { kind: 'acknowledge' }, NOON + 2 * MINUTE);
    const lowered = seen(acknowledged, 'P3', NOON + 3 * MINUTE);
    expect(lowered.status).toBe('acknowledged');
    const backAgain = seen(lowered, 'P2', NOON + 4 * MINUTE);
    expect(backAgain.status).toBe('acknowledged');
    expect(backAgain.pending.some(isPage)).toBe(false);
    const worse = seen(backAgain, 'P1', NOON + 5 * MINUTE);
    expect(worse.status).toBe('triggered');
    expect(worse.acknowledgement).toBeUndefined();
    expect(worse.pending.at(-1)).toMatchObject({ transition: 'severity-raised', urgency: 'page' });
  });
});

describe('escalation', () => {
  it('goes from step to step, begins again, and ends', () => {
    let incident = allDelivered(opened(), NOON);
    const steps: [number, readonly string[]][] = [];
    for (let minute = 1; minute <= 300; minute += 1) {
      incident = tick(incident, policy, NOON + minute * MINUTE);
      for (const { transition, to } of incident.pending)
        if (transition === 'escalated') steps.push([minute, to ?? []]);
      incident = allDelivered(incident, NOON + minute * MINUTE);
    }
    expect(steps).toEqual(
      [15, 30, 45, 60, 75, 90, 105, 120].map((minute, index) => [
        minute,
        index % 2 === 0 ? ['on-call'] : ['everyone'],
      ]),
    );
    expect(incident.escalation).toEqual({ taken: 8, nextAt: null });
  });

  it('pages once after a long gap, not once for every step that was missed', () => {
    const late = tick(allDelivered(opened(), NOON), policy, NOON + 5 * HOUR);
    expect(owed(late)).toEqual(['escalated']);
  });

  it('leaves alone what is hidden by its cause', () => {
    const hidden = decide(
      allDelivered(opened(), NOON),
      opened(),
      { kind: 'hidden', verdict: { ...verdict(), hiddenBy: OUTAGE }, detectedAt: NOON },
      policy,
      NOON + MINUTE,
    ) as Incident;
    expect(tick(hidden, policy, NOON + DAY)).toBe(hidden);
  });
});

describe('resolving by hand', () => {
  it('is refused while the cause is still seen, unless it is forced', () => {
    const outcome = act(opened(), { kind: 'resolve', force: false }, ANNA, { policy, now: NOON });
    expect(outcome).toMatchObject({ kind: 'refused', why: 'still-failing' });
  });

  it('holds for half an hour against a cause that is still seen, and then it is opened again', () => {
    const closed = allDelivered(
      done(allDelivered(opened(), NOON), { kind: 'resolve', force: true, text: 'known' }, NOON + MINUTE),
      NOON + MINUTE,
    );
    expect(closed).toMatchObject({ status: 'resolved', closedBy: { actor: ANNA } });
    expect(seen(closed, 'P1', NOON + 30 * MINUTE)).toBe(closed);
    const again = seen(closed, 'P1', NOON + 31 * MINUTE);
    expect(again).toMatchObject({ status: 'triggered', reopenings: 1 });
    expect(again.closedBy).toBeUndefined();
  });

  it('is a relapse when it comes back after it was seen working', () => {
    const closed = done(allDelivered(opened(), NOON), { kind: 'resolve', force: true }, NOON + MINUTE);
    const proven = resolved(closed, NOON + 2 * MINUTE);
    expect(proven.closedBy).toBeUndefined();
    expect(seen(proven, 'P1', NOON + 3 * MINUTE).status).toBe('triggered');
  });

  it('announces the recovery to whoever was told', () => {
    const closed = done(allDelivered(opened(), NOON), { kind: 'resolve', force: true }, NOON + MINUTE);
    expect(owed(closed)).toEqual(['resolved']);
  });
});

describe('the rest of what people do', () => {
  it('sets a severity that holds until the diagnosis says something new', () => {
    const set = done(allDelivered(opened(), NOON), { kind: 'set-severity', severity: 'P3' });
    expect(set.severity).toBe('P3');
    expect(seen(set, 'P1', NOON + 2 * MINUTE)).toBe(set);
    const changed = seen(set, 'P2', NOON + 3 * MINUTE);
    expect(changed.severity).toBe('P2');
    expect(changed.severitySet).toBeUndefined();
  });

  it('makes one part of another, silent until that one is over', () => {
    const outage = opened(OUTAGE);
    const merged = done(opened(), { kind: 'merge', into: outage });
    expect(duePending(merged, NOON + HOUR)).toEqual([]);
    expect(tick(merged, policy, NOON + HOUR)).toBe(merged);
    expect(settleMerge(merged, outage, NOON + HOUR)).toBe(merged);
    const apart = settleMerge(merged, resolved(outage, NOON + HOUR), NOON + HOUR);
    expect(apart.mergedInto).toBeUndefined();
    expect(duePending(apart, NOON + HOUR)).toHaveLength(1);
  });

  it('mitigates, which takes it as acknowledged and stops its pages', () => {
    const mitigated = done(opened(), { kind: 'mitigate', text: 'sending to the fallback' });
    expect(mitigated).toMatchObject({ status: 'mitigated', acknowledgement: { by: ANNA } });
    expect(owed(mitigated)).toEqual(['mitigated']);
  });

  it('gives it back, so that it pages again', () => {
    const back = done(done(opened(), { kind: 'acknowledge' }), { kind: 'unacknowledge' }, NOON + HOUR);
    expect(back).toMatchObject({ status: 'triggered', respondBy: NOON + HOUR + 15 * MINUTE });
    expect(back.pending.some(isPage)).toBe(true);
  });

  it('answers a promised update, and promises the next one', () => {
    const reminded = tick(
      allDelivered(done(opened(), { kind: 'acknowledge' }, NOON), NOON),
      policy,
      NOON + 30 * MINUTE,
    );
    expect(owed(reminded)).toEqual(['update-due']);
    const updated = done(
      reminded,
      { kind: 'update', text: 'Clay confirms an outage.', audience: 'stakeholders' },
      NOON + 31 * MINUTE,
    );
    expect(updated.pending).toMatchObject([
      {
        transition: 'updated',
        urgency: 'notice',
        audience: 'stakeholders',
        text: 'Clay confirms an outage.',
      },
    ]);
    expect(updated.nextUpdateAt).toBe(NOON + 61 * MINUTE);
  });

  it('reviews what is resolved, and after that a new problem is a new incident', () => {
    const over = allDelivered(resolved(allDelivered(opened(), NOON), NOON + MINUTE), NOON + MINUTE);
    expect(act(opened(), { kind: 'review' }, ANNA, { policy, now: NOON })).toMatchObject({
      why: 'not-resolved',
    });
    const reviewed = done(over, { kind: 'review' }, NOON + 2 * MINUTE);
    const next = seen(reviewed, 'P1', NOON + 3 * MINUTE);
    expect(next.id).not.toBe(reviewed.id);
    expect(next.version).toBe(1);
  });

  it('refuses what says nothing, and what is over, but takes a note for ever', () => {
    const over = resolved(opened(), NOON + MINUTE);
    const at = { policy, now: NOON + DAY };
    expect(act(opened(), { kind: 'note', text: ' \n ' }, ANNA, at)).toMatchObject({ why: 'empty' });
    expect(act(over, { kind: 'acknowledge' }, ANNA, at)).toMatchObject({ why: 'not-open' });
    expect(act(over, { kind: 'resolve', force: false }, ANNA, at).kind).toBe('unchanged');
    expect(act(over, { kind: 'note', text: 'refund asked for' }, ANNA, at).kind).toBe('done');
    expect(act(opened(), { kind: 'merge', into: opened() }, ANNA, at)).toMatchObject({ why: 'into-itself' });
  });
});
