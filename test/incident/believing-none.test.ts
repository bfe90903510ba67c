import { describe, expect, it } from 'vitest';
import { believingNone } from '../../shared/incident/believing-none.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';

const INCIDENT = { id: 'inc-20261121-00000001' } as Incident;

const setUp = () => {
  const world = { active: [] as Incident[], lists: 0, fails: false };
  const store = {
    active: async () => {
      world.lists += 1;
      const listed = [...world.active];
      await Promise.resolve();
      return listed;
    },
    write: async (next: Incident) => {
      await Promise.resolve();
      if (world.fails) throw new Error('no answer');
      world.active.push(next);
      return 'written';
    },
  } as unknown as IncidentStore;
  return { world, store: believingNone(store) };
};

describe('a store of which one run believes that no incident is active', () => {
  it('is asked once while there is none', async () => {
    const { world, store } = setUp();
    expect([await store.active(), await store.active(), await store.active()]).toEqual([[], [], []]);
    expect(world.lists).toBe(1);
  });

  it('is asked each time while there is one', async () => {
    const { world, store } = setUp();
    world.active.push(INCIDENT);
    await store.active();
    expect(await store.active()).toEqual([INCIDENT]);
    expect(world.lists).toBe(2);
  });

  it('is asked again after a write of the run, also after one whose answer was lost', async () => {
    const { world, store } = setUp();
    await store.active();
    await store.write(INCIDENT, null);
    expect(await store.active()).toEqual([INCIDENT]);
    world.active = [];
    await store.active();
    world.fails = true;
    await expect(store.write(INCIDENT, null)).rejects.toThrow('no answer');
    await store.active();
    expect(world.lists).toBe(4);
  });

  it('does not believe a list that was read while it wrote', async () => {
    const { world, store } = setUp();
    const [listed] = await Promise.all([store.active(), store.write(INCIDENT, null)]);
    expect(listed).toEqual([]);
    const writing = store.write(INCIDENT, null);
    await store.active();
    await writing;
    expect(await store.active()).not.toEqual([]);
    expect(world.lists).toBe(3);
  });
});
