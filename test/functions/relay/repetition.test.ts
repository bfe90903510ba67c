import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RelayDependencies } from '../../../functions/relay/handler.ts';
import { createIntake } from '../../support/relay-intake.ts';

const KEY = { headers: { 'Idempotency-Key': 'order-7' } };
const rows = [
  { email: 'jane@acme.example', id: 1 },
  { email: '', id: 2 },
  { email: 'joe@acme.example', id: 3 },
];
const settings = { required: ['email'], filters: { duplicatesWithinMinutes: 60 } };

describe('a repetition with the same Idempotency-Key', () => {
  it('is answered as the first request was, refused rows too, and queues nothing again', async () => {
    const { post, queue, clock } = createIntake(settings);
    const first = await post(rows, KEY);
    await clock.advance(60_000);
    expect(await post(rows, KEY)).toEqual(first);
    expect(first.body.rows.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'queued',
      'refused',
      'queued',
    ]);
    expect(queue.rows('leads')).toHaveLength(2);
  });

  it('with another body is a conflict, and queues nothing', async () => {
    const { post, queue } = createIntake(settings);
    await post(rows, KEY);
    const { status, body } = await post([...rows, { email: 'jim@acme.example' }], KEY);
    expect([status, body.code]).toEqual([409, 'request.conflict']);
    expect(queue.rows('leads')).toHaveLength(2);
  });

  it('queues the same rows with the same ids again while it is not known that they are in the queue', async () => {
    const { post, queue, clock } = createIntake(settings, {}, ({ idempotency }) => ({
      idempotency: { begin: idempotency.begin, done: () => Promise.reject(new Error('crashed')) },
    }));
    const first = await post(rows, KEY);
    await clock.advance(90_000);
    expect(await post(rows, KEY)).toEqual(first);
    const queued = queue.rows('leads');
    expect(queued).toHaveLength(4);
    expect(queued.slice(2)).toStrictEqual(queued.slice(0, 2));
  });

  it('sends what the first request took, whatever the feed refuses meanwhile', async () => {
    let isSent = false;
    const { post, queue, dependencies } = createIntake(settings, {}, ({ queue: real }) => ({
      queue: { send: async (...args) => (isSent ? real.send(...args) : Promise.reject(new Error('down'))) },
    }));
    expect((await post(rows, KEY)).status).toBe(429);
    isSent = true;
    Object.assign(dependencies.feeds.leads ?? {}, { required: ['email', 'phone'] });
    expect((await post(rows)).status).toBe(400);
    // Nothing of it could be taken now, so that it is looked at as a new request.
    expect((await post(rows, KEY)).status).toBe(400);
    Object.assign(dependencies.feeds.leads ?? {}, { required: [], maxRowBytes: 90 });
    expect((await post(rows, KEY)).body.rows[1].code).toBe('row.incomplete');
    expect(queue.rows('leads').map(({ json }) => JSON.parse(json).id)).toEqual([1, 3]);
  });

  it('is a new request when the time of the key is over', async () => {
    const { post, queue, clock } = createIntake({}, { idempotencyHours: 1 });
    const first = await post(rows, KEY);
    clock.jump(3_600_000);
    const second = await post(rows, KEY);
    expect(second.status).toBe(202);
    expect(second.body.row_ids).not.toEqual(first.body.row_ids);
    expect(queue.rows('leads')).toHaveLength(6);
  });

  it('is not remembered when no row could be taken: after a correction the key is as good', async () => {
    const { post, dependencies } = createIntake({ required: ['phone'] });
    expect((await post(rows, KEY)).status).toBe(400);
    Object.assign(dependencies.feeds.leads ?? {}, { required: [] });
    expect((await post(rows, KEY)).status).toBe(202);
  });

  it('without a key is a new request', async () => {
    const { post, queue } = createIntake();
    await post(rows);
    await post(rows);
    expect(new Set(queue.rows('leads').map(({ id }) => id)).size).toBe(6);
  });
});

