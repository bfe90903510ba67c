import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { believed } from '../../shared/incident/belief.ts';
import { changeOf, decide, type IncidentFact } from '../../shared/incident/decide.ts';
import { duePending, markDelivered, markFailed } from '../../shared/incident/deliveries.ts';
import { type Incident, isOpen, type PendingNotification } from '../../shared/incident/incident.ts';
import { assertSuccessor } from '../../shared/incident/store.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import {
  DAY,
  evidence,
  HOUR,
  MINUTE,
  NOON,
  OUTAGE,
  policy,
  recovered,
  verdict,
  WEBHOOK,
} from './fixtures.ts';

const TURNS = ['triggered', 'reopened', 'severity-raised', 'severity-lowered', 'resolved'];
const FLIPS = ['triggered', 'reopened', 'resolved'];
const IMPROVEMENTS = ['severity-lowered', 'resolved'];

type Step =
  | { readonly do: 'fact'; readonly fact: IncidentFact }
  | { readonly do: 'send'; readonly works: boolean }
  | { readonly do: 'wait'; readonly ms: number };

const anyEvidence = fc.record({
  finding: fc.constantFrom('server-error', 'timed-out', 'connection-reset'),
  latency_ms: fc.integer({ min: 1, max: 5_000 }),
});
const anyVerdict = fc
  .record({
    severity: fc.constantFrom(...SEVERITIES),
    seen: fc.array(anyEvidence, { maxLength: 3 }),
    tentative: fc.boolean(),
  })
  .map(({ severity, seen, tentative }) =>
    verdict({
      severity,
      tentative,
      evidence: seen.map(({ finding, latency_ms }) => evidence({ finding, facts: { latency_ms } })),
    }),
  );
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: anyVerdict.map(
      (v): Step => ({ do: 'fact', fact: { kind: 'verdict', verdict: v, detectedAt: NOON } }),
    ),
  },
  {
    weight: 2,
    arbitrary: anyVerdict.map(
      (v): Step => ({
        do: 'fact',
        fact: { kind: 'hidden', verdict: { ...v, hiddenBy: OUTAGE }, detectedAt: NOON },
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constant<Step>({ do: 'fact', fact: { kind: 'cleared', evidence: [recovered] } }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'fact', fact: { kind: 'upstream-over' } }) },
  { weight: 3, arbitrary: fc.boolean().map((works): Step => ({ do: 'send', works })) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(0, 1, MINUTE, 10 * MINUTE, HOUR, 61 * MINUTE, 10 * DAY, -1, -MINUTE, -DAY)
      .map((ms): Step => ({ do: 'wait', ms })),
  },
);

/** What the stored incidents and the world of people look like, and every rule about them, checked at each step. */
const createWorld = () => {
  let now = NOON;
  let current: Incident | null = null;
  const archived: Incident[] = [];
  const sent: string[] = [];
  const everOwed = new Set<string>();
  const withdrawn = new Set<string>();

  const checkTimes = (before: Incident | null, after: Incident) => {
    expect(after.openedAt).toBeLessThanOrEqual(after.updatedAt);
    expect(after.detectedAt).toBeLessThanOrEqual(after.openedAt);
    if (after.resolvedAt !== undefined) {
      expect(after.resolvedAt).toBeGreaterThanOrEqual(after.openedAt);
      expect(after.resolvedAt).toBeLessThanOrEqual(after.updatedAt);
    }
    expect(isOpen(after)).toBe(after.resolvedAt === undefined);
    const times = after.timeline.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    if (before) expect(after.updatedAt).toBeGreaterThanOrEqual(before.updatedAt);
  };

  const checkMessages = (before: Incident | null, after: Incident, at: number) => {
    const known = new Set([...after.pending, ...after.deliveries].map(({ id }) => id));
    expect(known.size).toBe(after.pending.length + after.deliveries.length);
    for (const pending of before?.id === after.id ? before.pending : []) {
      if (known.has(pending.id)) continue;
      // Nothing owed may vanish, but an improvement that was put off, is undone, and was never tried.
      expect(IMPROVEMENTS).toContain(pending.transition);
      expect(pending).toMatchObject({ attempts: 0 });
      expect(pending.dueAt).toBeGreaterThan(at);
      withdrawn.add(pending.id);
    }
    for (const { id } of after.pending) everOwed.add(id);
    // What people believe, once told everything, is so. This is what "no page is lost" means.
    expect(believed(after)).toEqual({
      open: isOpen(after),
      severity: isOpen(after) ? after.severity : expect.anything(),
    });
  };

  const checkOwed = (before: Incident | null, after: Incident, fresh: readonly PendingNotification[]) => {
    const change = changeOf(before, after);
    expect(fresh.length).toBeLessThanOrEqual(1);
    const isQuiet = (after.flap?.relapses ?? 0) >= 3;
    if (!TURNS.includes(change)) expect(fresh).toEqual([]);
    else if (!isQuiet) expect(fresh.map(({ transition }) => transition)).toEqual([change]);
    for (const pending of fresh)
      expect(pending).toMatchObject({
        id: `${after.id}:${after.version}:${pending.transition}`,
        severity: after.severity,
        attempts: 0,
      });
  };

  const checkFact = (before: Incident | null, after: Incident, fact: IncidentFact) => {
    const known = new Set((before?.id === after.id ? before.pending : []).map(({ id }) => id));
    const fresh = after.pending.filter(({ id }) => !known.has(id));
    checkOwed(before, after, fresh);
    if (before && isOpen(before) && !isOpen(after)) expect(fact.kind).toBe('cleared');
    if (fact.kind === 'hidden' || fact.kind === 'upstream-over') {
      expect(after.pending).toEqual(before?.pending);
      expect(after.status).toBe(before?.status);
      expect(after.severity).toBe(before?.severity);
    }
    if (before === null || before.id !== after.id) {
      expect(fact).toMatchObject({ kind: 'verdict', verdict: { tentative: false } });
      expect(before === null || (!isOpen(before) && before.pending.length === 0)).toBe(true);
    }
    const flips = after.timeline.map(({ kind }) => kind).filter((kind) => FLIPS.includes(kind));
    if (after.timeline.length < 100) {
      const expected = flips.map((_, index) =>
        index % 2 ? 'resolved' : index === 0 ? 'triggered' : 'reopened',
      );
      expect(flips).toEqual(expected);
    }
  };

  const apply = (fact: IncidentFact) => {
    const before = current;
    const after = decide(before, WEBHOOK, fact, policy, now);
    expect(decide(after, WEBHOOK, fact, policy, now)).toBe(after);
    if (after === before) return;
    if (after === null) throw new Error('an incident vanished');
    assertSuccessor(after, before);
    checkTimes(before?.id === after.id ? before : null, after);
    checkMessages(before, after, now);
    checkFact(before, after, fact);
    if (before && before.id !== after.id) archived.push(before);
    current = after;
  };

  const send = (works: boolean) => {
    for (const pending of current ? duePending(current, now) : []) {
      if (!current) return;
      expect(isOpen(current) && current.hiddenBy).toBeFalsy();
      expect(current.pending[0]).toEqual(pending);
      const before: Incident = current;
      current = works
        ? markDelivered(before, pending.id, 'receipt', now)
        : markFailed(before, pending.id, new Error('down'), now);
      assertSuccessor(current, before);
      checkTimes(before, current);
      checkMessages(before, current, now);
      if (!works) return;
      sent.push(pending.id);
    }
  };

  return {
    run: (step: Step) => {
      if (step.do === 'fact') apply(step.fact);
      else if (step.do === 'send') send(step.works);
      else now = Math.max(0, now + step.ms);
    },
    /** Everything works again, for long. */
    end: () => {
      now = Math.max(now, current?.updatedAt ?? 0);
      apply({ kind: 'upstream-over' });
      apply({ kind: 'cleared', evidence: [recovered] });
      now += 2 * DAY;
      send(true);
      expect(current?.pending ?? []).toEqual([]);
      expect(new Set(sent).size).toBe(sent.length);
      expect(sent.toSorted()).toEqual([...everOwed].filter((id) => !withdrawn.has(id)).sort());
      if (current) {
        expect(sent.at(-1)).toMatch(/:resolved$/);
        expect(current.status).toBe('resolved');
      }
      const ids = [...archived, ...(current ? [current] : [])].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  };
};

describe('any history of facts, deliveries and clocks', () => {
  it('keeps every rule of the life of an incident', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const world = createWorld();
        for (const step of steps) world.run(step);
        world.end();
      }),
      { numRuns: 400 },
    );
  });

  it('sends at most seven messages in a streak of flapping, and one at its end', () => {
    const gap = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, gap), { minLength: 10, maxLength: 60 }), (flips) => {
        let now = NOON;
        let incident: Incident | null = null;
        const sent: string[] = [];
        const deliver = () => {
          for (const { id, transition } of incident ? duePending(incident, now) : []) {
            sent.push(transition);
            incident = markDelivered(incident as Incident, id, 'receipt', now);
          }
        };
        for (const [open, closed] of flips) {
          incident = decide(
            incident,
            WEBHOOK,
            { kind: 'verdict', verdict: verdict(), detectedAt: now },
            policy,
            now,
          );
          deliver();
          now += (open * MINUTE) / 2;
          incident = decide(incident, WEBHOOK, { kind: 'cleared', evidence: [recovered] }, policy, now);
          deliver();
          now += (closed * MINUTE) / 2;
        }
        expect(sent).toHaveLength(7);
        now += HOUR;
        deliver();
        expect(sent.slice(7)).toEqual(['resolved']);
      }),
    );
  });
});
