import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markDelivered } from '../../shared/incident/deliveries.ts';
import type { Incident, PendingNotification } from '../../shared/incident/incident.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { deliverPending } from '../../shared/notify/deliver.ts';
import type { Notification, Publisher } from '../../shared/notify/publisher.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { configOf, incidentOf, THREE_AM } from './messages.ts';

const render = createRenderer(configOf());

const owed = (id: string, severity: Severity, index: number): PendingNotification => ({
  id: `${id}:${index + 1}:triggered`,
  transition: 'triggered',
  severity,
  createdAt: THREE_AM + index,
  attempts: 0,
  dueAt: THREE_AM,
});

/** An incident about `name` that owes `messages` messages. */
const owing = (name: string, messages = 1, over: Partial<Incident> = {}): Incident => {
  const id = `inc-20261103-${name}`;
  const severity = over.severity ?? 'P1';
  return incidentOf('clay.outage', {
    id,
    subject: name,
    pending: Array.from({ length: messages }, (_, index) => owed(id, severity, index)),
    ...over,
  });
};

const storeWith = async (...incidents: readonly Incident[]): Promise<IncidentStore> => {
  const store = createMemoryIncidentStore();
  for (const incident of incidents) await store.write(incident, null);
  return store;
};

/** Keeps what it was given; `answer` decides about each. */
const publisherOf = (answer: (notification: Notification) => void = () => {}) => {
  const published: string[] = [];
  const publisher: Publisher = {
    publish: async (notification) => {
      answer(notification);
      published.push(notification.id);
      return { receipt: `receipt-${published.length}` };
    },
  };
  return { published, publisher };
};

const clockAt = (ms: number) => createVirtualClock(ms);
const current = async (store: IncidentStore, name: string): Promise<Incident> => {
  const incident = await store.current('clay.outage', name);
  if (!incident) throw new Error(`no incident about ${name}`);
  return incident;
};

