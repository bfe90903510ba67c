import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { startWebhook, type WebhookServer } from '../support/webhook-server.ts';
import { BUS_KEY, BUS_URL_SECRET, RESPOND_SECRET } from './installation.ts';
import { type Inbox, openInbox, standInForPeople } from './people.ts';
import { missing, titled, world } from './world.ts';

const MAIL = 'email oncall@example.com';
const PHONE = 'sms +15555550100';
const NOTHING = { [MAIL]: [], [PHONE]: [] };
const toBoth = (heard: string) => ({ [MAIL]: [heard], [PHONE]: [heard] });
const byMail = (heard: string) => ({ [MAIL]: [heard], [PHONE]: [] });

/** The watch, incidents, people and channels: from Scheduler's stand-in to mailbox, telephone and signed webhook. */
describe.skipIf(missing)(titled('an outage of Clay, deployed'), () => {
  let inboxes: readonly Inbox[];
  let audit: Inbox;
  let bus: WebhookServer;

  beforeAll(async () => {
    const { aws, installation, outputs } = world();
    bus = await startWebhook(BUS_KEY, systemClock);
    await aws.secrets.send(new PutSecretValueCommand({ SecretId: BUS_URL_SECRET, SecretString: bus.url }));
    inboxes = await standInForPeople(aws, outputs.AlertTopicArn ?? '');
    audit = await openInbox(aws, `${installation}-audit`);
  });
  afterAll(() => bus?.[Symbol.asyncDispose]());

  /** Who heard what since the last time. */
  const heard = async () => {
    const all: Record<string, readonly string[]> = {};
    for (const { who, hear } of inboxes) all[who] = await hear();
    return all;
  };
  const busHeard = () => bus.taken.map(({ type }) => type);

  it('is not told of while all is well', async () => {
    const report = await world().look(2);
    expect(report.diagnosis?.conclusion).toBe('healthy');
    expect(report.observations.filter(({ outcome }) => outcome === 'failing')).toEqual([]);
    expect(await heard()).toEqual(NOTHING);
  });

  it('opens one incident, and tells whoever asked for its severity, and the audit queue', async () => {
    await world().switchOn('outage');
    const report = await world().look();
    expect(report.diagnosis?.primary).toMatchObject({ cause: 'clay.outage', severity: 'P1' });
    expect(await heard()).toEqual(toBoth('P1 triggered clay.outage'));
    expect(await audit.hear()).toEqual(['P1 triggered clay.outage']);
    await world().look(2);
    expect(await heard()).toEqual(NOTHING);
  });

  it('reaches a channel by its queue and the function behind it, signed', async () => {
    await expect.poll(busHeard, { timeout: 60_000 }).toEqual(['incident.triggered']);
    expect(bus.taken[0]).toMatchObject({ data: { incident: { cause: 'clay.outage', severity: 'P1' } } });
  });

  it('is acknowledged over HTTP by whoever knows the secret and nobody else, and that pages nobody', async () => {
    const headers = { authorization: `Bearer ${RESPOND_SECRET}` };
    const acknowledge = (id: string, as: Readonly<Record<string, string>>) =>
      world().ask(`/v1/incidents/${id}/acknowledge`, { method: 'POST', headers: as, body: '{"by":"ada"}' });
    const listed = await world().ask('/v1/incidents', { headers });
    const { incidents } = (await listed.json()) as { readonly incidents: readonly { readonly id: string }[] };
    expect(incidents).toMatchObject([{ cause: 'clay.outage', status: 'triggered' }]);
    const id = incidents[0]?.id ?? '';
    expect((await acknowledge(id, {})).status).toBe(401);
    expect(await (await acknowledge(id, headers)).json()).toMatchObject({
      outcome: 'done',
      incident: { status: 'acknowledged', acknowledged: { by: { name: 'ada' } } },
    });
    await world().look();
    expect(await heard()).toEqual(byMail('P1 acknowledged clay.outage'));
  });

  it('is over once Clay was seen working twice, and that is told to all who were told of it', async () => {
    await audit.hear();
    await world().switchOff('outage');
    await world().look(2);
    expect(await heard()).toEqual(toBoth('P1 resolved clay.outage'));
    expect(await audit.hear()).toEqual(['P1 resolved clay.outage']);
    await expect.poll(() => busHeard().at(-1), { timeout: 60_000 }).toBe('incident.resolved');
    expect((await world().look()).diagnosis?.conclusion).toBe('healthy');
  });

  it('is told by SMS as a P1 only: what is a P2 goes to the mailbox', async () => {
    await world().switchOn('crm-probe-failing');
    await world().look(2);
    expect(await heard()).toEqual(byMail('P2 triggered crm.sync-failing'));
    await world().switchOff('crm-probe-failing');
    await world().look(2);
    expect(await heard()).toEqual(byMail('P2 resolved crm.sync-failing'));
  });

  it('left nothing undelivered', async () => {
    const { aws, installation } = world();
    expect(await (await openInbox(aws, `${installation}-undelivered`)).hear()).toEqual([]);
    expect(await (await openInbox(aws, `${installation}-watch-failures`)).hear()).toEqual([]);
  });
});
