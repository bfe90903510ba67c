import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { isSilent } from '../../shared/observe/findings.ts';
import { createWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

describe('the watch, end to end', () => {
  it('says healthy of a healthy Clay, and tells nobody anything', async () => {
    world = await createWorld();
    const report = await world.look(3);
    expect(report.result).toBe('completed');
    expect(report.diagnosis?.conclusion).toBe('healthy');
    expect(report.observations.filter((seen) => seen.outcome !== 'ok' && !isSilent(seen))).toEqual([]);
    // Standbys are looked at once a forwarder has chosen a webhook.
    const surfaces = new Set(report.observations.map(({ surface }) => surface));
    surfaces.delete('standby');
    expect([...surfaces].sort()).toEqual([
      'actions',
      'burn',
      'callback',
      'callback-rows',
      'clay-api',
      'clay-balance',
      'clay-key',
      'clay-status',
      'clay-web',
      'connectivity',
      'credit-history',
      'credits',
      'crm',
      'flow',
      'hit-rate',
      'integration',
      'loops',
      'losses',
      'messages',
      'pace',
      'provider',
      'relay',
      'round-trip',
      'rows-ledger',
      'schedule',
      'table-count',
      'webhook',
      'webhook-count',
    ]);
    expect(await world.openIncidents()).toEqual([]);
    expect(world.received()).toEqual([]);
  });

  it('opens one incident for an outage of Clay, pages at once, and resolves it after it was seen working', async () => {
    world = await createWorld();
    await world.look();

    await world.switchOn('outage');
    const report = await world.look();
    expect(report.diagnosis?.primary).toMatchObject({ cause: 'clay.outage', severity: 'P1' });
    expect(world.received()).toEqual(['email P1 triggered clay.outage', 'sms P1 triggered clay.outage']);
    const [incident] = await world.runtime.incidents.active();
    expect(incident).toMatchObject({
      cause: 'clay.outage',
      status: 'triggered',
      severity: 'P1',
      pending: [],
    });

    await world.look(3);
    expect(await world.openIncidents()).toEqual(['clay.outage clay P1']);
    expect(world.received()).toEqual([]);

    await world.switchOff('outage');
    await world.look();
    expect(await world.openIncidents()).toEqual(['clay.outage clay P1']);
    expect(world.received()).toEqual([]);
    await world.look();
    expect(await world.openIncidents()).toEqual([]);
    expect(world.received()).toEqual(['email P1 resolved clay.outage', 'sms P1 resolved clay.outage']);
    expect((await world.look()).diagnosis?.conclusion).toBe('healthy');
  });

  it('writes the e-mail that a person can act on, and an SMS of one segment beside its link', async () => {
    world = await createWorld();
    await world.switchOn('outage');
    await world.look();
    const messages = world.runtime.inbox.messages();
    const email = messages.find(({ protocol }) => protocol === 'email');
    const sms = messages.find(({ protocol }) => protocol === 'sms');
    expect(email).toMatchObject({ to: 'oncall@example.com', subject: expect.stringContaining('P1') });
    expect(email?.text).toMatch(/Severity/);
    expect(email?.text).toMatch(/Impact/);
    expect(await readFile(email?.file ?? '', 'utf8')).toContain(email?.text);
    expect(sms?.to).toBe('+15555550100');
    // A segment of words, and the link to take it in a second one.
    expect(sms?.text.replace(/ http\S+$/, '').length).toBeLessThanOrEqual(160);
    expect(sms?.text.length).toBeLessThanOrEqual(2 * 153);
    for (const { text } of messages) expect(text).not.toContain('simulated-');
  });

  it('sends an SMS for the severities that the number asked for only', async () => {
    world = await createWorld();
    await world.switchOn('crm-probe-failing');
    expect((await world.look()).diagnosis?.primary).toMatchObject({
      cause: 'crm.sync-failing',
      tentative: true,
    });
    expect(world.received()).toEqual([]);
    await world.look();
    expect(world.received()).toEqual(['email P2 triggered crm.sync-failing']);
    await world.switchOff('crm-probe-failing');
    await world.look(2);
    expect(world.received()).toEqual(['email P2 resolved crm.sync-failing']);
  });

  it('does nothing for a slot that was run before', async () => {
    world = await createWorld();
    await world.switchOn('outage');
    const { slot } = await world.look();
    world.received();
    const again = await world.runtime.runOnce(slot);
    expect(again).toMatchObject({ result: 'duplicate', observations: [], changes: [] });
    expect(world.received()).toEqual([]);
  });

  it('knows after a restart what was open, does not page again, and still tells of the recovery', async () => {
    world = await createWorld();
    await world.switchOn('outage');
    await world.look();
    const [before] = await world.runtime.incidents.active();

    await world.restart();
    const [after] = await world.runtime.incidents.active();
    expect(after).toEqual(before);
    await world.look();
    expect(await world.openIncidents()).toEqual(['clay.outage clay P1']);
    expect(world.received()).toEqual([]);

    await world.switchOff('outage');
    await world.look(2);
    expect(await world.openIncidents()).toEqual([]);
    expect(world.received()).toEqual(['email P1 resolved clay.outage', 'sms P1 resolved clay.outage']);
  });

  it('fails a run that cannot be made, and makes the next one', async () => {
    world = await createWorld();
    await expect(world.runtime.runOnce(Date.now() + 3_600_000)).rejects.toThrow('is in the future');
    expect((await world.look()).result).toBe('completed');
  });
});
