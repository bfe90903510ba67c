import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { type Incident, isOpen, isPage } from '../../shared/incident/incident.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import type { DeliveryDependencies } from '../../shared/notify/deliver.ts';
import type { ProofLedger } from '../../shared/notify/proof.ts';
import type { Notification } from '../../shared/notify/publisher.ts';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import { createDeliveryWorld, type DeliveryWorld, EVERYBODY, MINUTE } from './delivery-world.ts';

const SUBJECTS = ['leads', 'accounts'] as const;
const SETTINGS: ConfigInput = {
  notify: { ...EVERYBODY, throttle: { perHour: 8 }, repeatPageMinutes: { P1: 30 } },
};

type Subject = (typeof SUBJECTS)[number];
/** What happens between two sweeps. */
type Event =
  | { readonly kind: 'fail'; readonly subject: Subject; readonly severity: Severity }
  | {
      readonly kind: 'recover' | 'acknowledge' | 'unacknowledge' | 'mitigate' | 'update';
      readonly subject: Subject;
    }
  | { readonly kind: 'silence'; readonly subject: Subject | null; readonly minutes: number }
  | { readonly kind: 'break' | 'mend'; readonly what: 'sns' | 'pages' | 'slack-ops' }
  | { readonly kind: 'later'; readonly minutes: number };

const subject = fc.constantFrom(...SUBJECTS);
const what = fc.constantFrom('sns', 'pages', 'slack-ops');
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('fail'), subject, severity: fc.constantFrom(...SEVERITIES) }),
  fc.record({
    kind: fc.constantFrom('recover', 'acknowledge', 'unacknowledge', 'mitigate', 'update'),
    subject,
  }),
  fc.record({
    kind: fc.constant('silence'),
    subject: fc.option(subject),
    minutes: fc.integer({ min: 1, max: 90 }),
  }),
  fc.record({ kind: fc.constantFrom('break', 'mend'), what }),
  fc.record({ kind: fc.constant('later'), minutes: fc.integer({ min: 1, max: 40 }) }),
) as fc.Arbitrary<Event>;

const happen = async (world: DeliveryWorld, event: Event, index: number): Promise<unknown> => {
  switch (event.kind) {
    case 'fail':
      return world.fail(event.subject, event.severity);
    case 'recover':
      return world.recover(event.subject);
    case 'update':
      return world.act({ kind: 'update', text: 'We are on it.', audience: 'responders' }, event.subject);
    case 'acknowledge':
    case 'unacknowledge':
    case 'mitigate':
      return world.act({ kind: event.kind }, event.subject);
    case 'silence':
      return world.silence({
        id: `sil-${index}`,
        to: world.clock.now() + event.minutes * MINUTE,
        match: event.subject === null ? {} : { subject: event.subject },
      });
    case 'break':
      return world.broken.add(event.what);
    case 'mend':
      return world.broken.delete(event.what);
    case 'later':
      return world.later(event.minutes * MINUTE);
  }
};

const FAULTS = ['none', 'none', 'crash', 'acknowledge'] as const;

/** At some of the calls the process dies or the answer is lost, and at some somebody acknowledges meanwhile. */
const withFaults = (world: DeliveryWorld, faults: readonly (typeof FAULTS)[number][]) => {
  let call = 0;
  const maybe = async () => {
    call += 1;
    const fault = faults[call % Math.max(1, faults.length)];
    if (fault === 'crash') throw new Error('crash');
    if (fault === 'acknowledge') await world.act({ kind: 'acknowledge' }, SUBJECTS[call % SUBJECTS.length]);
  };
  const store: IncidentStore = {
    ...world.store,
    current: async (...key) => {
      await maybe();
      return world.store.current(...key);
    },
    write: async (next, expected) => {
      const result = await world.store.write(next, expected);
      await maybe();
      return result;
    },
  };
  const proof: ProofLedger = {
    ...world.proof,
    owe: async (rows) => {
      await world.proof.owe(rows);
      await maybe();
    },
    record: async (...args) => {
      await maybe();
      return world.proof.record(...args);
    },
  };
  return { store, proof };
};

/** SNS as it is, noting every page that is sent for an incident that somebody has. */
const watchPages = (world: DeliveryWorld) => {
  const wrong: string[] = [];
  const look = async ({ id, bulletin, attributes }: Notification) => {
    if (!bulletin || attributes.kind !== 'page') return;
    const now = await world.store.current(bulletin.cause, bulletin.subject);
    if (now?.status === 'acknowledged' || now?.status === 'mitigated') wrong.push(id);
  };
  const { publisher, pages } = world.deps;
  const watched: Pick<DeliveryDependencies, 'publisher' | 'pages'> = {
    publisher: {
      publish: async (notification) => {
        await look(notification);
        return publisher.publish(notification);
      },
    },
    ...(pages && {
      pages: {
        publish: async (person, notification) => {
          await look(notification);
          return pages.publish(person, notification);
        },
      },
    }),
  };
  return { watched, wrong };
};

/** Everything is mended, every silence is over, and everything is seen working: what is owed must come to an end. */
const calm = async (world: DeliveryWorld, over: Partial<DeliveryDependencies>) => {
  world.broken.clear();
  world.later(120 * MINUTE);
  for (const one of SUBJECTS) await world.recover(one);
  for (let sweep = 0; sweep < 14; sweep += 1) {
    await world.sweep(over);
    world.later(11 * MINUTE);
  }
};

const expectTold = async (world: DeliveryWorld, incident: Incident) => {
  expect(isOpen(incident)).toBe(false);
  expect(incident.pending).toEqual([]);
  // What a person wrote, also after the end, says nothing of how it stands.
  const last = incident.deliveries.findLast(({ transition }) => transition !== 'updated');
  if (!last) {
    expect(incident.timeline.some(({ kind }) => kind === 'withheld')).toBe(true);
    return;
  }
  // Whoever was told that it is open was told that it is over, last of all, and on every channel.
  expect(last.transition).toBe('resolved');
  const rows = await world.proof.ofIncident(incident.id);
  expect(
    rows
      .filter(({ notificationId }) => notificationId === last.id)
      .map(({ channel, status }) => `${channel} ${status}`)
      .toSorted(),
  ).toEqual(['slack-ops delivered', 'sns delivered']);
  // What is marked as delivered was received, or was said in a summary.
  for (const delivery of incident.deliveries.filter((one) => isPage(one)))
    expect(
      world.received.some(
        ({ notification: { id, covers = [], attributes } }) =>
          id === delivery.id || covers.includes(delivery.id) || attributes.kind === 'summary',
      ),
    ).toBe(true);
};

describe('whatever happens, whatever breaks', () => {
  it('every transition arrives, is superseded or is noted as withheld, and the recovery as surely as the trigger', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEvent, { minLength: 1, maxLength: 25 }),
        fc.array(fc.constantFrom(...FAULTS), { maxLength: 12 }),
        async (events, faults) => {
          const world = createDeliveryWorld(SETTINGS);
          const { watched, wrong } = watchPages(world);
          const faulty = withFaults(world, faults);
          for (const [index, event] of events.entries()) {
            await happen(world, event, index);
            await world.tick();
            await world.sweep({ ...watched, ...faulty });
            world.later(MINUTE);
          }
          await calm(world, watched);

          // No page after acknowledgement, and nothing is owed for ever.
          expect(wrong).toEqual([]);
          expect(await world.proof.undelivered(world.clock.now(), 1_000)).toEqual([]);
          for (const one of SUBJECTS) {
            const incident = await world.store.current('callback.failing', one);
            if (incident) await expectTold(world, incident);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
