import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logRun } from '../../functions/watch/log-run.ts';
import { act } from '../../shared/incident/act.ts';
import type { Actor, Incident } from '../../shared/incident/incident.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { acknowledgedSince } from '../../shared/watch/acknowledged.ts';
import { emfFaults } from '../metrics/emf-schema.ts';
import { configOf, incidentOf, THREE_AM } from '../notify/messages.ts';
import { createWorld } from '../support/world.ts';

const MINUTE = 60_000;
const policy = incidentPolicy(configOf({}));
const WAYS: readonly Actor['via'][] = ['api', 'cli', 'link', 'slack', 'pagerduty', 'console'];

const opened = (cause: Incident['cause'] = 'webhook.gone'): Incident => {
  const { acknowledgement: _, ...incident } = incidentOf(cause);
  return { ...incident, openedAt: THREE_AM, updatedAt: THREE_AM, timeline: [] };
};

const acted = (
  incident: Incident,
  kind: 'acknowledge' | 'unacknowledge' | 'mitigate',
  minutes: number,
  via: Actor['via'] = 'slack',
): Incident => {
  const command = kind === 'mitigate' ? { kind, text: '' } : { kind };
  const done = act(incident, command, { name: 'ada', via }, { policy, now: THREE_AM + minutes * MINUTE });
  if (done.kind !== 'done') throw new Error(done.kind);
  return done.incident;
};

const between = (incident: Incident, from: number, to: number) =>
  acknowledgedSince([incident], { from: THREE_AM + from * MINUTE, to: THREE_AM + to * MINUTE });

describe('the time until somebody has an incident', () => {
  it.each(WAYS)('is measured whichever way it was said: %s', (via) => {
    expect(between(acted(opened(), 'acknowledge', 7.5, via), 7, 8)).toMatchObject([{ via, minutes: 7.5 }]);
  });

  it('is measured in exactly one of the runs, however many are missed', () => {
    const minute = fc.integer({ min: 0, max: 600 });
    fc.assert(
      fc.property(
        minute,
        fc.uniqueArray(fc.integer({ min: -3, max: 700 }), { minLength: 1 }),
        (at, slots) => {
          const runs = [-5, ...slots.toSorted((one, other) => one - other), 701];
          const acknowledged = acted(opened(), 'acknowledge', at);
          const measured = runs.slice(1).flatMap((to, index) => between(acknowledged, runs[index] ?? 0, to));
          expect(measured.map(({ minutes }) => minutes)).toEqual([at]);
        },
      ),
    );
  });

  it('ends with whoever mitigates, and with the first who has it', () => {
    expect(between(acted(opened(), 'mitigate', 3), 2, 3)).toMatchObject([{ minutes: 3 }]);
    const again = acted(acted(acted(opened(), 'acknowledge', 2), 'unacknowledge', 5), 'acknowledge', 9);
    expect(between(again, 8, 9)).toEqual([]);
    expect(between(again, 1, 2)).toMatchObject([{ minutes: 2 }]);
  });

  it('is not measured of a drill, of what nobody has, and by the first run of all', () => {
    expect(between(acted(opened('drill'), 'acknowledge', 2), 1, 2)).toEqual([]);
    expect(between(opened(), -1, 9)).toEqual([]);
    expect(
      acknowledgedSince([acted(opened(), 'acknowledge', 2)], { from: 0, to: THREE_AM + 9 * MINUTE }),
    ).toEqual([]);
  });

  it('is in the report and the log of the run after it, and in no other', async () => {
    const world = createWorld();
    world.clay.faults.on('outage');
    await world.run(5);
    await world.act('clay.outage', { kind: 'acknowledge' }, { name: 'ada', via: 'cli' });
    await world.run(3);
    const measured = world.reports.flatMap(({ acknowledged }) => acknowledged);
    expect(measured).toMatchObject([{ via: 'cli', severity: 'P1' }]);
    const report = world.reports.find(({ acknowledged }) => acknowledged.length > 0);
    const lines: (readonly [string, object])[] = [];
    const log = { info: (message: string, fields: object) => lines.push([message, fields]) };
    if (report) logRun(log as never, report, { ...world.config, metrics: 'all' }, world.clock);
    const line = lines.find(([message]) => message === 'incident acknowledged')?.[1];
    expect(emfFaults(line)).toEqual([]);
    expect(line).toMatchObject({ via: 'cli', MinutesToAcknowledge: measured[0]?.minutes });
    expect(JSON.stringify(lines)).not.toContain('ada');
  });
});
