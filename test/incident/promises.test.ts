import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { decide, type IncidentFact } from '../../shared/incident/decide.ts';
import { duePending, markDelivered } from '../../shared/incident/deliveries.ts';
import { type Actor, type Incident, isPage } from '../../shared/incident/incident.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { recordDiagnosis } from '../../shared/incident/record.ts';
import { tick } from '../../shared/incident/tick.ts';
import type { Severity } from '../../shared/severity.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';
import {
  allDelivered,
  DAY,
  HOUR,
  MINUTE,
  NOON,
  opened,
  policy,
  recovered,
  resolved,
  verdict,
  WEBHOOK,
} from './fixtures.ts';

const ANNA: Actor = { name: 'Anna', via: 'cli' };
const BEN: Actor = { name: 'Ben', via: 'slack' };

const does = (incident: Incident, command: IncidentCommand, now: number, by = ANNA): Incident => {
  const outcome = act(incident, command, by, { policy, now });
  if (outcome.kind !== 'done') throw new Error(`expected done, got ${JSON.stringify(outcome)}`);
  return outcome.incident;
};
const told = (severity: Severity = 'P1'): IncidentFact => ({
  kind: 'verdict',
  verdict: verdict({ severity }),
  detectedAt: NOON,
});
const seen = (incident: Incident | null, severity: Severity, now: number, by = policy): Incident =>
  decide(incident, WEBHOOK, told(severity), by, now) as Incident;
const owed = ({ pending }: Incident) => pending.map(({ transition }) => transition);
const page = (incident: Incident) => incident.pending.filter(isPage).map(({ transition }) => transition);
const idOf = (incident: Incident) => incident.pending.at(-1)?.id ?? '';

/** Flapped until its ends are not told any more; people believe it open. */
const flapping = (upTo = NOON): Incident => {
  let incident = allDelivered(opened(WEBHOOK, upTo - 20 * MINUTE), upTo - 20 * MINUTE);
  for (let relapse = 0; relapse < 3; relapse += 1) {
    const now = upTo - (19 - relapse * 5) * MINUTE;
    incident = allDelivered(resolved(incident, now), now);
    incident = allDelivered(seen(incident, 'P1', now + MINUTE), now + MINUTE);
  }
  return incident;
};

