import { describe, expect, it } from 'vitest';
import { undeliveredAge } from '../../shared/notify/proof.ts';
import { createDeliveryWorld, EVERYBODY, MINUTE } from './delivery-world.ts';

const OPS = 'ops@example.com';
const PHONE = '+4915112345678';

describe('proof', () => {
  it('is owed for every way before anything is sent, and given when it arrived', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    let owed: readonly string[] = [];
    const publisher = {
      publish: async () => {
        owed = await world.proofs();
        throw new Error('power cut');
      },
    };
    await world.sweep({ publisher });
    expect(owed).toEqual(['triggered slack-ops owed', 'triggered sns owed']);

    world.later(MINUTE);
    await world.sweep();
    expect(await world.proofs()).toEqual(['triggered slack-ops delivered', 'triggered sns delivered']);
    const [, sns] = await world.proof.ofIncident((await world.current()).id);
    expect(sns).toMatchObject({ attempts: 2, lastError: 'Error: power cut' });
    expect(world.heardBy(OPS)).toEqual(['leads:triggered']);
    expect(world.heardBy(PHONE)).toEqual(['leads:triggered']);
  });

  it('is recorded afterwards when the ledger was away, and nothing is held back for it', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    const away = () => Promise.reject(new Error('no table'));
    const report = await world.sweep({
      proof: { owe: away, record: away, ofIncident: away, undelivered: away },
    });
    expect(report).toMatchObject({ delivered: 1, failed: 0 });
    expect(report.errors).toContain('Error: no table');
    expect(world.heardBy(OPS)).toEqual(['leads:triggered']);
  });

  it('that was lost between sending and recording is made up for from the receipt on the incident', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    await world.sweep({
      proof: { ...world.proof, record: () => Promise.reject(new Error('power cut')) },
    });
    world.later(MINUTE);
    await world.sweep();
    const [, sns] = await world.proof.ofIncident((await world.current()).id);
    expect(sns).toMatchObject({ channel: 'sns', status: 'delivered', receipt: 'receipt-1' });
    expect(world.heardBy(OPS)).toEqual(['leads:triggered']);
  });

  it('of a page that was acknowledged before it could be sent is superseded, and the page is not sent', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    world.broken.add('sns');
    await world.sweep();
    await world.act({ kind: 'acknowledge' });
    world.broken.clear();
    world.later(MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:acknowledged']);
    expect(await world.proofs()).toEqual([
      'triggered slack-ops superseded',
      'triggered sns superseded',
      'acknowledged slack-ops delivered',
      'acknowledged sns delivered',
    ]);
  });

  it('an acknowledgement while proof is being owed still stops the page', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    await world.sweep({
      proof: {
        ...world.proof,
        owe: async (rows) => {
          await world.proof.owe(rows);
          await world.act({ kind: 'acknowledge' });
        },
      },
    });
    expect(world.heardBy(OPS)).toEqual(['leads:acknowledged']);
  });

  it('tells how long the oldest message is owed', async () => {
    const world = createDeliveryWorld();
    world.broken.add('slack-ops');
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(3 * MINUTE);
    expect(await undeliveredAge(world.proof, world.clock.now())).toMatchObject({
      ageMs: 3 * MINUTE,
      channel: 'slack-ops',
    });
  });
});

