import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAgenda } from '../../../local/clay/core/agenda.ts';
import { createBucket } from '../../../local/clay/core/bucket.ts';
import { createClay } from '../../../local/clay/core/clay.ts';
import { createRandom } from '../../../local/clay/core/random.ts';
import { leadsTable, START, send, simulated, statusOf, tableState, webhookState } from './support.ts';

describe('the agenda', () => {
  it('gives everything back in the order of its time, and of insertion within the same time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (times) => {
        const agenda = createAgenda<{ at: number; order: number }>();
        for (const [order, at] of times.entries()) agenda.add(at, { at, order });
        const taken: { at: number; order: number }[] = [];
        for (let item = agenda.takeDue(50); item; item = agenda.takeDue(50)) taken.push(item);
        const sorted = times
          .map((at, order) => ({ at, order }))
          .sort((a, b) => a.at - b.at || a.order - b.order);
        expect(taken).toEqual(sorted);
      }),
    );
  });

  it('gives nothing back before its time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100 })),
        fc.integer({ min: 0, max: 100 }),
        (times, now) => {
          const agenda = createAgenda<number>();
          for (const at of times) agenda.add(at, at);
          let taken = 0;
          while (agenda.takeDue(now) !== undefined) taken += 1;
          expect(taken).toBe(times.filter((at) => at <= now).length);
          expect(agenda.size).toBe(times.length - taken);
          expect(agenda.nextAt()).toBe(times.filter((at) => at > now).sort((a, b) => a - b)[0]);
        },
      ),
    );
  });
});

describe('the token bucket', () => {
  it('never lets through more than the burst and the rate, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5_000, max: 5_000 })), (steps) => {
        const bucket = createBucket(10, 20);
        let now = 0;
        let forwardMs = 0;
        let taken = 0;
        for (const step of steps) {
          now += step;
          forwardMs += Math.max(0, step);
          while (bucket.take(now)) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(20 + (forwardMs / 1_000) * 10);
      }),
    );
  });
});

describe('chance', () => {
  it('is the same for the same seed, and lies in [0, 1)', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const one = createRandom(seed);
        const other = createRandom(seed);
        for (let draw = 0; draw < 50; draw += 1) {
          const value = one();
          expect(value).toBe(other());
          expect(value >= 0 && value < 1).toBe(true);
        }
      }),
    );
  });
});

type Simulated = ReturnType<typeof simulated>;
/** Does something to the simulation, and says how many rows were accepted by it. */
type Step = (world: Simulated) => number | Promise<number>;

const row =
  (key: number): Step =>
  ({ clay }) =>
    statusOf(send(clay, { body: JSON.stringify({ key }) })) === 200 ? 1 : 0;
const wait =
  (ms: number): Step =>
  async ({ clock }) => {
    await clock.advance(ms);
    return 0;
  };
const act =
  (change: (world: Simulated) => unknown): Step =>
  (world) => {
    change(world);
    return 0;
  };
const changes: readonly Step[] = [
  act(({ clay }) => clay.faults.on('table-full')),
  act(({ clay }) => clay.faults.off('table-full')),
  act(({ clay }) => clay.faults.on('auto-run-off')),
  act(({ clay }) => clay.faults.off('auto-run-off')),
  act(({ clay }) => clay.handle({ method: 'POST', target: '/_tables/leads/run', headers: {}, body: '' })),
];

