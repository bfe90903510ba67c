import { describe, expect, it } from 'vitest';
import { changeIncident } from '../../shared/incident/change.ts';
import { decide } from '../../shared/incident/decide.ts';
import { drillKey, drillVerdict } from '../../shared/incident/drill.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { createWorld, type World } from '../support/world.ts';

const messages = (world: World): readonly string[] =>
  world.delivered.map(({ notification: { attributes } }) => `${attributes.transition} ${attributes.cause}`);

/** A world that watches already, and somebody who starts a drill in its store. */
const practising = async () => {
  let incidents: IncidentStore | undefined;
  const world = createWorld({
    around: {
      incidentStore: (inner) => {
        incidents = inner;
        return inner;
      },
    },
  });
  await world.run(2);
  const start = async (minutes: number) => {
    const now = world.clock.now();
    const plan = { severity: 'P1', minutes, by: 'Ada', now } as const;
    const fact = { kind: 'verdict', verdict: drillVerdict(plan), detectedAt: now } as const;
    if (!incidents) throw new Error('the watch has a store');
    await changeIncident(incidents, drillKey(now), (current) =>
      decide(current, drillKey(now), fact, incidentPolicy(world.config), now),
    );
  };
  return { world, start };
};

describe('a drill on a live installation', () => {
  it('is told by the next run, stays open although no probe sees it, and ends by itself', async () => {
    const { world, start } = await practising();
    await start(5);
    await world.run(5);
    expect(messages(world)).toEqual(['triggered drill']);
    await world.run(2);
    expect(messages(world)).toEqual(['triggered drill', 'resolved drill']);
    expect(world.reports.flatMap(({ actions }) => actions)).toEqual([]);
    expect(world.reports.every(({ diagnosis }) => diagnosis?.conclusion === 'healthy')).toBe(true);
  });

  it('can be acknowledged, and is escalated when it is not', async () => {
    const { world, start } = await practising();
    await start(40);
    await world.run(17);
    expect(messages(world)).toEqual(['triggered drill', 'escalated drill']);
    await world.act('drill', { kind: 'acknowledge' });
    await world.run(1);
    expect(messages(world).at(-1)).toBe('acknowledged drill');
  });

  it('hides nothing real, and gives way to it', async () => {
    const { world, start } = await practising();
    await start(60);
    await world.run(2);
    world.clay.faults.on('outage');
    await world.run(4);
    expect(messages(world)).toEqual(['triggered drill', 'triggered clay.outage', 'resolved drill']);
  });

  it('that nobody ended while the watch was down ends with its first run', async () => {
    const { world, start } = await practising();
    await start(5);
    await world.run(1);
    await world.skip(30);
    await world.run(1);
    expect(messages(world)).toContain('resolved drill');
  });
});
