import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { diagnose } from '../../shared/diagnose/diagnose.ts';
import { DECISION_TREE } from '../../shared/diagnose/tree.ts';
import { noteAction } from '../../shared/incident/actions.ts';
import { LIMITS } from '../../shared/incident/bounds.ts';
import { decide } from '../../shared/incident/decide.ts';
import { type Actor, type Incident, isOpen } from '../../shared/incident/incident.ts';
import { actOnIncident, type Request } from '../../shared/respond/act-on-incident.ts';
import { showResponse } from '../../shared/respond/incident-shape.ts';
import { runbookOf } from '../../shared/respond/runbook-view.ts';
import { showIncident } from '../../shared/respond/show-incident.ts';
import { stepKey } from '../../shared/respond/step-key.ts';
import { RUNBOOK, VARIANTS } from '../../shared/runbook/index.ts';
import {
  allDelivered,
  HOUR,
  MINUTE,
  NOON,
  OUTAGE,
  opened,
  policy,
  resolved,
  verdict,
} from '../incident/fixtures.ts';
import { createMemoryProofLedger } from '../support/memory-proof.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';
import { HEALTHY, signalsOf } from '../support/signals.ts';

const ADA: Actor = { name: 'Ada', via: 'console' };
const BEN: Actor = { name: 'Ben', via: 'cli' };

const stored = async (incident: Incident) => {
  const store = createMemoryIncidentStore();
  await store.write({ ...incident, version: 1 }, null);
  let now = NOON + MINUTE;
  const deps = { store, policy, clock: { now: () => now++ } };
  return {
    store,
    act: (request: Request, by = ADA, key?: string) => actOnIncident(deps, incident.id, request, by, key),
    now: async () => (await store.byId(incident.id)) as Incident,
  };
};

const tick = (step: number, done = true): Request => ({ kind: 'step', step, done });