describe('the counts of the simulated Clay', () => {
  it('add up: each accepted row is in the table, dropped, or a duplicate', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 20 }).map(row) },
      fc.integer({ min: 0, max: 20_000 }).map(wait),
      fc.constantFrom(...changes),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = simulated(leadsTable({ ceiling: 12, dedupeOn: 'key' }));
        let accepted = 0;
        for (const take of steps) {
          accepted += await take(world);
          await world.clay.tick(() => Promise.reject(new Error('there is no callback to send')));
        }
        const table = tableState(world.clay, 'leads');
        expect(webhookState(world.clay, 'leads-1')?.accepted).toBe(accepted);
        expect((table?.rows ?? 0) + (table?.dropped ?? 0) + (table?.duplicates ?? 0)).toBe(accepted);
        expect((table?.running ?? 0) + (table?.stale ?? 0) + (table?.finished ?? 0)).toBe(table?.rows);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the settings of the simulated Clay', () => {
  const clock = { now: () => START };
  const webhook = {
    id: 'one',
    uuid: '00000000-0000-4000-8000-00000000000b',
    table: 'leads',
    authHeader: 'x-clay-webhook-auth',
    limit: 1,
    startCount: 0,
  };

  it('refuses a webhook without its table', () => {
    expect(() => createClay({ clock, options: { webhooks: [{ ...webhook, table: 'nowhere' }] } })).toThrow(
      'webhook one: no table nowhere',
    );
  });

  it('refuses two webhooks of one name, or of one address', () => {
    expect(() => createClay({ clock, options: { webhooks: [webhook, webhook] } })).toThrow(RangeError);
    expect(() => createClay({ clock, options: { webhooks: [webhook, { ...webhook, id: 'two' }] } })).toThrow(
      RangeError,
    );
  });

  it('draws the latency of a healthy answer around what is set', () => {
    const { clay } = simulated({ latencyMs: 100 });
    const delays = Array.from({ length: 200 }, () => {
      return clay.handle({ method: 'GET', target: '/web', headers: {}, body: '' }).delayMs;
    });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...delays)).toBeLessThanOrEqual(150);
    expect(new Set(delays).size).toBeGreaterThan(20);
  });
});

describe('what an operator does in the UI of Clay', () => {
  const post = (clay: ReturnType<typeof simulated>['clay'], target: string, body: object) => {
    const answer = clay.handle({ method: 'POST', target, headers: {}, body: JSON.stringify(body) });
    return answer.kind === 'answer'
      ? { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> }
      : undefined;
  };

  it('can be creating a webhook, which then takes rows', () => {
    const { clay } = simulated();
    const made = post(clay, '/_webhooks', { id: 'leads-3', table: 'leads', limit: 1 });
    expect(made).toMatchObject({ status: 201, body: { path: clay.webhookPath('leads-3') } });
    expect(statusOf(send(clay, { webhook: 'leads-3' }))).toBe(200);
    expect(statusOf(send(clay, { webhook: 'leads-3' }))).toBe(403);
  });

  it.each([
    [{ id: 'leads-1', table: 'leads' }, /id: must be a new name/],
    [{ id: 'Leads', table: 'leads' }, /id: must be a new name/],
    [{ id: 'leads-3', table: 'nowhere' }, /table: must be one of leads/],
    [{ id: 'leads-3', table: 'leads', limit: 0 }, /limit: must be a whole number/],
  ])('refuses the webhook %o', (body, detail) => {
    const { clay } = simulated();
    const refused = post(clay, '/_webhooks', body);
    expect(refused?.status).toBe(400);
    expect(refused?.body.detail).toMatch(detail);
  });

  it('can be sending sample rows, which meet the same limits', () => {
    const { clay } = simulated();
    expect(post(clay, '/_rows', { webhook: 'accounts-1', count: 25 })?.body).toEqual({
      webhook: 'accounts-1',
      answers: { 200: 20, 429: 5 },
    });
  });

  it.each([{ webhook: 'nowhere' }, { count: 0 }, { count: 1.5 }, { count: 1_001 }, { count: '5' }])(
    'refuses sample rows of %o',
    (body) => {
      const { clay } = simulated();
      expect(post(clay, '/_rows', body)?.status).toBe(400);
    },
  );

  it('cannot be a top-up below zero', () => {
    const { clay } = simulated();
    expect(post(clay, '/_credits', { credits: -5 })?.status).toBe(400);
  });
});