describe('the deadline to acknowledge', () => {
  it('counts from when the page reached people, where that took long', () => {
    const late = NOON + 2 * HOUR;
    const paged = markDelivered(opened(), idOf(opened()), 'receipt', late);
    expect(page(tick(paged, policy, late + 14 * MINUTE))).toEqual([]);
    expect(page(tick(paged, policy, late + 15 * MINUTE))).toEqual(['escalated']);
  });

  it('adds no page to one that has not reached anybody yet', () => {
    expect(page(tick(opened(), policy, NOON + HOUR))).toEqual(['triggered']);
  });

  it('begins anew with the page for a severity that outgrew what was acknowledged', () => {
    const p2 = allDelivered(
      does(seen(null, 'P2', NOON), { kind: 'acknowledge' }, NOON + MINUTE),
      NOON + MINUTE,
    );
    const raised = allDelivered(seen(p2, 'P1', NOON + 3 * HOUR), NOON + 3 * HOUR);
    expect(raised).toMatchObject({ status: 'triggered', respondBy: NOON + 3 * HOUR + 15 * MINUTE });
    const soon = tick({ ...raised, nextUpdateAt: NOON + DAY }, policy, NOON + 3 * HOUR + MINUTE);
    expect(page(soon)).toEqual([]);
  });

  it('begins anew when it is raised after every step was taken', () => {
    let incident = allDelivered(seen(null, 'P3', NOON), NOON);
    for (let minute = 0; minute < 8 * 60; minute += 1) {
      const now = NOON + minute * MINUTE;
      incident = allDelivered(tick(incident, policy, now), now);
    }
    expect(incident.escalation).toEqual({ taken: 8, nextAt: null });
    const now = NOON + 8 * HOUR;
    const raised = allDelivered(seen(incident, 'P1', now), now);
    expect(raised).toMatchObject({ respondBy: now + 15 * MINUTE });
    expect(raised.escalation).toBeUndefined();
    expect(page(tick(raised, policy, now + 15 * MINUTE))).toEqual(['escalated']);
  });

  it('gets no longer by being lowered', () => {
    const lowered = allDelivered(seen(allDelivered(opened(), NOON), 'P4', NOON + MINUTE), NOON + MINUTE);
    expect(page(tick(lowered, policy, NOON + 15 * MINUTE))).toEqual(['escalated']);
  });

  it('of a P4 that begins on a Friday evening is Monday evening, and nobody is reminded at the weekend', () => {
    const friday = Date.UTC(2026, 10, 6, 18);
    let incident = allDelivered(seen(null, 'P4', friday), friday);
    const heard: [string, number][] = [];
    for (let now = friday; now < friday + 4 * DAY; now += MINUTE) {
      incident = tick(incident, policy, now);
      for (const { transition } of incident.pending) heard.push([transition, now]);
      incident = allDelivered(incident, now);
    }
    expect(heard.slice(0, 2)).toEqual([
      ['escalated', Date.UTC(2026, 10, 9, 17)],
      ['escalated', Date.UTC(2026, 10, 9, 17, 15)],
    ]);
    expect(heard.find(([transition]) => transition === 'update-due')?.[1]).toBe(Date.UTC(2026, 10, 9, 18, 1));
  });

  it('of a P4 acknowledged on a Friday is not stale before the next business day', () => {
    const friday = Date.UTC(2026, 10, 6, 18);
    const calendar = { timeZone: 'Europe/Berlin', holidays: ['2026-11-09'] };
    const berlin = incidentPolicy(
      parseConfig({ incidents: { calendar, acknowledgement: { P4Minutes: 1_440 } } }, 'test'),
    );
    const outcome = act(seen(null, 'P4', friday, berlin), { kind: 'acknowledge' }, ANNA, {
      policy: berlin,
      now: friday,
    });
    const { acknowledgement } = outcome.kind === 'done' ? outcome.incident : opened();
    // The same time of day by the wall clock, on Tuesday.
    expect(acknowledgement?.staleAt).toBe(Date.UTC(2026, 10, 10, 18));
  });

  it('is minutes, not wall clock, through a night in which the clocks change', () => {
    const berlin = incidentPolicy(
      parseConfig({ incidents: { calendar: { timeZone: 'Europe/Berlin' } } }, 'test'),
    );
    // At 01:00 UTC clocks go back from 3 to 2.
    const before = Date.UTC(2026, 9, 25, 0, 50);
    const incident = allDelivered(seen(null, 'P1', before, berlin), before);
    expect(page(tick(incident, berlin, before + 14 * MINUTE))).toEqual([]);
    expect(page(tick(incident, berlin, before + 15 * MINUTE))).toEqual(['escalated']);
    // A P4 of the Saturday before is due on Monday at 17:00 winter time.
    const saturday = seen(null, 'P4', Date.UTC(2026, 9, 24, 12), berlin);
    expect(saturday.respondBy).toBe(Date.UTC(2026, 9, 26, 16));
  });
});

describe('a clock that was ahead when a deadline was set', () => {
  const YEAR = 365 * DAY;
  const ahead = allDelivered(opened(WEBHOOK, NOON + YEAR), NOON + YEAR);

  it('does not put the escalation off for a year', () => {
    const back = tick(ahead, policy, NOON);
    expect(back.respondBy).toBe(NOON + 15 * MINUTE);
    expect(back.version).toBe(ahead.version + 1);
    expect(page(tick(back, policy, NOON + 15 * MINUTE))).toEqual(['escalated']);
  });

  it('nor the next step, the staleness, or the next update', () => {
    const escalated = allDelivered(tick(ahead, policy, NOON + YEAR + 15 * MINUTE), NOON + YEAR);
    expect(tick(escalated, policy, NOON).escalation?.nextAt).toBe(NOON + 15 * MINUTE);
    const taken = allDelivered(does(ahead, { kind: 'acknowledge' }, NOON + YEAR), NOON + YEAR);
    const back = tick(taken, policy, NOON);
    expect(back.acknowledgement?.staleAt).toBe(NOON + HOUR);
    expect(back.nextUpdateAt).toBe(NOON + 30 * MINUTE);
  });

  it('does not keep what somebody closed closed for a year', () => {
    const closed = allDelivered(does(ahead, { kind: 'resolve', force: true }, NOON + YEAR), NOON + YEAR);
    expect(seen(closed, 'P1', NOON).status).toBe('triggered');
  });

  it('does not give two incidents one id', () => {
    const gone = allDelivered(resolved(ahead, NOON), NOON);
    const reviewed = does(gone, { kind: 'review' }, NOON);
    const next = seen(reviewed, 'P1', NOON);
    expect(next.id).not.toBe(reviewed.id);
    expect(next.openedAt).toBeGreaterThan(reviewed.openedAt);
  });
});

