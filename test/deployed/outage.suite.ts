import { beforeAll, describe, expect, it } from 'vitest';
import { type Inbox, openInbox, standInForPeople } from './people.ts';
import { missing, titled, world } from './world.ts';

describe.skipIf(missing)(titled('an outage of Clay, deployed'), () => {
  let inboxes: readonly Inbox[];
  let audit: Inbox;

  beforeAll(async () => {
    const { aws, installation, outputs } = world();
    inboxes = await standInForPeople(aws, outputs.AlertTopicArn ?? '');
    audit = await openInbox(aws, `${installation}-audit`);
  });

  /** Who heard what since the last time. */
  const heard = async () => {
    const all: Record<string, readonly string[]> = {};
    for (const { who, hear } of inboxes) all[who] = await hear();
    return all;
  };

  it('is not told of while all is well', async () => {
    const report = await world().look(2);
    expect(report.diagnosis?.conclusion).toBe('healthy');
    expect(report.observations.filter(({ outcome }) => outcome === 'failing')).toEqual([]);
    expect(await heard()).toEqual({ 'email oncall@example.com': [], 'sms +15555550100': [] });
  });

  it('opens one incident, and tells whoever asked for its severity, and the audit queue', async () => {
    await world().switchOn('outage');
    const report = await world().look();
    expect(report.diagnosis?.primary).toMatchObject({ cause: 'clay.outage', severity: 'P1' });
    expect(await heard()).toEqual({
      'email oncall@example.com': ['P1 triggered clay.outage'],
      'sms +15555550100': ['P1 triggered clay.outage'],
    });
    expect(await audit.hear()).toEqual(['P1 triggered clay.outage']);
    await world().look(2);
    expect(await heard()).toEqual({ 'email oncall@example.com': [], 'sms +15555550100': [] });
  });

  it('is over once Clay was seen working twice, and that is told to the same people', async () => {
    await world().switchOff('outage');
    await world().look(2);
    expect(await heard()).toEqual({
      'email oncall@example.com': ['P1 resolved clay.outage'],
      'sms +15555550100': ['P1 resolved clay.outage'],
    });
    expect(await audit.hear()).toEqual(['P1 resolved clay.outage']);
    expect((await world().look()).diagnosis?.conclusion).toBe('healthy');
  });

  it('is told by SMS as a P1 only: what is a P2 goes to the mailbox', async () => {
    await world().switchOn('crm-probe-failing');
    await world().look(2);
    expect(await heard()).toEqual({
      'email oncall@example.com': ['P2 triggered crm.sync-failing'],
      'sms +15555550100': [],
    });
    await world().switchOff('crm-probe-failing');
    await world().look(2);
    expect(await heard()).toEqual({
      'email oncall@example.com': ['P2 resolved crm.sync-failing'],
      'sms +15555550100': [],
    });
  });
});