describe('a duplicate', () => {
  it('is refused within its time, in any spelling, and taken after it', async () => {
    const { post, clock } = createIntake({ filters: { duplicatesWithinMinutes: 60 } });
    expect((await post(rows[0])).status).toBe(202);
    clock.jump(3_599_999);
    expect((await post({ email: ' JANE@acme.example ' })).body).toMatchObject({
      code: 'request.refused',
      detail: 'A row with the same email was taken within 60 min.',
    });
    clock.jump(1);
    expect((await post(rows[0])).status).toBe(202);
  });

  it('within one request is refused, except of a row that is refused itself', async () => {
    const { post } = createIntake({ required: ['id'], filters: { duplicatesWithinMinutes: 60 } });
    const { body } = await post([
      { email: 'a@b.example' },
      ...[1, 2].map((id) => ({ email: 'a@b.example', id })),
    ]);
    expect(body.rows.map(({ code }: { code?: string }) => code)).toEqual([
      'row.incomplete',
      undefined,
      'row.duplicate',
    ]);
  });

  it('is no row that was not made durable', async () => {
    let isDown = true;
    const { post } = createIntake({ filters: { duplicatesWithinMinutes: 60 } }, {}, ({ queue }) => ({
      queue: { send: async (...args) => (isDown ? Promise.reject(new Error('down')) : queue.send(...args)) },
    }));
    expect((await post(rows[0])).status).toBe(429);
    isDown = false;
    expect((await post(rows[0])).status).toBe(202);
  });
});

/** Lets the n-th call of any port fail, before or after it had its effect; what comes after it never happens. */
const crashAt = (point: number, hasEffect: boolean) => {
  let calls = 0;
  const guard =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      calls += 1;
      if (calls < point) return call(...args);
      if (calls === point && hasEffect) await call(...args);
      throw new Error('crashed');
    };
  return ({ queue, idempotency, seen }: RelayDependencies): Partial<RelayDependencies> => ({
    queue: { send: guard(queue.send) },
    idempotency: { begin: guard(idempotency.begin), done: guard(idempotency.done) },
    seen: { lastTaken: guard(seen.lastTaken), taken: guard(seen.taken) },
  });
};

describe('a crash between any two calls', () => {
  it('loses nothing that was answered 202, and with a key gives no row two ids', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ email: fc.constantFrom('a', 'b', 'c', ''), n: fc.nat() }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()), { maxLength: 4 }),
        fc.boolean(),
        async (sent, crashes, withKey) => {
          let change: (dependencies: RelayDependencies) => Partial<RelayDependencies> = () => ({});
          const intake = createIntake(settings);
          const { clock, queue, dependencies } = intake;
          const real = { ...dependencies };
          const request = withKey ? KEY : {};
          const acknowledged = new Set<string>();
          const attempt = async () => {
            Object.assign(dependencies, real, change(real));
            const { status, body } = await intake.post(sent, request);
            await clock.advance(10);
            if (status !== 202) return status;
            for (const id of body.row_ids) acknowledged.add(id);
            return status;
          };
          for (const [point, hasEffect] of crashes) {
            change = crashAt(point, hasEffect);
            await attempt();
          }
          change = () => ({});
          await attempt();
          const queued = queue.rows('leads');
          const ids = new Set(queued.map(({ id }) => id));
          expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]);
          if (withKey) {
            const fit = new Set(sent.filter(({ email }) => email !== '').map(({ email }) => email));
            expect(ids.size).toBe(fit.size);
          }
          // The same id is always the same row.
          const texts = new Map<string, string>();
          for (const { id, json } of queued) expect(texts.get(id) ?? json).toBe(texts.set(id, json).get(id));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('whatever is sent', () => {
  it('has as many outcomes as rows, and what is queued is the row that was sent, with its id', async () => {
    const json = fc.jsonValue({ maxDepth: 4, depthSize: 'small' });
    const sentRow = fc.oneof(
      { weight: 4, arbitrary: fc.dictionary(fc.string({ unit: 'binary' }), json, { maxKeys: 6 }) },
      { weight: 1, arbitrary: json },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(sentRow, { minLength: 1, maxLength: 12 }), async (sent) => {
        const { send, queue } = createIntake();
        const text = JSON.stringify(sent);
        const { body } = await send(text);
        expect(body.rows).toHaveLength(sent.length);
        const byId = new Map(queue.rows('leads').map((row) => [row.id, row.json]));
        expect(byId.size).toBe((body.row_ids ?? []).length);
        for (const [index, value] of (JSON.parse(text) as unknown[]).entries()) {
          const { outcome, row_id: id, code } = body.rows[index];
          const isRow = typeof value === 'object' && value !== null && !Array.isArray(value);
          expect([outcome, code]).toEqual(isRow ? ['queued', undefined] : ['refused', 'row.not-an-object']);
          if (!isRow) continue;
          const { _claywatch_row_id: stamped, ...rest } = JSON.parse(byId.get(id) ?? '');
          expect(stamped).toBe(id);
          const { _claywatch_row_id: before, ...given } = value as Record<string, unknown>;
          expect(JSON.stringify(rest)).toBe(JSON.stringify(given));
        }
      }),
      { numRuns: 100 },
    );
  });
});
