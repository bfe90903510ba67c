import { describe, expect, it } from 'vitest';
import type { Severity } from '../../shared/severity.ts';
import { createDeliveryWorld, type DeliveryWorld, EVERYBODY, MINUTE } from './delivery-world.ts';

const OPS = 'ops@example.com';
const PHONE = '+4915112345678';
const SLACK = 'slack-ops';

const notes = async (world: DeliveryWorld, subject = 'leads') =>
  (await world.current(subject)).timeline.filter(({ kind }) => kind === 'withheld').map(({ text }) => text);

describe('a silence', () => {
  it('holds back what it covers, and tells it when it ends if it is still so', async () => {
    const world = createDeliveryWorld();
    await world.silence({ match: { feed: 'leads' } });
    await world.fail('leads', 'P1');
    await world.fail('accounts', 'P1');
    expect(await world.sweep()).toMatchObject({ delivered: 1, waiting: 1, errors: [] });
    expect(world.heardBy(OPS)).toEqual(['accounts:triggered']);
    world.later(59 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['accounts:triggered']);
    world.later(MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['accounts:triggered', 'leads:triggered']);
    expect(world.heardBy(SLACK)).toEqual(['accounts:triggered', 'leads:triggered']);
  });

  it('tells nobody of an incident that came and went within it, and says so on its timeline', async () => {
    const world = createDeliveryWorld();
    await world.silence({ reason: 'The webhook is being replaced' });
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(10 * MINUTE);
    await world.recover();
    await world.sweep();
    world.later(120 * MINUTE);
    await world.sweep();
    expect(world.received).toEqual([]);
    expect(await notes(world)).toEqual([
      expect.stringMatching(
        /^Came and went within silence sil-\d{8}: nobody was told\. Reason: The webhook is being replaced$/,
      ),
    ]);
    expect((await world.current()).pending).toEqual([]);
    expect(await world.store.active()).toEqual([]);
  });

  it('that ended a moment before the next sweep explains as well why nobody is told', async () => {
    const world = createDeliveryWorld();
    const silence = await world.silence();
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(10 * MINUTE);
    await world.recover();
    await world.silences.end(silence.id, world.clock.now() + 1);
    world.later(30_000);
    await world.sweep();
    expect(world.received).toEqual([]);
    expect(await notes(world)).toHaveLength(1);
  });

  it('announces the recovery of what was told before', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    await world.sweep();
    await world.silence();
    world.later(16 * MINUTE);
    await world.tick();
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered']);
    await world.recover();
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'leads:resolved']);
    expect(world.heardBy(PHONE)).toEqual(['leads:triggered', 'leads:resolved']);
    expect(await notes(world)).toEqual([expect.stringContaining('not told: escalated')]);
  });

  it('passes on what a person wrote', async () => {
    const world = createDeliveryWorld();
    await world.silence();
    await world.fail('leads', 'P1');
    await world.sweep();
    await world.act({ kind: 'update', text: 'We are on it.', audience: 'stakeholders' });
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:updated']);
    world.later(61 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:updated', 'leads:triggered']);
  });

  it('tells of the recovery when all that people heard is what a person wrote', async () => {
    const world = createDeliveryWorld();
    await world.silence();
    await world.fail('leads', 'P1');
    await world.act({ kind: 'update', text: 'We are on it.', audience: 'stakeholders' });
    await world.sweep();
    await world.recover();
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:updated', 'leads:resolved']);
  });

  it('ends in as few messages as it takes: one page of what was five, at the severity of now', async () => {
    const world = createDeliveryWorld();
    await world.silence({ to: world.clock.now() + 300 * MINUTE });
    await world.fail('leads', 'P2');
    await world.sweep();
    await world.fail('leads', 'P1');
    for (let step = 0; step < 10; step += 1) {
      world.later(20 * MINUTE);
      await world.tick();
      await world.sweep();
    }
    expect(world.received).toEqual([]);
    world.later(100 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered']);
    expect(world.received[0]?.notification.attributes).toMatchObject({ severity: 'P1', kind: 'page' });
    expect(world.heardBy(PHONE)).toEqual(['leads:triggered']);
  });

  it('gives people the whole time to respond once it is over, and says that the page was held back', async () => {
    const world = createDeliveryWorld();
    await world.silence();
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(61 * MINUTE);
    await world.sweep();
    const { emailText = '', smsText, bulletin } = world.received[0]?.notification ?? {};
    expect(emailText.split('\n')).toContain('Respond by 2026-11-03 13:16 UTC, in 15 min.');
    expect(emailText.replace(/\s+/g, ' ')).toMatch(
      /held back, by a silence .* it is about 2026-11-03 12:00 UTC\./,
    );
    expect(smsText).toContain('By 13:16 UTC');
    expect(bulletin?.respondBy).toBe(Date.UTC(2026, 10, 3, 13, 16));
  });

  it('does not page for what was acknowledged meanwhile, and tells who has it', async () => {
    const world = createDeliveryWorld();
    await world.silence();
    await world.fail('leads', 'P1');
    await world.sweep();
    await world.act({ kind: 'acknowledge' });
    world.later(61 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:acknowledged']);
    expect(world.heardBy(PHONE)).toEqual([]);
  });

  it('tells of a severity that changed meanwhile and still holds', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    await world.sweep();
    await world.silence();
    await world.fail('leads', 'P3');
    await world.sweep();
    await world.fail('leads', 'P2');
    await world.sweep();
    await world.fail('leads', 'P3');
    world.later(61 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS).at(-1)).toBe('leads:severity-lowered');
    expect((await world.current()).pending).toEqual([]);
  });

  it('holds nothing back when it cannot be read', async () => {
    const world = createDeliveryWorld();
    await world.silence();
    await world.fail('leads', 'P1');
    const report = await world.sweep({ silences: { current: () => Promise.reject(new Error('no table')) } });
    expect(report).toMatchObject({ delivered: 1, errors: ['Error: no table'] });
  });

  it('that comes while a page is on its way still lets people know that it is over', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    let raced = false;
    await world.sweep({
      publisher: {
        publish: async (notification) => {
          if (raced) return world.deps.publisher.publish(notification);
          raced = true;
          // Another sweep, which knows of a silence already, drops the page while this one is sending it.
          await world.silence();
          await world.recover();
          await world.sweep();
          return world.deps.publisher.publish(notification);
        },
      },
    });
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'leads:resolved']);
  });
});