describe('the sweep', () => {
  it('sends what is owed and marks it with the receipt', async () => {
    const store = await storeWith(owing('a', 2));
    const { publisher, published } = publisherOf();
    const report = await deliverPending({ store, publisher, render, clock: clockAt(THREE_AM) });
    expect(report).toEqual({ delivered: 2, failed: 0, waiting: 0, errors: [] });
    expect(published).toEqual(['inc-20261103-a:1:triggered', 'inc-20261103-a:2:triggered']);
    const after = await current(store, 'a');
    expect(after.pending).toEqual([]);
    expect(after.deliveries.map(({ id, receipt }) => [id, receipt])).toEqual([
      ['inc-20261103-a:1:triggered', 'receipt-1'],
      ['inc-20261103-a:2:triggered', 'receipt-2'],
    ]);
  });

  it('sends the most urgent first, then the one that waited longest', async () => {
    const later = { ...owed('inc-20261103-late', 'P1', 0), createdAt: THREE_AM + 60_000 };
    const store = await storeWith(
      owing('low', 1, { severity: 'P4' }),
      owing('late', 1, { pending: [later] }),
      owing('middle', 1, { severity: 'P2' }),
      owing('high', 1),
    );
    const { publisher, published } = publisherOf();
    await deliverPending({ store, publisher, render, clock: clockAt(THREE_AM) });
    expect(published.map((id) => id.split('-')[2]?.split(':')[0])).toEqual(['high', 'late', 'middle', 'low']);
  });

  it('stops one incident at its first failure, and goes on with the others', async () => {
    const store = await storeWith(owing('a', 3), owing('b', 1));
    const { publisher, published } = publisherOf(({ id }) => {
      if (id.includes('-a:')) throw new Error('SNS is not there');
    });
    const report = await deliverPending({ store, publisher, render, clock: clockAt(THREE_AM) });
    expect(report).toEqual({
      delivered: 1,
      failed: 1,
      waiting: 2,
      errors: ['Error: SNS is not there'],
    });
    expect(published).toEqual(['inc-20261103-b:1:triggered']);
    const [first, second] = (await current(store, 'a')).pending;
    expect(first).toMatchObject({ attempts: 1, lastError: expect.stringContaining('SNS is not there') });
    expect(first?.dueAt).toBeGreaterThan(THREE_AM);
    expect(second?.attempts).toBe(0);
  });

  it('does not try again before the back-off is over, and then does', async () => {
    const store = await storeWith(owing('a'));
    const clock = clockAt(THREE_AM);
    let isDown = true;
    const { publisher, published } = publisherOf(() => {
      if (isDown) throw new Error('down');
    });
    await deliverPending({ store, publisher, render, clock });
    isDown = false;
    expect(await deliverPending({ store, publisher, render, clock })).toMatchObject({
      delivered: 0,
      waiting: 1,
    });
    clock.jump(10_000);
    expect(await deliverPending({ store, publisher, render, clock })).toMatchObject({
      delivered: 1,
      waiting: 0,
    });
    expect(published).toHaveLength(1);
  });

  it('sends nothing while an upstream cause explains the incident', async () => {
    const store = await storeWith(owing('a', 1, { hiddenBy: { cause: 'clay.outage', subject: 'clay' } }));
    const { publisher, published } = publisherOf();
    expect(await deliverPending({ store, publisher, render, clock: clockAt(THREE_AM) })).toMatchObject({
      delivered: 0,
      waiting: 1,
    });
    expect(published).toEqual([]);
  });

  it('keeps addresses and credentials out of what it records and reports', async () => {
    const store = await storeWith(owing('a'));
    const { publisher } = publisherOf(() => {
      throw new Error(
        'POST https://sns.example/?X-Amz-Security-Token=FwoGZXIvYXdzEBYaD refused Bearer abcdef123456',
      );
    });
    const { errors } = await deliverPending({ store, publisher, render, clock: clockAt(THREE_AM) });
    const recorded = JSON.stringify([errors, await current(store, 'a')]);
    expect(recorded).not.toMatch(/sns\.example|FwoGZX|abcdef123456/);
  });

  it('marks on the newest version when another writer was faster, without sending again', async () => {
    const store = await storeWith(owing('a'));
    const { publisher, published } = publisherOf();
    const racing: Publisher = {
      publish: async (notification) => {
        const answer = await publisher.publish(notification);
        const before = await current(store, 'a');
        await store.write({ ...before, version: before.version + 1, summary: 'changed meanwhile' }, before);
        return answer;
      },
    };
    const report = await deliverPending({ store, publisher: racing, render, clock: clockAt(THREE_AM) });
    expect(report).toMatchObject({ delivered: 1, failed: 0 });
    expect(published).toHaveLength(1);
    expect(await current(store, 'a')).toMatchObject({ pending: [], summary: 'changed meanwhile' });
  });

  it('takes it well when another sweep has marked the same message already', async () => {
    const store = await storeWith(owing('a'));
    const { publisher } = publisherOf();
    const racing: Publisher = {
      publish: async (notification) => {
        const before = await current(store, 'a');
        await store.write(markDelivered(before, notification.id, 'receipt-of-the-other', THREE_AM), before);
        return publisher.publish(notification);
      },
    };
    const report = await deliverPending({ store, publisher: racing, render, clock: clockAt(THREE_AM) });
    expect(report).toEqual({ delivered: 1, failed: 0, waiting: 0, errors: [] });
    expect((await current(store, 'a')).deliveries.map(({ receipt }) => receipt)).toEqual([
      'receipt-of-the-other',
    ]);
  });

  it('gives up marking after many conflicts, says so, and leaves the message owed', async () => {
    const store = await storeWith(owing('a'));
    const { publisher, published } = publisherOf();
    const contended: IncidentStore = { ...store, write: async () => 'conflict' };
    const report = await deliverPending({ store: contended, publisher, render, clock: clockAt(THREE_AM) });
    expect(report).toMatchObject({ delivered: 0, failed: 1 });
    expect(published).toHaveLength(1);
    expect((await current(store, 'a')).pending).toHaveLength(1);
  });

  it('sends again with the same id after a crash between sending and marking', async () => {
    const store = await storeWith(owing('a'));
    const { publisher, published } = publisherOf();
    const crashing: IncidentStore = { ...store, write: () => Promise.reject(new Error('power cut')) };
    await deliverPending({ store: crashing, publisher, render, clock: clockAt(THREE_AM) });
    await deliverPending({ store, publisher, render, clock: clockAt(THREE_AM) });
    expect(published).toEqual(['inc-20261103-a:1:triggered', 'inc-20261103-a:1:triggered']);
    expect((await current(store, 'a')).deliveries).toHaveLength(1);
  });

  it('rejects when the incidents cannot be read at all', async () => {
    const store = await storeWith();
    const broken: IncidentStore = { ...store, active: () => Promise.reject(new Error('no table')) };
    const { publisher } = publisherOf();
    await expect(deliverPending({ store: broken, publisher, render, clock: clockAt(0) })).rejects.toThrow(
      'no table',
    );
  });
});

