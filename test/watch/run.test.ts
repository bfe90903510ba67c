import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { BASE_CONFIG, createWorld, type World, type WorldOptions } from '../support/world.ts';

const messages = (world: World): readonly string[] =>
  world.delivered.map(({ notification: { attributes } }) => `${attributes.transition} ${attributes.cause}`);

const distinct = (world: World): readonly string[] => {
  const seen = new Map(world.delivered.map(({ notification }) => [notification.id, notification.attributes]));
  return [...seen.values()].map((attributes) => `${attributes.transition} ${attributes.cause}`);
};

describe('a run', () => {
  it('looks at everything, says what it saw, and finds a healthy Clay healthy', async () => {
    const world = createWorld();
    const report = await world.tick();
    expect(report.result).toBe('completed');
    expect(report.diagnosis?.conclusion).toBe('healthy');
    expect(report.observations.map(({ probe }) => probe).sort()).toEqual(
      [
        'callback:leads',
        'clay.actions',
        'clay.api',
        'clay.balance',
        'clay.credits',
        'clay.key',
        'clay.status',
        'clay.web',
        'connectivity',
        'actions.run-out',
        'credits.burn',
        'credits.history',
        'credits.run-out',
        'integration',
        'messages',
        'probe:apollo',
        'probe:hubspot',
        'schedule',
        'webhook:leads/leads-1',
      ].sort(),
    );
    expect(world.clay.state().webhooks.every(({ accepted }) => accepted === 0)).toBe(true);
  });

  it('of a slot that was done is a duplicate, and neither probes nor tells', async () => {
    const world = createWorld();
    world.clay.faults.on('outage');
    await world.tick();
    const before = JSON.stringify(world.clay.state().requests);
    const again = await world.clock.run(world.watch(world.slot() - 60_000));
    expect(again.result).toBe('duplicate');
    expect(JSON.stringify(world.clay.state().requests)).toBe(before);
    expect(messages(world)).toEqual(['triggered clay.outage']);
  });

  it('of ten at once for one slot: one works, and one message goes out', async () => {
    const world = createWorld();
    world.clay.faults.on('outage');
    const slot = world.slot();
    const reports = await world.clock.run(Promise.all(Array.from({ length: 10 }, () => world.watch(slot))));
    expect(reports.map(({ result }) => result).sort()).toEqual([
      ...Array.from({ length: 9 }, () => 'busy'),
      'completed',
    ]);
    expect(messages(world)).toEqual(['triggered clay.outage']);
  });

  it('that missed its schedule says so', async () => {
    const world = createWorld();
    await world.run(2);
    await world.skip(10);
    const report = await world.tick();
    expect(report.diagnosis?.primary).toMatchObject({ cause: 'monitoring.gap', subject: 'schedule' });
  });

  it.each([
    { minutes: -60, between: [] },
    { minutes: -600, between: [] },
    // Time that nobody acknowledged it in, as far as the clock can tell.
    { minutes: 45, between: ['escalated clay.outage', 'update-due clay.outage'] },
  ])(
    'goes on when the clock jumps by $minutes minutes in the middle of an outage',
    async ({ minutes, between }) => {
      const world = createWorld();
      await world.run(2);
      world.clay.faults.on('outage');
      await world.run(3);
      world.jump(minutes);
      await world.run(3);
      world.clay.faults.clear();
      await world.run(4);
      expect(world.reports.every(({ result }) => result === 'completed')).toBe(true);
      expect(messages(world).filter((text) => text.endsWith('clay.outage'))).toEqual([
        'triggered clay.outage',
        ...between,
        'resolved clay.outage',
      ]);
      const [outage] = (await world.incidents()).filter(({ cause }) => cause === 'clay.outage');
      expect(outage?.resolvedAt).toBeGreaterThanOrEqual(outage?.openedAt ?? Number.NaN);
    },
  );

  it('closes an incident about something that the configuration no longer names, and says why', async () => {
    const world = createWorld();
    world.clay.faults.on('crm-probe-failing');
    await world.run(2);
    world.reconfigure({ ...BASE_CONFIG, probes: { apollo: BASE_CONFIG.probes.apollo } } as ConfigInput);
    await world.run(1);
    expect(messages(world)).toEqual(['triggered crm.sync-failing', 'resolved crm.sync-failing']);
    expect(world.delivered.at(-1)?.notification.emailText.replace(/\s+/g, ' ')).toContain(
      'Closed because nothing watches it any more',
    );
  });

  it('reads a meter that goes away with legacy billing as no longer watched, not as used up', async () => {
    const world = createWorld();
    world.clay.faults.on('actions-zero');
    await world.run(1);
    world.clay.faults.clear();
    world.clay.faults.on('legacy-billing');
    await world.run(1);
    expect(messages(world)).toEqual(['triggered actions.exhausted', 'resolved actions.exhausted']);
  });
});