describe('several feeds, one cause', () => {
  it('is one page that names all, after waiting for the others', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P2');
    expect(await world.sweep()).toMatchObject({ delivered: 0, waiting: 1 });
    world.later(20_000);
    await world.fail('accounts', 'P2');
    expect(await world.sweep()).toMatchObject({ delivered: 0, waiting: 2 });
    world.later(10_000);
    expect(await world.sweep()).toMatchObject({ delivered: 2, failed: 0 });
    expect(world.heardBy(OPS)).toEqual(['leads:triggered']);
    expect(world.heardBy(SLACK)).toEqual(['leads:triggered']);
    const { notification } = world.received[0] ?? {};
    expect(notification?.bulletin?.alsoAbout).toEqual(['accounts']);
    expect(notification?.emailText).toContain('accounts');
    const receipts = [await world.current('leads'), await world.current('accounts')].map(
      ({ deliveries, pending }) => [pending.length, deliveries.map(({ receipt }) => receipt)],
    );
    expect(receipts).toEqual([
      [0, ['receipt-1']],
      [0, ['receipt-1']],
    ]);
    for (const subject of ['leads', 'accounts'])
      expect(await world.proofs(subject)).toEqual([
        'triggered slack-ops delivered',
        'triggered sns delivered',
      ]);
  });

  it('waits for no P1, no cause that hits everything, and not where there is one feed only', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    await world.fail('clay', 'P2', 'clay.degraded');
    expect(await world.sweep()).toMatchObject({ delivered: 2, waiting: 0 });
    const single = createDeliveryWorld({ feeds: { leads: {} } });
    await single.fail('leads', 'P2');
    expect(await single.sweep()).toMatchObject({ delivered: 1, waiting: 0 });
    const impatient = createDeliveryWorld({ notify: { ...EVERYBODY, grouping: { waitSeconds: 0 } } });
    await impatient.fail('leads', 'P2');
    await impatient.fail('accounts', 'P2');
    expect(await impatient.sweep()).toMatchObject({ delivered: 2 });
    expect(impatient.heardBy(OPS)).toEqual(['leads:triggered']);
  });

  it('groups neither different causes nor different severities', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P2');
    await world.fail('accounts', 'P3');
    await world.fail('accounts', 'P2', 'enrichment.slow');
    world.later(MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS).toSorted()).toEqual([
      'accounts:triggered',
      'accounts:triggered',
      'leads:triggered',
    ]);
  });

  it('tells each recovery on its own', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P2');
    await world.fail('accounts', 'P2');
    world.later(MINUTE);
    await world.sweep();
    await world.recover('accounts');
    await world.sweep();
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'accounts:resolved']);
  });

  it('leaves out one that is acknowledged or silenced before it is sent', async () => {
    const world = createDeliveryWorld({ feeds: { leads: {}, accounts: {}, events: {} } });
    for (const feed of ['leads', 'accounts', 'events']) await world.fail(feed, 'P2');
    await world.silence({ match: { feed: 'events' } });
    world.later(MINUTE);
    let acknowledged = false;
    await world.sweep({
      proof: {
        ...world.proof,
        owe: async (rows) => {
          await world.proof.owe(rows);
          if (!acknowledged) await world.act({ kind: 'acknowledge' }, 'accounts');
          acknowledged = true;
        },
      },
    });
    expect(world.received[0]?.notification.bulletin?.alsoAbout).toEqual([]);
    expect(world.heardBy(OPS)).toEqual(['leads:triggered', 'accounts:acknowledged']);
  });

  it('that SNS does not take is owed by each, and goes out together later', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P2');
    await world.fail('accounts', 'P2');
    world.later(MINUTE);
    world.broken.add('sns');
    expect(await world.sweep()).toMatchObject({ delivered: 0, failed: 2 });
    world.broken.clear();
    world.later(MINUTE);
    expect(await world.sweep()).toMatchObject({ delivered: 2 });
    expect(world.heardBy(OPS)).toEqual(['leads:triggered']);
  });

  it('does not wait when a clock was ahead for a while', async () => {
    const world = createDeliveryWorld();
    world.later(24 * 60 * MINUTE);
    await world.fail('leads', 'P2');
    world.later(-24 * 60 * MINUTE);
    expect(await world.sweep()).toMatchObject({ delivered: 1 });
  });
});

