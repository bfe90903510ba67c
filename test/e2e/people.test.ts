import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPeopleWorld, type PeopleWorld } from './people-world.ts';

const SOON = { timeout: 30_000, interval: 50 };
const LINKS = /http:\/\/127\.0\.0\.1:\d+\/i\/[\w.~-]+/g;

let world: PeopleWorld;
beforeAll(async () => {
  world = await createPeopleWorld();
}, 60_000);
afterAll(() => world.stop());

/** The ways on which all that is owed was taken. */
const undelivered = async (): Promise<readonly string[]> =>
  (await world.proofs()).filter((proof) => !/ (delivered|superseded|fallen-back)$/.test(proof));
const untilTold = () => expect.poll(undelivered, SOON).toEqual([]);
const roots = () => world.slack.messages.filter(({ threadTs }) => threadTs === null);
const replies = () => world.slack.messages.filter(({ threadTs }) => threadTs !== null);
const alerts = () => world.pagerduty.alerts.map(({ state }) => state);

// One incident from its trigger to its review; each test goes on where the one before it ended.
describe('people in the loop, end to end', { timeout: 90_000 }, () => {
  it('are told of an outage every way at once, with proof of each', async () => {
    await world.look();
    await world.switchOn('outage');
    await world.look();
    expect(world.received()).toEqual(['email P1 triggered clay.outage', 'sms P1 triggered clay.outage']);
    await untilTold();
    expect([...(await world.proofs())].sort()).toEqual([
      'triggered bus delivered',
      'triggered pagerduty delivered',
      'triggered slack-ops delivered',
      'triggered sns delivered',
    ]);
    expect(roots()).toHaveLength(1);
    expect(world.pagerduty.alerts).toMatchObject([{ state: 'triggered', severity: 'critical' }]);
    expect(world.heardByWebhook()).toEqual(['incident.triggered']);
  });

  it('open the links of a message as often as they like; only its button acknowledges', async () => {
    const [email, sms] = ['email', 'sms'].map(
      (wanted) => world.runtime.inbox.messages().find(({ protocol }) => protocol === wanted)?.text,
    );
    const [looking = '', acknowledging = ''] = new Set(email?.match(LINKS));
    expect(sms?.match(LINKS)).toEqual([acknowledging]);
    const before = await world.incident();
    for (const link of [looking, acknowledging])
      for (const method of ['GET', 'GET', 'HEAD']) await world.browse(link, { method });
    expect((await world.browse(looking)).text).not.toContain('<form');
    expect((await world.browse(looking, { method: 'POST' })).status).toBe(400);
    expect((await world.browse(acknowledging)).text).toContain('<form method="post">');
    expect(await world.incident()).toEqual(before);

    const body = new URLSearchParams({ by: 'Ada' });
    const pressed = await world.browse(acknowledging, { method: 'POST', body });
    expect(pressed).toMatchObject({ status: 200, text: expect.stringContaining('Acknowledged.') });
    expect(await world.incident()).toMatchObject({
      status: 'acknowledged',
      acknowledgement: { by: { name: 'Ada', via: 'link' } },
    });
    await world.look();
    expect(world.received()).toEqual(['email P1 acknowledged clay.outage']);
    await untilTold();
    expect(alerts()).toEqual(['acknowledged']);
    expect(world.heardByWebhook()).toEqual(['incident.triggered', 'incident.acknowledged']);
    expect(roots()).toMatchObject([{ edits: 1 }]);
    expect(replies()).toHaveLength(1);
  });

  it('act over HTTP: write a note, an update, say whose it is, and give it back', async () => {
    const { id } = await world.incident();
    const path = `/v1/incidents/${id}`;
    expect((await world.browse(`${world.runtime.endpoints.http}${path}`)).status).toBe(401);
    const answers = [
      await world.api('POST', `${path}/note`, { text: 'Clay support: ticket 4711' }),
      await world.api('POST', `${path}/update`, { text: 'Rows wait here.', audience: 'stakeholders' }),
      await world.api('POST', `${path}/assign`, { to: 'Ben' }),
      await world.api('POST', `${path}/unacknowledge`),
    ];
    expect(answers.map(({ status, body }) => [status, body.outcome])).toEqual(
      answers.map(() => [200, 'done']),
    );
    await world.look();
    expect(world.received()).toEqual(
      expect.arrayContaining(['email P1 updated clay.outage', 'sms P1 acknowledgement-stale clay.outage']),
    );
    await untilTold();
    expect(alerts().filter((state) => state === 'triggered')).toHaveLength(1);
    const { body } = await world.api('GET', path);
    expect(JSON.stringify(body)).toContain('ticket 4711');
  });

  it('press a button in Slack, and nobody but Slack can', async () => {
    expect(await world.press('claywatch:acknowledge', 'another-secret')).toBe(401);
    expect((await world.incident()).status).toBe('triggered');
    expect(await world.press('claywatch:acknowledge')).toBe(200);
    expect((await world.incident()).acknowledgement?.by).toEqual({ name: 'grace', via: 'slack' });
    await world.look();
    await untilTold();
    expect(alerts()).not.toContain('triggered');
    expect(roots()).toHaveLength(1);
  });

  it('read on the status page what a person has confirmed, and nothing else', async () => {
    const { id } = await world.incident();
    const path = `/v1/incidents/${id}/update`;
    const words = { text: 'New records are enriched later.', audience: 'public' };
    expect((await world.api('POST', path, words)).status).toBe(409);
    expect(world.page.requests).toEqual([]);
    expect((await world.api('POST', path, { ...words, confirmed: true })).status).toBe(200);
    await world.look();
    await untilTold();
    expect(world.page.incidents).toMatchObject([
      { updates: [{ body: expect.stringContaining('New records are enriched later.') }] },
    ]);
    expect(JSON.stringify(world.page.incidents)).not.toMatch(/4711|Rows wait here|standby|Ada|grace/);
    expect(world.page.components['component-1']).toBe('major_outage');
  });

  it('see and steer it on the command line', async () => {
    const { id } = await world.incident();
    const list = await world.cli('incidents');
    expect(list).toMatchObject({ code: 0, stdout: expect.stringContaining(id) });
    for (const args of [
      ['note', id, 'Looking at the standby'],
      ['update', id, 'Rows go to the standby.'],
      ['mitigate', id, 'Rows go to the standby'],
    ])
      expect(await world.cli('incidents', ...args, '--by', 'Grace')).toMatchObject({ code: 0, stderr: '' });
    const shown = await world.cli('incidents', 'show', id);
    expect(shown.stdout).toContain('Looking at the standby');
    expect(shown.stdout).toContain('ticket 4711');
    await world.look();
    await untilTold();
    expect(world.heardByWebhook().slice(-2)).toEqual(['incident.updated', 'incident.mitigated']);
    expect(world.received()).toContain('email P1 mitigated clay.outage');
  });

  it('hear of the recovery every way, as surely as of the trigger', async () => {
    await world.switchOff('outage');
    await world.look(2);
    expect(world.received()).toEqual(['email P1 resolved clay.outage', 'sms P1 resolved clay.outage']);
    await untilTold();
    expect(new Set(alerts())).toEqual(new Set(['resolved']));
    expect(world.heardByWebhook().at(-1)).toBe('incident.resolved');
    expect(replies().at(-1)).toMatchObject({ broadcast: true });
    expect((await world.proofs()).filter((proof) => proof.startsWith('resolved '))).toHaveLength(5);
    expect(world.page.incidents.at(-1)?.status).toBe('resolved');
    expect(world.page.components).toEqual({ 'component-1': 'operational' });
  });

  it('have the postmortem at once, and say that it is done', async () => {
    const { id } = await world.incident();
    const written = await world.cli('postmortem', id);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(written.stdout).toContain(id);
    expect(written.stdout).toContain('ticket 4711');
    const over = await world.api('GET', `/v1/incidents/${id}/postmortem`);
    expect(over.status).toBe(200);
    expect((await world.cli('incidents', 'review', id)).code).toBe(0);
    expect((await world.incident()).status).toBe('reviewed');
    expect((await world.cli('incidents')).stdout).not.toContain(id);
  });

  it('are left alone by a silence, and told when it ends what is still so', async () => {
    const silence = await world.cli(
      'silence',
      'add',
      '--for',
      '1h',
      '--everything',
      '--reason',
      'Known',
      '--json',
    );
    expect(silence.code).toBe(0);
    const silenceId = /sil-[0-9a-f]{8}/.exec(silence.stdout)?.[0] ?? '';
    expect((await world.cli('silence', 'list')).stdout).toContain(silenceId);
    const before = world.slack.messages.length;
    await world.switchOn('outage');
    await world.look(2);
    expect(world.received()).toEqual([]);
    expect((await world.cli('silence', 'end', silenceId)).code).toBe(0);
    await world.look();
    expect(world.received()).toEqual(['email P1 triggered clay.outage', 'sms P1 triggered clay.outage']);
    await untilTold();
    expect(world.slack.messages).toHaveLength(before + 1);
  });

  it('get by e-mail what a channel refuses', async () => {
    const { id } = await world.incident();
    world.webhook.fail({ kind: 'answer', status: 400 });
    expect((await world.cli('incidents', 'ack', id, '--by', 'Ada')).code).toBe(0);
    await world.look();
    await expect.poll(world.proofs, SOON).toContain('acknowledged bus refused');
    world.received();
    await world.look();
    expect(await world.proofs()).toContain('acknowledged bus fallen-back');
    const [fallback] = world.runtime.inbox.messages().slice(-1);
    expect(fallback).toMatchObject({ protocol: 'email', attributes: { kind: 'fallback' } });
    expect(fallback?.text).toContain('bus');
  });

  it('close it by their word, if they mean it', async () => {
    const { id } = await world.incident();
    const refused = await world.cli('incidents', 'resolve', id);
    expect(refused.code).not.toBe(0);
    expect((await world.incident()).status).toBe('acknowledged');
    expect((await world.cli('incidents', 'resolve', id, '--force', 'A drill')).code).toBe(0);
    await world.look();
    await untilTold();
    expect((await world.incident()).status).toBe('resolved');
    expect(new Set(alerts())).toEqual(new Set(['resolved']));
  });

  it('can see beforehand whether messages would arrive', async () => {
    const doctor = await world.cli('doctor', '--json');
    const { checks } = JSON.parse(doctor.stdout) as {
      readonly checks: readonly { readonly result: string; readonly what?: string }[];
    };
    // Here the watch looks when it is told to, for slots of its own.
    const wrong = checks.filter(({ result, what }) => result === 'not-ready' && what !== 'watch');
    expect(wrong).toEqual([]);
    const test = await world.cli('notify', 'test', '--severity', 'P1');
    expect(test, test.stdout).toMatchObject({ code: 0 });
    expect(world.heardByWebhook().at(-1)).toMatch(/^incident\./);
    expect(world.received().some((one) => one.startsWith('email '))).toBe(true);
  });
});