describe('a canary', () => {
  const canary = {
    ...BASE_CONFIG,
    feeds: {
      leads: {
        webhooks: [
          {
            id: 'leads-1',
            url: 'env:CLAY_WEBHOOK_URL',
            authToken: 'env:CLAY_WEBHOOK_TOKEN',
            check: 'canary',
            everyMinutes: 120,
          },
        ],
      },
    },
  } satisfies ConfigInput;
  const rows = (world: World) => world.clay.state().webhooks.find(({ id }) => id === 'leads-1')?.accepted;

  it('posts one row per interval, however often the watch runs', async () => {
    const world = createWorld({ config: canary });
    await world.run(121);
    expect(rows(world)).toBe(2);
  });

  it('looks again on the next runs after a passing failure, and then is believed', async () => {
    const world = createWorld({ config: canary });
    world.clay.faults.on('intake-5xx');
    await world.run(2);
    expect(messages(world)).toEqual([]);
    await world.run(1);
    expect(messages(world)).toEqual(['triggered webhook.intake-failing']);
  });
});

describe('killed between any two calls', () => {
  /** Counts every call to a store or to people, and dies before or after the one with this number. */
  const dying = (at: number, when: 'before' | 'after'): WorldOptions & { died(): boolean } => {
    let count = 0;
    let died = false;
    const mortal = <T extends object>(inner: T): T =>
      new Proxy(inner, {
        get: (target, name) => {
          const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
          return async (...args: unknown[]) => {
            count += 1;
            const fatal = !died && count >= at;
            if (fatal && when === 'before') {
              died = true;
              throw new Error('killed');
            }
            const result = await method.apply(target, args);
            if (fatal) {
              died = true;
              throw new Error('killed');
            }
            return result;
          };
        },
      });
    return {
      around: {
        publisher: mortal,
        incidentStore: mortal,
        watchStore: mortal,
        creditStore: mortal,
      },
      died: () => died,
    };
  };

  /** An outage that comes and goes, with one death on the way; the scheduler tries a dead run again. */
  const live = async (at: number, when: 'before' | 'after') => {
    const options = dying(at, when);
    const world = createWorld(options);
    const tick = async () => {
      try {
        await world.tick();
      } catch {
        await world.clock.advance(35_000);
        await world.tick();
      }
    };
    await tick();
    world.clay.faults.on('outage');
    for (let minute = 0; minute < 3; minute += 1) await tick();
    world.clay.faults.clear();
    for (let minute = 0; minute < 5; minute += 1) await tick();
    return { world, died: options.died() };
  };

  it.each(['before', 'after'] as const)(
    '(%s each call in turn) one incident, every message, at most one of them twice',
    async (when) => {
      let deaths = 0;
      for (let at = 1; at < 200; at += 1) {
        const { world, died } = await live(at, when);
        if (!died) break;
        deaths += 1;
        expect(distinct(world), `call ${at}`).toEqual(['triggered clay.outage', 'resolved clay.outage']);
        expect(world.delivered.length, `call ${at}`).toBeLessThanOrEqual(3);
        expect(
          (await world.incidents()).map(({ cause, status }) => `${cause} ${status}`),
          `call ${at}`,
        ).toEqual(['clay.outage resolved']);
      }
      expect(deaths).toBeGreaterThan(20);
    },
    120_000,
  );
});
