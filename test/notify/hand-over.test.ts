import { describe, expect, it } from 'vitest';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Channel, ChannelOutcome } from '../../shared/notify/channels/port.ts';
import { type HandOverDependencies, handOver } from '../../shared/notify/hand-over.ts';
import type { Notification } from '../../shared/notify/publisher.ts';
import { createMemoryChannelMemory } from '../support/memory-channel-memory.ts';
import { createMemoryProofLedger } from '../support/memory-proof.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';
import { incidentOf, messageOf, THREE_AM } from './messages.ts';

const clock = { now: () => THREE_AM };

const worldOf = async (
  incident: Incident | null,
  outcome: ChannelOutcome | Error = { kind: 'delivered', receipt: 'r' },
) => {
  const store = createMemoryIncidentStore();
  if (incident) await store.write(incident, null);
  const proof = createMemoryProofLedger();
  const faults: unknown[] = [];
  const told: string[] = [];
  const channel: Channel = {
    id: 'slack-ops',
    kind: 'slack',
    deliver: async ({ id, current }) => {
      told.push(current === undefined ? id : `${id} (${current})`);
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    check: async () => ({ result: 'ready', found: '', fix: '' }),
  };
  const memory = createMemoryChannelMemory({ clock });
  const deps: HandOverDependencies = {
    channels: new Map([[channel.id, channel]]),
    memoryOf: () => memory,
    incidents: store,
    proof,
    clock,
    onFault: (error) => faults.push(error),
  };
  const give = (notification: Notification, receives = 1, over: Partial<HandOverDependencies> = {}) =>
    handOver({ ...deps, ...over }, { channel: 'slack-ops', notification, receives });
  return { store, proof, faults, told, give };
};

const incident = incidentOf('webhook.gone');
const page = messageOf(incident, { urgency: 'page' });
const rowsOf = async (world: Awaited<ReturnType<typeof worldOf>>, id = incident.id) =>
  (await world.proof.ofIncident(id)).map(({ notificationId, status }) => `${notificationId} ${status}`);

describe('handing a message to a channel', () => {
  it('proves what the message stands for, those that it speaks for included', async () => {
    const world = await worldOf(incident);
    const covers = ['inc-20261103-00000002:1:triggered'];
    expect(await world.give({ ...page, covers })).toEqual({ kind: 'settled', as: 'delivered' });
    expect(await rowsOf(world)).toEqual([`${page.id} delivered`]);
    expect(await rowsOf(world, 'inc-20261103-00000002')).toEqual([
      'inc-20261103-00000002:1:triggered delivered',
    ]);
  });

  it.each(['acknowledged', 'mitigated', 'resolved', 'reviewed'] as const)(
    'leaves out a page of an incident that is %s',
    async (status) => {
      const world = await worldOf(incidentOf('webhook.gone', { status }));
      expect(await world.give(page)).toEqual({ kind: 'settled', as: 'superseded' });
      expect(world.told).toEqual([]);
    },
  );

  it('leaves out a page of an incident that was replaced', async () => {
    const world = await worldOf(incidentOf('webhook.gone', { id: 'inc-20261103-ffffffff' }));
    expect(await world.give(page)).toEqual({ kind: 'settled', as: 'superseded' });
  });

  it('delivers notices and recoveries whatever the incident is by now', async () => {
    const over = incidentOf('webhook.gone', { status: 'resolved' });
    const world = await worldOf(over);
    for (const transition of ['acknowledged', 'resolved'] as const)
      expect(await world.give(messageOf(over, { transition, urgency: 'notice' }))).toMatchObject({
        as: 'delivered',
      });
  });

  it('says how it stands by now with a notice that was written when nobody had it', async () => {
    const notice = messageOf(incident, { transition: 'update-due', urgency: 'notice' });
    const world = await worldOf(incident);
    await world.give(notice);
    await world.store.write({ ...incident, status: 'acknowledged', version: 2 }, incident);
    await world.give(notice);
    const away = { current: () => Promise.reject(new Error('no table')), byId: world.store.byId };
    await world.give(notice, 1, { incidents: away });
    expect(world.told).toEqual([notice.id, `${notice.id} (acknowledged)`, notice.id]);
  });

  it('delivers a page for several as long as nobody has one of them', async () => {
    const world = await worldOf(incidentOf('webhook.gone', { status: 'acknowledged' }));
    const other = incidentOf('webhook.gone', { id: 'inc-20261103-00000002', subject: 'accounts/accounts-1' });
    const group = { ...page, covers: ['inc-20261103-00000002:1:triggered'] };
    await world.store.write(other, null);
    expect(await world.give(group)).toEqual({ kind: 'settled', as: 'delivered' });
    await world.store.write({ ...other, status: 'acknowledged', version: 2 }, other);
    expect(await world.give(group)).toMatchObject({ kind: 'settled', as: 'superseded' });
  });

  it('delivers a test although there is no incident', async () => {
    const world = await worldOf(null);
    const test = { ...page, attributes: { ...page.attributes, kind: 'test' } };
    expect(await world.give(test)).toEqual({ kind: 'settled', as: 'delivered' });
  });

  it('rather pages too often than not at all when the incident cannot be read', async () => {
    const world = await worldOf(incident);
    const away = () => Promise.reject(new Error('no table'));
    expect(await world.give(page, 1, { incidents: { current: away, byId: away } })).toEqual({
      kind: 'settled',
      as: 'delivered',
    });
    expect(world.faults).toHaveLength(1);
  });

  it('waits as long as the provider asks, else longer each time', async () => {
    const asked = await worldOf(incident, { kind: 'later', why: '429', afterMs: 1_500 });
    expect(await asked.give(page)).toMatchObject({ kind: 'again', afterSeconds: 2 });
    const silent = await worldOf(incident, { kind: 'later', why: 'no answer', afterMs: null });
    const waits = await Promise.all([1, 2, 3, 10, 1_000].map((receives) => silent.give(page, receives)));
    expect(waits.map((result) => result.kind === 'again' && result.afterSeconds)).toEqual([
      10, 20, 40, 600, 600,
    ]);
    // A provider that asks for a second again and again must not use up what a queue allows.
    expect(await asked.give(page, 10)).toMatchObject({ afterSeconds: 2 });
    expect(await asked.give(page, 14)).toMatchObject({ afterSeconds: 80 });
    expect(await asked.give(page, 1_000)).toMatchObject({ afterSeconds: 600 });
    const greedy = await worldOf(incident, { kind: 'later', why: '429', afterMs: 7 * 86_400_000 });
    expect(await greedy.give(page)).toMatchObject({ afterSeconds: 21_600 });
  });

  it('records a refusal, and does not try again', async () => {
    const world = await worldOf(incident, { kind: 'refused', why: 'channel_not_found' });
    expect(await world.give(page)).toEqual({ kind: 'settled', as: 'refused' });
    expect((await world.proof.ofIncident(incident.id))[0]).toMatchObject({ lastError: 'channel_not_found' });
  });

  it('refuses what no channel takes any more, and what cannot be shown', async () => {
    const world = await worldOf(incident);
    expect(await world.give(page, 1, { channels: new Map() })).toMatchObject({ as: 'refused' });
    const { bulletin: _, ...wordless } = page;
    expect(await world.give(wordless)).toMatchObject({ as: 'refused' });
  });

  it('takes a fault of the channel or its memory for "later", and shows no address', async () => {
    const world = await worldOf(incident, new Error('POST https://hooks.example/T000/B000/secret failed'));
    expect(await world.give(page)).toMatchObject({ kind: 'again' });
    const rows = JSON.stringify(await world.proof.ofIncident(incident.id));
    expect(rows).not.toContain('hooks.example');
  });

  it('keeps the message when its proof cannot be written, so that it does not fall back although it arrived', async () => {
    const world = await worldOf(incident);
    const proof = { record: () => Promise.reject(new Error('no table')) };
    expect(await world.give(page, 1, { proof })).toMatchObject({ kind: 'again' });
    expect(world.faults).toHaveLength(1);
  });
});