describe('the throttle', () => {
  const storm = async (over: { readonly severity?: Severity } = {}) => {
    const world = createDeliveryWorld({ notify: { ...EVERYBODY, throttle: { perHour: 3 } } });
    for (let index = 0; index < 5; index += 1)
      await world.fail(`crm-${index}`, over.severity ?? 'P1', 'crm.sync-failing');
    world.later(MINUTE);
    await world.sweep();
    return world;
  };

  it('lets every first page and every recovery pass', async () => {
    const world = await storm();
    expect(world.heardBy(OPS)).toHaveLength(5);
    for (let index = 0; index < 5; index += 1) await world.recover(`crm-${index}`, 'crm.sync-failing');
    await world.sweep();
    expect(world.heardBy(OPS)).toHaveLength(10);
    expect(world.heardBy(PHONE)).toHaveLength(10);
  });

  it('sums up the rest in one e-mail, which Slack need not hear of: it heard of each', async () => {
    const world = await storm();
    for (let index = 0; index < 5; index += 1)
      await world.act({ kind: 'acknowledge' }, `crm-${index}`, 'crm.sync-failing');
    expect(await world.sweep()).toMatchObject({ delivered: 5, errors: [] });
    expect(world.heardBy(OPS)).toHaveLength(5);
    world.later(MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS).slice(5)).toEqual(['summary']);
    expect(world.heardBy(PHONE)).toHaveLength(5);
    expect(world.heardBy(SLACK).filter((what) => what.endsWith(':acknowledged'))).toHaveLength(5);
    const mail = world.received.findLast(({ by }) => by === OPS)?.notification;
    expect(mail?.subject).toBe('[P1] 5 messages about 5 incidents, held back by the throttle');
    expect(await world.proofs('crm-0', 'crm.sync-failing')).toEqual([
      'triggered slack-ops delivered',
      'triggered sns delivered',
      'acknowledged slack-ops delivered',
      'acknowledged summary delivered',
    ]);
  });

  it('sends one summary a quarter of an hour', async () => {
    const world = await storm();
    for (let index = 0; index < 3; index += 1) {
      await world.act({ kind: 'acknowledge' }, `crm-${index}`, 'crm.sync-failing');
      world.later(2 * MINUTE);
      await world.sweep();
    }
    world.later(2 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS).filter((what) => what === 'summary')).toHaveLength(1);
    world.later(15 * MINUTE);
    await world.sweep();
    expect(world.heardBy(OPS).filter((what) => what === 'summary')).toHaveLength(2);
  });

  it('is over when the hour is', async () => {
    const world = await storm();
    world.later(61 * MINUTE);
    await world.act({ kind: 'acknowledge' }, 'crm-0', 'crm.sync-failing');
    await world.sweep();
    expect(world.heardBy(OPS).at(-1)).toBe('crm-0:acknowledged');
  });

  it('counts for each destination: a storm of P4 does not hold back what is said of a P1', async () => {
    const world = await storm({ severity: 'P4' });
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(16 * MINUTE);
    await world.tick();
    await world.sweep();
    expect(world.heardBy(PHONE)).toEqual(['leads:triggered', 'leads:escalated']);
  });

  it('lets the first page at a more urgent severity pass: others hear of it for the first time', async () => {
    const world = await storm({ severity: 'P4' });
    await world.fail('crm-0', 'P1', 'crm.sync-failing');
    await world.sweep();
    expect(world.heardBy(PHONE)).toEqual(['crm-0:severity-raised']);
  });

  it('holds nothing back when it cannot be read or written', async () => {
    const world = await storm();
    const away = () => Promise.reject(new Error('no table'));
    await world.act({ kind: 'acknowledge' }, 'crm-0', 'crm.sync-failing');
    const report = await world.sweep({ throttle: { load: away, save: away } });
    expect(report.delivered).toBe(1);
    expect(world.heardBy(OPS).at(-1)).toBe('crm-0:acknowledged');
  });
});

