import { describe, expect, it } from 'vitest';
import type { Incident } from '../../shared/incident/incident.ts';
import { verifyLink } from '../../shared/link/token.ts';
import { BASE_CONFIG, createWorld, START, type World } from '../support/world.ts';

const outageOf = async (world: World): Promise<Incident> => {
  const found = (await world.incidents()).find(({ cause }) => cause === 'clay.outage');
  if (!found) throw new Error('no outage');
  return found;
};
const transitions = (world: World) =>
  world.delivered.map(({ notification }) => notification.attributes.transition);

describe('a run and people', () => {
  it('keeps what was seen at every transition, also those of people', async () => {
    const world = createWorld();
    world.clay.faults.on('outage');
    await world.run(2);
    await world.clock.run(world.act('clay.outage', { kind: 'acknowledge' }));
    await world.run(1);
    world.clay.faults.clear();
    await world.run(4);
    const kept = await world.clock.run(world.evidence.ofIncident((await outageOf(world)).id));
    expect([...new Set(kept.map(({ occasion }) => occasion))]).toEqual([
      'opened',
      'acknowledged',
      'resolved',
    ]);
    expect(kept[0]?.probes[0]).toMatchObject({ outcome: 'failing' });
    expect(kept.length).toBeLessThanOrEqual(4);
  });

  it('reports what time did among the changes of the run', async () => {
    const world = createWorld();
    world.clay.faults.on('outage');
    await world.run(18);
    expect(world.reports.flatMap(({ changes }) => changes.map(({ transition }) => transition))).toContain(
      'escalated',
    );
    expect(transitions(world)).toEqual(['triggered', 'escalated']);
  });

  it('escalates although the watch did not run at the deadline, once', async () => {
    const world = createWorld();
    world.clay.faults.on('outage');
    await world.run(2);
    await world.skip(100);
    await world.run(3);
    expect(
      world.delivered
        .filter(({ notification }) => notification.attributes.cause === 'clay.outage')
        .map(({ notification }) => notification.attributes.transition),
    ).toEqual(['triggered', 'escalated', 'update-due']);
  });

  it('delivers, and says what failed, though evidence cannot be kept', async () => {
    const world = createWorld({
      around: {
        evidence: (inner) => ({
          ...inner,
          keep: async () => {
            throw new Error('the table is not there');
          },
        }),
      },
    });
    world.clay.faults.on('outage');
    await expect(world.tick()).rejects.toThrow('what was seen was not kept');
    expect(transitions(world)).toEqual(['triggered']);
  });

  describe('with links', () => {
    const config = {
      ...BASE_CONFIG,
      respond: { publicUrl: 'https://claywatch.example.com', linkSecret: 'env:LINK_KEY' },
    } as const;
    const KEY = 'fake-link-key-0123456789abcdef0123456789';
    const pageOf = async (linkKey?: string) => {
      const world = createWorld({ config, ...(linkKey !== undefined && { linkKey }) });
      world.clay.faults.on('outage');
      await world.run(1);
      const [page] = world.delivered;
      if (!page) throw new Error('nobody was paged');
      return { text: page.notification.emailText, errors: world.reports[0]?.deliveries.errors ?? [] };
    };

    it('pages with one that takes it', async () => {
      const { text, errors } = await pageOf(KEY);
      const [, token = ''] = /TO TAKE IT[\s\S]*?\/i\/([\w.-]+)/.exec(text) ?? [];
      expect(await verifyLink(KEY, token, 'acknowledge', START)).toMatchObject({ kind: 'valid' });
      expect(errors).toEqual([]);
    });

    it('pages all the same when the key cannot be used, and says so', async () => {
      const { text, errors } = await pageOf('too short');
      expect(text).toContain('TO TAKE IT');
      expect(text).not.toContain('/i/');
      expect(errors.join()).toContain('link');
    });
  });

  it('says that it is unhealthy itself when messages reach nobody, and that it is well again when they do', async () => {
    let isShut = true;
    const world = createWorld({
      around: {
        publisher: (inner) => ({
          publish: async (notification) => {
            if (isShut) throw new Error('SNS is not there');
            return inner.publish(notification);
          },
        }),
      },
    });
    world.clay.faults.on('crm-token-expired');
    await world.run(30);
    const own = async () =>
      (await world.incidents()).find(
        ({ cause, subject }) => cause === 'own.unhealthy' && subject === 'messages',
      );
    expect(await own()).toMatchObject({ status: 'triggered', severity: 'P2' });
    isShut = false;
    await world.run(20);
    expect(await own()).toMatchObject({ status: 'resolved' });
    expect((await own())?.pending).toEqual([]);
  });
});
