import { describe, expect, it } from 'vitest';
import { draftedFor } from '../../shared/incident/drafted.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { deliverPending } from '../../shared/notify/deliver.ts';
import { figuresOf } from '../../shared/postmortem/figures.ts';
import type { EvidenceStore } from '../../shared/postmortem/postmortem.ts';
import { readPostmortem } from '../../shared/postmortem/read.ts';
import { remember } from '../../shared/watch/remember.ts';
import type { Ended } from '../../shared/watch/store.ts';
import { createDeliveryWorld, MINUTE } from '../notify/delivery-world.ts';
import { createMemoryCreditStore } from '../support/memory-credit-store.ts';
import { createMemoryEvidenceStore } from '../support/memory-evidence-store.ts';

class Killed extends Error {}

/** The process dies at its n-th call to the outside: before the call is made, or after, with its answer lost. */
const createProcess = (killAt: number, when: 'before' | 'after') => {
  let calls = 0;
  let isDead = false;
  const call = async <R>(make: () => Promise<R>): Promise<R> => {
    if (isDead) throw new Killed();
    calls += 1;
    if (calls === killAt) isDead = true;
    if (isDead && when === 'before') throw new Killed();
    const result = await make();
    if (isDead) throw new Killed();
    return result;
  };
  return {
    calls: () => calls,
    restart: () => {
      isDead = false;
    },
    through: <T extends object>(port: T): T =>
      new Proxy(port, {
        get: (target, name) => {
          const own = Reflect.get(target, name);
          return typeof own === 'function'
            ? (...args: unknown[]) => call(async () => Reflect.apply(own, target, args))
            : own;
        },
      }),
  };
};

const FEED = { cause: 'callback.failing', subject: 'leads' } as const;

/** A night of runs: what happens before each, then what is remembered and delivered, unless the process dies. */
const play = async (killAt: number, when: 'before' | 'after') => {
  const world = createDeliveryWorld();
  const evidence = createMemoryEvidenceStore();
  const credits = createMemoryCreditStore();
  const process = createProcess(killAt, when);
  let lately: readonly Ended[] = [];
  const rows = { snapshot: async () => null };

  const run = async (happens: () => Promise<unknown>) => {
    world.later(MINUTE);
    await happens();
    process.restart();
    const [store, proof] = [process.through(world.store), process.through(world.proof)];
    const { publisher, pages, render, clock, config } = world.deps;
    try {
      await remember({
        ...{ config: world.config, clock, incidentStore: store, proof, lately, faults: [] },
        stores: { evidence: process.through(evidence), rows, credits: process.through(credits) },
        seen: { health: {}, snapshots: [], balance: null },
      });
      await deliverPending({
        ...{ store, proof, render, clock, config: config ?? world.config },
        publisher: process.through(publisher),
        ...(pages && { pages: process.through(pages) }),
      });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    await world.takeFromQueues();
  };
  const nothing = async () => {};
  await run(() => world.fail('leads', 'P2'));
  await run(() => world.act({ kind: 'acknowledge' }));
  await run(() => world.act({ kind: 'mitigate', text: 'senders are held' }));
  await run(nothing);
  await run(async () => {
    await world.recover();
    lately = [{ ...FEED, at: world.clock.now() }];
  });
  for (let minute = 0; minute < 3; minute += 1) await run(nothing);
  return { world, evidence, credits, rows, calls: process.calls() };
};

const TURNS = ['triggered', 'acknowledged', 'mitigated', 'resolved'];

/** How long after each turn something was kept for it, in runs; null: never. */
const looksAfter = async ({ timeline, id }: Incident, evidence: EvidenceStore) => {
  const looks = (await evidence.ofIncident(id)).map(({ at }) => at);
  return timeline
    .filter(({ kind }) => TURNS.includes(kind))
    .map(({ at }) => {
      const look = looks.find((one) => one >= at);
      return look === undefined ? null : Math.floor((look - at) / MINUTE);
    });
};

describe('what is remembered of an incident', () => {
  it('is one look at every turn, and the figures of its postmortem, which are those of the command line', async () => {
    const { world, evidence, credits, rows } = await play(0, 'before');
    const incident = await world.current();
    expect((await evidence.ofIncident(incident.id)).map(({ occasion }) => occasion)).toEqual([
      'opened',
      'acknowledged',
      'mitigated',
      'resolved',
    ]);
    const stores = { evidence, rows, credits, proof: world.proof, incidents: world.store };
    const { config, clock } = world;
    const later = figuresOf(await readPostmortem(incident, stores, { config, now: clock.now() }), 0);
    expect({ ...draftedFor(incident), at: 0 }).toEqual(later);
    expect(later.durationMs).toBe(4 * MINUTE);
    expect(later.times.acknowledge).toEqual({ tookMs: MINUTE, deadlineMs: 60 * MINUTE, kept: true });
    expect(incident.timeline.filter(({ kind }) => kind === 'drafted').map(({ text }) => text)).toEqual([
      `Postmortem drafted; it lasted 4 min: npx claywatch postmortem ${incident.id}`,
    ]);
  });

  it('is told with the end: the main numbers, and how to read the rest', async () => {
    const { world } = await play(0, 'before');
    const { id } = await world.current();
    const end = world.received.find(
      ({ by, notification }) => by === 'ops@example.com' && notification.attributes.transition === 'resolved',
    );
    const mail = end?.notification.emailText ?? '';
    expect(mail).toContain('THE POSTMORTEM IS DRAFTED');
    expect(mail).toContain(`  npx claywatch postmortem ${id}\n`);
    expect(mail).toContain('  Duration: 4 min\n');
    expect(mail).toContain('  Time to acknowledge: 1 min (deadline 1 h, kept)\n');
    expect(end?.notification.bulletin?.done.join()).toContain('Postmortem drafted');
  });

  it('is lost by no kill between any two calls, and nothing is drafted twice', async () => {
    const total = (await play(0, 'before')).calls;
    expect(total).toBeGreaterThan(60);
    for (const when of ['before', 'after'] as const)
      for (let killAt = 1; killAt <= total; killAt += 1) {
        const { world, evidence } = await play(killAt, when);
        const incident = await world.current();
        const told = `killed ${when} call ${killAt} of ${total}`;
        const late = await looksAfter(incident, evidence);
        expect(late, told).toHaveLength(TURNS.length);
        // The run that died, and the one after it.
        for (const runs of late) expect(runs ?? Number.POSITIVE_INFINITY, told).toBeLessThanOrEqual(1);
        expect(incident.timeline.filter(({ kind }) => kind === 'drafted').length, told).toBe(1);
        const ends = world.received.filter(
          ({ by, notification }) =>
            by === 'ops@example.com' && notification.attributes.transition === 'resolved',
        );
        expect(ends.length, told).toBeGreaterThan(0);
        for (const { notification } of ends)
          expect(notification.emailText, told).toContain('THE POSTMORTEM IS DRAFTED');
      }
  }, 60_000);
});