describe('flapping that nobody hears of', () => {
  it('leaves it with whoever has it, and pages nobody', () => {
    const taken = allDelivered(does(flapping(), { kind: 'acknowledge' }, NOON), NOON);
    const back = seen(resolved(taken, NOON + 2 * MINUTE), 'P1', NOON + 3 * MINUTE);
    expect(back).toMatchObject({ status: 'acknowledged', acknowledgement: { by: ANNA }, reopenings: 4 });
    expect(back.pending).toEqual([]);
  });

  it('keeps what somebody set of its severity', () => {
    const set = allDelivered(does(flapping(), { kind: 'set-severity', severity: 'P3' }, NOON), NOON);
    const back = seen(resolved(set, NOON + 2 * MINUTE), 'P1', NOON + 3 * MINUTE);
    expect(back).toMatchObject({ severity: 'P3', status: 'triggered' });
  });

  it('puts off neither the escalation nor the promised update', () => {
    let incident = flapping();
    const heard: string[] = [];
    for (let minute = 1; minute <= 60; minute += 1) {
      const now = NOON + minute * MINUTE;
      incident = minute % 10 === 0 ? resolved(incident, now) : seen(incident, 'P1', now);
      incident = tick(incident, policy, now);
      for (const { id, transition } of duePending(incident, now)) {
        heard.push(transition);
        incident = markDelivered(incident, id, 'receipt', now);
      }
    }
    expect(heard.filter((transition) => transition === 'escalated').length).toBeGreaterThanOrEqual(3);
    expect(heard).toContain('update-due');
    expect(heard).not.toContain('reopened');
  });

  it('holds up no page behind an improvement that was put off', () => {
    const lowered = seen(flapping(), 'P2', NOON);
    expect(lowered.pending).toMatchObject([{ transition: 'severity-lowered', dueAt: NOON + HOUR }]);
    const escalated = tick(lowered, policy, NOON + 20 * MINUTE);
    expect(duePending(escalated, NOON + 20 * MINUTE)).toMatchObject([
      { transition: 'escalated', severity: 'P2' },
    ]);
  });

  it('does not put off what a person says', () => {
    const closed = does(flapping(), { kind: 'resolve', force: true }, NOON);
    expect(duePending(closed, NOON).map(({ transition }) => transition)).toEqual(['resolved']);
  });
});

describe('a page that was on its way while it was withdrawn', () => {
  const first = opened();

  it('is recorded, before what was said later, and wakes nobody again', () => {
    const taken = allDelivered(does(first, { kind: 'acknowledge' }, NOON + 1), NOON + 2);
    const landed = markDelivered(taken, idOf(first), 'late', NOON + 3);
    expect(landed.deliveries.map(({ transition }) => transition)).toEqual(['triggered', 'acknowledged']);
    expect(landed.pending).toEqual([]);
    expect(markDelivered(landed, idOf(first), 'later', NOON + 4)).toBe(landed);
  });

  it('is followed by the recovery when somebody closed the incident', () => {
    const closed = does(first, { kind: 'resolve', force: true }, NOON + 1);
    expect(owed(closed)).toEqual(['resolved']);
    const silenced = { ...closed, pending: [] };
    const landed = markDelivered(silenced, idOf(first), 'late', NOON + 3);
    expect(owed(landed)).toEqual(['resolved']);
  });

  it('sets people right without a page when somebody has it', () => {
    const taken = allDelivered(does(flapping(), { kind: 'acknowledge' }, NOON), NOON);
    const gone = resolved(taken, NOON + MINUTE);
    const putOff = idOf(gone);
    const back = seen(gone, 'P1', NOON + 2 * MINUTE);
    const landed = markDelivered(back, putOff, 'late', NOON + 2 * MINUTE);
    expect(landed.status).toBe('acknowledged');
    expect(landed.pending).toMatchObject([{ transition: 'reopened', urgency: 'notice' }]);
  });
});

