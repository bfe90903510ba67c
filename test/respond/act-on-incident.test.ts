import { describe, expect, it } from 'vitest';
import { decide } from '../../shared/incident/decide.ts';
import { type Actor, type Incident, isOpen } from '../../shared/incident/incident.ts';
import { actOnIncident } from '../../shared/respond/act-on-incident.ts';
import {
  allDelivered,
  MINUTE,
  NOON,
  OUTAGE,
  opened,
  policy,
  resolved,
  verdict,
  WEBHOOK,
} from '../incident/fixtures.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';

const ANNA: Actor = { name: 'Anna', via: 'api' };
const BEN: Actor = { name: 'Ben', via: 'slack' };

const stored = async (...incidents: readonly Incident[]) => {
  const store = createMemoryIncidentStore();
  for (const incident of incidents) await store.write({ ...incident, version: 1 }, null);
  let now = NOON + MINUTE;
  return { store, policy, clock: { now: () => now++ } };
};

describe('acting on an incident', () => {
  it('writes what was asked for, once', async () => {
    const incident = opened();
    const deps = await stored(incident);
    expect(await actOnIncident(deps, incident.id, { kind: 'acknowledge' }, ANNA)).toMatchObject({
      kind: 'done',
    });
    expect(await actOnIncident(deps, incident.id, { kind: 'acknowledge' }, BEN)).toMatchObject({
      kind: 'unchanged',
      incident: { acknowledgement: { by: ANNA } },
    });
    expect(await deps.store.current(WEBHOOK.cause, WEBHOOK.subject)).toMatchObject({ version: 2 });
  });

  it('lets one of two who acknowledge at the same moment have it', async () => {
    const incident = opened();
    const deps = await stored(incident);
    const results = await Promise.all(
      [ANNA, BEN].map((who) => actOnIncident(deps, incident.id, { kind: 'acknowledge' }, who)),
    );
    expect(results.map(({ kind }) => kind).sort()).toEqual(['done', 'unchanged']);
  });

  it('knows what there is not, and what has been replaced', async () => {
    const first = allDelivered(resolved(allDelivered(opened(), NOON), NOON + MINUTE), NOON + MINUTE);
    const deps = await stored(first);
    expect(await actOnIncident(deps, 'inc-20260101-00000000', { kind: 'acknowledge' }, ANNA)).toEqual({
      kind: 'not-found',
      id: 'inc-20260101-00000000',
    });
    const before = await deps.store.current(WEBHOOK.cause, WEBHOOK.subject);
    const late = NOON + 600 * MINUTE;
    const next = decide(
      before,
      WEBHOOK,
      { kind: 'verdict', verdict: verdict(), detectedAt: late },
      policy,
      late,
    );
    if (!next) throw new Error('nothing was opened');
    await deps.store.write(next, before);
    expect(next.id).not.toBe(first.id);
    expect(await actOnIncident(deps, first.id, { kind: 'note', text: 'late' }, ANNA)).toMatchObject({
      kind: 'archived',
    });
    expect(isOpen(next)).toBe(true);
  });

  it('finds the incident that another becomes part of by its id', async () => {
    const [one, outage] = [opened(), opened(OUTAGE)];
    const deps = await stored(one, outage);
    const merged = await actOnIncident(deps, one.id, { kind: 'merge', intoId: outage.id }, ANNA);
    expect(merged).toMatchObject({ incident: { mergedInto: { id: outage.id, cause: 'clay.outage' } } });
    expect(
      await actOnIncident(deps, one.id, { kind: 'merge', intoId: 'inc-20260101-00000000' }, ANNA),
    ).toMatchObject({
      kind: 'not-found',
    });
  });
});