describe('ticks of the steps of a runbook', () => {
  it('stay with whoever was first, are on the timeline, and can be taken back', async () => {
    const { act, now } = await stored(opened(OUTAGE));
    expect(await act(tick(2))).toMatchObject({ kind: 'done' });
    expect(await act(tick(2), BEN)).toMatchObject({ kind: 'unchanged' });
    const { steps } = runbookOf(await now());
    expect(steps.map(({ done }) => done?.by ?? null).slice(0, 3)).toEqual([null, ADA, null]);
    expect((await now()).timeline.at(-1)).toMatchObject({ kind: 'step-done', by: ADA });
    expect((await now()).timeline.at(-1)?.text).toMatch(/^Step done by Ada: 2\. /);
    expect(await act(tick(2, false), BEN)).toMatchObject({ kind: 'done' });
    expect(await act(tick(2, false), BEN)).toMatchObject({ kind: 'unchanged' });
    expect(runbookOf(await now()).steps.every(({ done }) => done === null)).toBe(true);
    expect((await now()).timeline.at(-1)).toMatchObject({ kind: 'step-undone', by: BEN });
  });

  it('are of a step that there is, and of an incident that is not reviewed', async () => {
    const { act } = await stored(opened(OUTAGE));
    for (const step of [0, -1, 99, 1.5, Number.NaN])
      expect(await act(tick(step))).toMatchObject({ kind: 'refused', why: 'no-such-step' });
    const over = await stored(resolved(opened(OUTAGE), NOON));
    expect(await over.act(tick(1))).toMatchObject({ kind: 'done' });
    await over.act({ kind: 'review' });
    expect(await over.act(tick(2))).toMatchObject({ kind: 'refused', why: 'not-open' });
  });

  it('tell nobody, and keep an acknowledgement fresh', async () => {
    const { act, now } = await stored(allDelivered(opened(OUTAGE), NOON));
    await act({ kind: 'acknowledge' });
    const before = await now();
    await act(tick(1));
    expect((await now()).pending).toEqual(before.pending);
    expect((await now()).acknowledgement?.staleAt).toBeGreaterThan(before.acknowledgement?.staleAt ?? 0);
  });

  it('are gone when it is opened again after people heard of its end', async () => {
    const { act, now } = await stored(allDelivered(opened(OUTAGE), NOON));
    await act(tick(1));
    const told = allDelivered(resolved(await now(), NOON + HOUR), NOON + HOUR);
    const fact = { kind: 'verdict', verdict: verdict(OUTAGE), detectedAt: NOON + HOUR } as const;
    const again = decide(told, OUTAGE, fact, policy, NOON + HOUR + MINUTE);
    expect(again && isOpen(again) && again.id === told.id).toBe(true);
    expect(again?.steps).toBeUndefined();
  });

  it('whatever is ticked and taken back, in whatever order and however often it is repeated, are the last word', async () => {
    const { length } = RUNBOOK['clay.outage'].steps;
    const word = fc.record({
      step: fc.integer({ min: 1, max: length }),
      done: fc.boolean(),
      by: fc.constantFrom(ADA, BEN),
      repeated: fc.nat(2),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 60 }), async (words) => {
        const { act, now } = await stored(opened(OUTAGE));
        const model = new Map<number, Actor>();
        for (const [index, { step, done, by, repeated }] of words.entries()) {
          for (let time = 0; time <= repeated; time += 1) await act(tick(step, done), by, `key-${index}`);
          if (!done) model.delete(step);
          else if (!model.has(step)) model.set(step, by);
        }
        const shown = runbookOf(await now()).steps;
        expect(shown.map(({ done }) => done?.by ?? null)).toEqual(
          shown.map(({ step }) => model.get(step) ?? null),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('of two who tick at once are both kept, and one of the same', async () => {
    const { act, now } = await stored(opened(OUTAGE));
    const results = await Promise.all([act(tick(1)), act(tick(2), BEN), act(tick(1), BEN)]);
    expect(results.map(({ kind }) => kind).toSorted()).toEqual(['done', 'done', 'unchanged']);
    expect((await now()).steps).toHaveLength(2);
  });

  it('name every step of every entry apart, and fit', () => {
    for (const cause of CAUSE_IDS) {
      const forms = [RUNBOOK[cause], ...(VARIANTS[cause] ?? []).map(({ entry }) => entry)];
      for (const { steps = [] } of forms) {
        expect(new Set(steps.map(stepKey)).size).toBe(steps.length);
        expect(steps.length).toBeLessThanOrEqual(LIMITS.steps);
      }
    }
  });
});

describe('what Claywatch does by itself', () => {
  it('is ticked once it did it, and not before', () => {
    const automatic = (incident: Incident) =>
      runbookOf(incident)
        .automatic.filter(({ done_at }) => done_at !== null)
        .map(({ action }) => action.slice(0, 20));
    const fresh = opened(OUTAGE);
    expect(automatic(fresh).some((action) => action.startsWith('Looks again'))).toBe(true);
    expect(automatic(fresh).some((action) => action.includes('Where rows go'))).toBe(false);
    const hold = { ref: 'hold:leads:1', kind: 'hold', feed: 'leads', since: NOON, text: 'Held.' } as const;
    expect(automatic(noteAction(fresh, { ...hold, mode: 'propose' }, NOON))).toEqual(automatic(fresh));
    const held = noteAction(fresh, { ...hold, mode: 'act' }, NOON);
    expect(automatic(held).length).toBe(automatic(fresh).length + 1);
    expect(automatic(resolved(held, NOON + HOUR)).length).toBe(automatic(held).length + 1);
  });
});

describe('the way through the decision tree', () => {
  it('is every question up to the one that names the cause', () => {
    const { verdicts } = diagnose(
      signalsOf({
        ...HEALTHY,
        'clay-key': 'unauthorized',
        'clay-balance': 'unauthorized',
        provider: 'server-error',
      }),
    );
    expect(verdicts.length).toBeGreaterThan(0);
    for (const one of verdicts) {
      const path = one.path ?? [];
      expect(path.map(({ id }) => id)).toEqual(DECISION_TREE.slice(0, path.length).map(({ id }) => id));
      expect(path.at(-1)).toMatchObject({ answer: 'no', cause: one.cause, because: one.summary });
    }
  });

  it('stays with the incident, bounded, and is shown with one question taken', () => {
    const long = 'x'.repeat(5_000);
    const path = Array.from({ length: 80 }, (_, index) => ({
      ...{ id: DECISION_TREE[index % DECISION_TREE.length]?.id ?? '', answer: 'yes' as const, because: long },
      cause: null,
    }));
    const fact = { kind: 'verdict', verdict: verdict({ ...OUTAGE, path }), detectedAt: NOON } as const;
    const incident = decide(null, OUTAGE, fact, policy, NOON) as Incident;
    expect(incident.path).toHaveLength(LIMITS.path);
    const shown = showResponse.parse(showIncident(incident, [], NOON));
    expect(shown.path.filter(({ taken }) => taken)).toHaveLength(1);
    expect(shown.path.at(-1)?.taken).toBe(true);
    expect(Math.max(...shown.path.map(({ because }) => because.length))).toBeLessThanOrEqual(LIMITS.pathText);
    expect(showResponse.parse(showIncident(opened(), [], NOON)).path).toEqual([]);
  });

  it('that changes alone is no reason to write', () => {
    const incident = opened(OUTAGE);
    const path = [{ id: 'own-network', answer: 'yes', because: 'x', cause: null }] as const;
    const fact = { kind: 'verdict', verdict: verdict({ ...OUTAGE, path }), detectedAt: NOON } as const;
    expect(decide(incident, OUTAGE, fact, policy, NOON + HOUR)).toBe(incident);
  });
});

describe('deliveries', () => {
  it('are shown once each with the best proof there is, newest first', async () => {
    const ledger = createMemoryProofLedger();
    const incident = allDelivered(opened(OUTAGE), NOON + 1_000);
    const [sent] = incident.deliveries;
    if (!sent) throw new Error('nothing was sent');
    const owing = resolved(incident, NOON + HOUR);
    const alone = showResponse.parse(showIncident(owing, [], NOON + HOUR)).deliveries;
    expect(alone.map(({ channel, state, receipt }) => [channel, state, receipt !== null])).toEqual([
      ['sns', 'owed', false],
      ['sns', 'delivered', true],
    ]);
    const row = {
      notificationId: sent.id,
      incidentId: incident.id,
      transition: sent.transition,
      owedAt: NOON,
    };
    await ledger.owe([
      { ...row, channel: 'sns' },
      { ...row, channel: 'ops' },
    ]);
    await ledger.record(sent.id, 'sns', { status: 'delivered', at: NOON + 2_000, receipt: 'msg-1' });
    await ledger.record(sent.id, 'ops', {
      ...{ status: 'owed', at: NOON + 3_000 },
      error: 'POST https://hooks.example.com/services/T0/B0/fake-token answered 503',
    });
    const { deliveries } = showResponse.parse(
      showIncident(owing, await ledger.ofIncident(incident.id), NOON + HOUR),
    );
    expect(deliveries.map(({ channel, transition, state }) => [channel, transition, state])).toEqual([
      ['sns', 'resolved', 'owed'],
      ['ops', 'triggered', 'owed'],
      ['sns', 'triggered', 'delivered'],
    ]);
    expect(JSON.stringify(deliveries)).not.toContain('fake-token');
  });
});