describe('a severity that a person sets', () => {
  const taken = allDelivered(does(seen(null, 'P2', NOON), { kind: 'acknowledge' }, NOON), NOON);

  it('pages when somebody else raises it above what was acknowledged', () => {
    const raised = does(taken, { kind: 'set-severity', severity: 'P1' }, NOON + MINUTE, BEN);
    expect(raised.status).toBe('triggered');
    expect(page(raised)).toEqual(['severity-raised']);
  });

  it('stays with whoever has it and raises it', () => {
    const raised = does(taken, { kind: 'set-severity', severity: 'P1' }, NOON + MINUTE, ANNA);
    expect(raised).toMatchObject({ status: 'acknowledged', acknowledgement: { severity: 'P1' } });
    expect(page(raised)).toEqual([]);
    expect(owed(raised)).toEqual(['severity-raised']);
  });
});

describe('what somebody closed', () => {
  const closed = allDelivered(
    does(allDelivered(opened(), NOON), { kind: 'resolve', force: true }, NOON + MINUTE),
    NOON + MINUTE,
  );

  it('is looked at until it is seen working: after that its return is told at once', async () => {
    const store = createMemoryIncidentStore();
    let incident = opened();
    await store.write(incident, null);
    for (const next of [
      allDelivered(incident, NOON),
      does(allDelivered(incident, NOON), { kind: 'resolve', force: true }, NOON + MINUTE),
    ]) {
      await store.write(next, incident);
      incident = next;
    }
    const gone = allDelivered(incident, NOON + MINUTE);
    await store.write(gone, incident);
    const record = (now: number, over: object) =>
      recordDiagnosis(
        {
          ...{
            conclusion: 'problem',
            primary: null,
            verdicts: [],
            hidden: [],
            cleared: [],
            path: [],
            questions: [],
          },
          ...over,
        },
        { detectedAt: () => now },
        { store, policy, clock: { now: () => now, sleep: async () => {} } },
      );
    await record(NOON + 2 * MINUTE, { cleared: [{ ...WEBHOOK, evidence: [recovered] }] });
    await record(NOON + 3 * MINUTE, { verdicts: [verdict()] });
    expect(await store.current(WEBHOOK.cause, WEBHOOK.subject)).toMatchObject({ status: 'triggered' });
  });

  it('is no concern of anybody once the time is over', () => {
    expect(tick(closed, policy, NOON + 30 * MINUTE)).toBe(closed);
    const over = tick(closed, policy, NOON + 31 * MINUTE);
    expect(over.closedBy).toEqual({ actor: ANNA, until: null });
    expect(tick(over, policy, NOON + DAY)).toBe(over);
  });

  it('can still be spoken of', () => {
    const said = does(closed, { kind: 'update', text: 'All is well.', audience: 'public' }, NOON + HOUR);
    expect(owed(said)).toEqual(['updated']);
    expect(owed(seen(allDelivered(said, NOON + HOUR), 'P1', NOON + HOUR))).toEqual(['reopened']);
  });
});

describe('a promised update', () => {
  it('is asked for once while the reminder is on its way, and when nobody was paged not at all', () => {
    const reminded = tick(
      allDelivered(does(opened(), { kind: 'acknowledge' }, NOON), NOON),
      policy,
      NOON + HOUR / 2,
    );
    expect(owed(reminded)).toEqual(['update-due']);
    const later = tick(
      { ...reminded, acknowledgement: undefined } as unknown as Incident,
      policy,
      NOON + HOUR,
    );
    expect(owed(later)).toEqual(['update-due']);
    expect(later.nextUpdateAt).toBe(NOON + HOUR + 30 * MINUTE);
    const unheard = tick(opened(), policy, NOON + HOUR);
    expect(owed(unheard)).toEqual(['triggered']);
    expect(unheard.nextUpdateAt).toBe(NOON + HOUR + 30 * MINUTE);
  });
});