/** What may go wrong at one call. */
const FAULTS = ['none', 'none', 'none', 'before', 'after', 'race'] as const;
type Fault = (typeof FAULTS)[number];

/** A store and a publisher in which the next fault of a script strikes at every call. */
const createFaultyWorld = (store: IncidentStore, script: readonly Fault[]) => {
  const published: string[] = [];
  let step = 0;
  let struck = 0;
  const next = (): Fault => {
    const fault = script[step] ?? 'none';
    step += 1;
    if (fault !== 'none') struck += 1;
    return fault;
  };
  const crash = (): never => {
    throw new Error('crash');
  };
  /** Another writer changes the incident meanwhile. */
  const race = async (incident: Incident): Promise<void> => {
    const before = await store.current(incident.cause, incident.subject);
    if (before) await store.write({ ...before, version: before.version + 1 }, before);
  };
  const faulty: IncidentStore = {
    ...store,
    current: async (cause, subject) => (next() === 'before' ? crash() : store.current(cause, subject)),
    write: async (incident, expected) => {
      const fault = next();
      if (fault === 'before') crash();
      if (fault === 'race') await race(incident);
      const result = await store.write(incident, expected);
      return fault === 'after' ? crash() : result;
    },
  };
  const publisher: Publisher = {
    publish: async ({ id }) => {
      const fault = next();
      if (fault === 'before') crash();
      published.push(id);
      // Taken, but the answer is lost.
      return fault === 'after' ? crash() : { receipt: `receipt-${published.length}` };
    },
  };
  return { store: faulty, publisher, published, struck: () => struck };
};

describe('whatever breaks between any two calls', () => {
  it('every message is sent at least once and in order, recorded once, and repeated only for a fault', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ messages: fc.integer({ min: 1, max: 4 }), severity: fc.constantFrom(...SEVERITIES) }),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        fc.array(fc.constantFrom(...FAULTS), { maxLength: 60 }),
        fc.integer({ min: 1, max: 2 }),
        async (wanted, script, sweepers) => {
          const incidents = wanted.map(({ messages, severity }, index) =>
            owing(`s${index}`, messages, { severity }),
          );
          const real = await storeWith(...incidents);
          const world = createFaultyWorld(real, script);
          const clock = clockAt(THREE_AM);
          for (let sweep = 0; sweep < 40; sweep += 1) {
            const deps = { store: world.store, publisher: world.publisher, render, clock };
            await Promise.all(Array.from({ length: sweepers }, () => deliverPending(deps)));
            clock.jump(600_000);
          }
          for (const incident of incidents) {
            const ids = incident.pending.map(({ id }) => id);
            const sent = world.published.filter((id) => ids.includes(id));
            const firsts = [...new Set(sent)];
            expect(firsts).toEqual(ids);
            const after = await current(real, incident.subject);
            expect(after.pending).toEqual([]);
            expect(after.deliveries.map(({ id }) => id)).toEqual(ids);
            // A later message never overtakes an earlier one, not even a repeated one, unless two sweeps run at once.
            const positions = sent.map((id) => ids.indexOf(id));
            if (sweepers === 1) expect(positions).toEqual([...positions].sort((a, b) => a - b));
          }
          if (sweepers === 1) {
            const repeats = world.published.length - new Set(world.published).size;
            expect(repeats).toBeLessThanOrEqual(world.struck());
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