describe('a page that nobody answers', () => {
  const NOTIFY = { ...EVERYBODY, repeatPageMinutes: { P1: 10 } };

  it('is repeated as often as was asked for, until somebody has it', async () => {
    const world = createDeliveryWorld({
      notify: NOTIFY,
      incidents: { respondWithinMinutes: { P1: 600 } },
    });
    await world.fail('leads', 'P1');
    for (let minute = 0; minute <= 25; minute += 1) {
      await world.sweep();
      world.later(MINUTE);
    }
    expect(world.heardBy(PHONE)).toEqual(['leads:triggered', 'leads:triggered', 'leads:triggered']);
    await world.act({ kind: 'acknowledge' });
    world.later(20 * MINUTE);
    await world.sweep();
    expect(world.heardBy(PHONE)).toHaveLength(3);
  });

  it('is not repeated unless it was asked for, nor while it is silenced', async () => {
    const world = createDeliveryWorld();
    await world.fail('leads', 'P1');
    await world.sweep();
    world.later(600 * MINUTE);
    await world.sweep();
    expect(world.heardBy(PHONE)).toHaveLength(1);

    const silenced = createDeliveryWorld({ notify: NOTIFY });
    await silenced.fail('leads', 'P1');
    await silenced.sweep();
    await silenced.silence();
    silenced.later(30 * MINUTE);
    await silenced.sweep();
    expect(silenced.heardBy(PHONE)).toHaveLength(1);
  });
});