describe('a channel that does not take a message', () => {
  it('is made up for by e-mail after a while, once, and not by SMS', async () => {
    const world = createDeliveryWorld();
    world.broken.add('slack-ops');
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(4 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered']);
    world.later(MINUTE);
    expect(await world.sweep()).toMatchObject({ fellBack: 1, errors: [] });
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'fallback']);
    expect(world.heardBy(PHONE)).toEqual(['leads:triggered']);
    expect(await world.proofs()).toEqual(['triggered slack-ops fallen-back', 'triggered sns delivered']);
    world.later(10 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toHaveLength(2);

    const mail = world.received.at(-1)?.notification;
    expect(mail?.subject).toMatch(/^\[P1\] slack-ops did not take: \[P1\] /);
    expect(mail?.emailText).toMatch(/^slack-ops has not taken a message of Claywatch, the oldest 5 min old/);
    expect(mail?.emailText).toContain('callback.failing');
  });

  it('and refuses it is made up for at once', async () => {
    const world = createDeliveryWorld();
    world.broken.add('slack-ops');
    await world.fail('leads', 'P1');
    await world.sweep();
    const { pending: _, ...incident } = await world.current();
    await world.proof.record(incident.deliveries[0]?.id ?? '', 'slack-ops', {
      status: 'refused',
      at: world.clock.now(),
      error: 'Slack says channel_not_found',
    });
    world.later(MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'fallback']);
    expect(world.received.at(-1)?.notification.emailText).toContain('It says: Slack says channel_not_found');
  });

  it('is made up for by everybody who gets e-mail when nobody does at that severity', async () => {
    const world = createDeliveryWorld({
      notify: { ...EVERYBODY, email: [{ address: OPS, severities: ['P1'] }] },
    });
    world.broken.add('slack-ops');
    await world.fail('leads', 'P3', 'enrichment.slow');
    world.later(MINUTE);
    await world.sweep();
    world.later(5 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['fallback']);
  });

  it('stays owed, and shows, when nobody gets e-mail', async () => {
    const world = createDeliveryWorld({ notify: { ...EVERYBODY, email: [] } });
    world.broken.add('slack-ops');
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(30 * MINUTE);
    await world.sweep();
    expect((await undeliveredAge(world.proof, world.clock.now())).ageMs).toBe(30 * MINUTE);
  });

  it('is not made up for with a page that somebody has by then', async () => {
    const world = createDeliveryWorld();
    world.broken.add('slack-ops');
    await world.fail('leads', 'P1');
    await world.sweep();
    await world.act({ kind: 'acknowledge' });
    world.later(6 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'leads:acknowledged']);
    expect(await world.proofs()).toContain('triggered slack-ops superseded');
  });

  it('gets one e-mail for many messages, with a list', async () => {
    const world = createDeliveryWorld();
    world.broken.add('slack-ops');
    for (let index = 0; index < 5; index += 1) await world.fail(`crm-${index}`, 'P1', 'crm.sync-failing');
    await world.sweep();
    world.later(6 * MINUTE);
    expect(await world.sweep()).toMatchObject({ fellBack: 5 });
    const mail = world.received.at(-1)?.notification;
    expect(mail?.subject).toBe('[P1] slack-ops did not take 5 messages');
    for (let index = 0; index < 5; index += 1) expect(mail?.emailText).toContain(`crm-${index}`);
  });

  it('and takes it late after all has it', async () => {
    const world = createDeliveryWorld();
    world.broken.add('slack-ops');
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(6 * MINUTE);
    await world.sweep();
    world.broken.clear();
    await world.takeFromQueues();
    expect(await world.proofs()).toEqual(['triggered slack-ops delivered', 'triggered sns delivered']);
  });
});

describe('an escalation', () => {
  const escalated = async (world = createDeliveryWorld()) => {
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(16 * MINUTE);
    await world.tick();
    return world;
  };

  it('pages the people whom it names, each with proof, and tells everybody else', async () => {
    const world = await escalated();
    await world.sweep();
    expect(world.heardBy('ada')).toEqual(['leads:escalated']);
    expect(world.heardBy('grace')).toEqual(['leads:escalated']);
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'leads:escalated']);
    expect((await world.proofs()).filter((row) => row.startsWith('escalated')).sort()).toEqual([
      'escalated person:ada delivered',
      'escalated person:grace delivered',
      'escalated slack-ops delivered',
      'escalated sns delivered',
    ]);
  });

  it('goes to everybody of the severity when nobody can be paged by name', async () => {
    const world = await escalated(createDeliveryWorld({ notify: { ...EVERYBODY, people: {} } }));
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'leads:escalated']);
    expect(world.heardBy(PHONE)).toEqual(['leads:triggered', 'leads:escalated']);
  });

  it('that does not reach a person is tried again, holds nothing else up, and goes by e-mail in the end', async () => {
    const world = await escalated();
    world.broken.add('pages');
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'leads:escalated']);
    world.later(MINUTE);
    world.broken.clear();
    await world.sweep();
    expect(world.heardBy('ada')).toEqual(['leads:escalated']);

    const other = await escalated();
    other.broken.add('pages');
    for (let minute = 0; minute <= 5; minute += 1) {
      await other.sweep();
      other.later(MINUTE);
    }
    await other.sweep();
    expect(other.heardBy(OPS)).toEqual(['leads:triggered', 'leads:escalated', 'fallback', 'fallback']);
    expect(other.received.at(-1)?.notification.emailText).toMatch(/^SNS for (ada|grace) has not taken/);
  });

  it('does not page a person after somebody acknowledged, not even one that is being tried again', async () => {
    const world = await escalated();
    world.broken.add('pages');
    await world.sweep();
    world.broken.clear();
    await world.act({ kind: 'acknowledge' });
    world.later(MINUTE);
    await world.sweep();
    expect(world.heardBy('ada')).toEqual([]);
    expect((await world.proofs()).filter((row) => row.includes('person:'))).toEqual([
      'escalated person:ada superseded',
      'escalated person:grace superseded',
    ]);
  });
});
