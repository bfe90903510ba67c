import { describe, expect, it } from 'vitest';
import type { HttpClient, HttpOutcome } from '../../../shared/http/port.ts';
import type { FeedControl } from '../../../shared/relay/control.ts';
import { addHold, changeControl, releaseHold } from '../../../shared/relay/control-change.ts';
import type { ForwardPorts } from '../../../shared/relay/forward/ports.ts';
import { createForwardWorld, type ForwardWorld, feedOf, leftInQueue, rowIdIn, START } from './world.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

const answer = (
  status: number,
  body = '{"message":"no"}',
  headers: Record<string, string> = {},
): HttpOutcome => ({
  kind: 'answer',
  status,
  headers,
  body,
  truncated: false,
  phases: { totalMs: 0 },
});

/** Answers in the place of Clay while `say` gives something. */
const answering =
  (say: (rowId: string, url: string) => HttpOutcome | undefined) =>
  (http: HttpClient): HttpClient =>
  async (request, signal) =>
    say(rowIdIn(request.body ?? ''), request.url) ?? http(request, signal);

const change = (world: ForwardWorld, make: (control: FeedControl) => FeedControl, feed = 'leads') =>
  world.clock.run(changeControl(world.control, feed, make));
const hold = (world: ForwardWorld, feed = 'leads') =>
  change(
    world,
    (control) =>
      addHold(control, { kind: 'operator', since: world.clock.now(), why: 'Somebody said so.', by: 'anna' }),
    feed,
  );
const release = (world: ForwardWorld, trickleRows = 10) =>
  change(world, (control) =>
    releaseHold(
      control,
      { kind: 'operator' },
      { at: world.clock.now(), by: 'anna', why: 'Somebody said so.', trickleRows },
    ),
  );
const lettersOf = async (world: ForwardWorld, feed = 'leads') =>
  (await world.deadLetters.list(feed, { limit: 1_000 })).letters;
const takenBy = (world: ForwardWorld, webhook: string) =>
  [...world.taken.values()].flat().filter((each) => each.webhook === webhook).length;
const fold = (world: ForwardWorld, feed = 'leads') => world.ledger.fold(feed, world.clock.now());

describe('the forwarder', () => {
  it('sends every row that waits, and ends when nothing is left', async () => {
    const world = createForwardWorld();
    const rows = await world.put('leads', 100);
    const report = await world.forward();
    expect(report.answers).toEqual({ accepted: 100 });
    expect(world.faults).toEqual([]);
    expect(await leftInQueue(world, 'leads')).toBe(0);
    expect(new Set(world.taken.keys())).toEqual(new Set(rows.map(({ id }) => id)));
    expect(world.clock.now() - START).toBeLessThan(14_000);
    expect((await fold(world)).webhooks).toMatchObject([{ webhook: 'leads-1', accepted: 100, unknown: 0 }]);
  });

  it('looks, says that the queue is empty, and ends after a second when there is nothing to do', async () => {
    const world = createForwardWorld();
    let calls = 0;
    const counted = (port: object) =>
      Object.fromEntries(
        Object.entries(port).map(([name, call]) => [
          name,
          (...args: unknown[]) => {
            calls += 1;
            return call(...args);
          },
        ]),
      );
    const ports = {
      queue: counted(world.queue),
      control: counted(world.control),
      rows: counted(world.ledger),
      sends: counted(world.ledger),
      pacer: counted(world.ports().pacer),
    } as unknown as Partial<ForwardPorts>;
    await world.forward({}, ports);
    expect(world.clock.now() - START).toBeLessThan(1_600);
    expect(calls).toBeLessThanOrEqual(12);
    expect(await world.control.tally('leads')).toMatchObject({
      lookedAt: expect.any(Number),
      emptyAt: expect.any(Number),
    });
  });

  it('posts exactly the row, to the URL that the secret holds, with the token', async () => {
    const world = createForwardWorld();
    const seen: Parameters<HttpClient>[0][] = [];
    world.between = (http) => (request, signal) => {
      seen.push(request);
      return http(request, signal);
    };
    const [row] = await world.put('leads', 1);
    await world.forward();
    expect(seen).toMatchObject([
      {
        method: 'POST',
        body: row?.json,
        headers: { 'content-type': 'application/json', 'x-clay-webhook-auth': 'fake-webhook-token' },
        timeoutMs: 15_000,
      },
    ]);
  });

  it('keeps a copy of every row before it is first sent', async () => {
    const world = createForwardWorld();
    const rows = await world.put('leads', 25);
    await world.forward();
    const kept = await world.outbox.find(
      'leads',
      rows.map(({ id }) => id),
    );
    expect(kept).toHaveLength(25);
    const broken = createForwardWorld();
    await broken.put('leads', 3);
    const keep = () => Promise.reject(new Error('full'));
    const report = await broken.forward({ workMs: 5_000 }, { outbox: { keep } });
    expect(report.answers).toEqual({});
    expect(await leftInQueue(broken, 'leads')).toBe(3);
  });

  it('lets no latency limit the pace: many sends are under way at once', async () => {
    const world = createForwardWorld();
    let underWay = 0;
    let most = 0;
    world.between = (http) => async (request, signal) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await world.clock.sleep(2_000, signal);
      underWay -= 1;
      return http(request, signal);
    };
    await world.put('leads', 600);
    const { answers } = await world.forward();
    expect(answers.accepted).toBeGreaterThan(590);
    expect(most).toBeGreaterThanOrEqual(20);
    expect(answers.rate).toBeUndefined();
  });

  it('drops what Clay has already, and leaves alone what somebody may be sending', async () => {
    const world = createForwardWorld();
    const rows = await world.put('leads', 5);
    await world.forward();
    await world.queue.send('leads', rows);
    const again = await world.forward();
    expect(again).toMatchObject({ answers: {}, dropped: 5 });
    const [row] = await world.put('leads', 1);
    if (!row) throw new Error('no row');
    await world.ledger.claim('leads', [
      { rowId: row.id, webhook: 'leads-1', at: world.clock.now(), attempt: 1 },
    ]);
    expect(await world.forward()).toMatchObject({ answers: {}, putBack: 1 });
    await world.clock.advance(30_000);
    expect((await world.forward()).answers).toEqual({ accepted: 1 });
    expect((await fold(world)).webhooks).toMatchObject([{ accepted: 6, unknown: 1 }]);
  });

  it('sends a row again for a replay, once, unless it came back meanwhile', async () => {
    const world = createForwardWorld();
    const rows = await world.put('leads', 2);
    await world.forward();
    await world.ledger.recordCallbacks('leads', [
      { rowId: rows[0]?.id ?? '', at: world.clock.now(), result: 'hit', status: 'SUCCESS' },
    ]);
    const replayed = rows.map((row) => ({ ...row, after: 1, origin: 'replay' as const }));
    await world.queue.send('leads', [...replayed, ...replayed]);
    const report = await world.forward();
    expect(report.answers).toEqual({ accepted: 1 });
    await world.clock.advance(MINUTE);
    await world.forward();
    expect(await leftInQueue(world, 'leads')).toBe(0);
    expect(world.taken.get(rows[1]?.id ?? '')).toHaveLength(2);
    expect(world.taken.get(rows[0]?.id ?? '')).toHaveLength(1);
  });

  it('gives everything back when it is told to stop, and nothing is in limbo', async () => {
    const world = createForwardWorld();
    world.between = (http) => async (request, signal) => {
      await world.clock.sleep(1_500, signal);
      return http(request, signal);
    };
    const rows = await world.put('leads', 200);
    const stop = new AbortController();
    void world.clock.sleep(5_000).then(() => stop.abort());
    const report = await world.forward({ signal: stop.signal });
    expect(world.clock.now() - START).toBeLessThan(9_000);
    const sent = report.answers.accepted ?? 0;
    expect(sent).toBeGreaterThan(30);
    expect(await world.queue.depth('leads')).toEqual({ waiting: 200 - sent, inFlight: 0, delayed: 0 });
    const states = await world.ledger.sends(
      'leads',
      rows.map(({ id }) => id),
    );
    expect(states.filter(({ open }) => open !== null)).toEqual([]);
    expect(states.filter(({ accepted }) => accepted > 0)).toHaveLength(sent);
  });

  it('breaks off exchanges when the grace is over, and takes them for uncertain', async () => {
    const world = createForwardWorld();
    world.between = (http) => async (request, signal) => {
      await http(request, signal);
      await world.clock.sleep(14_000, signal);
      return answer(200);
    };
    await world.put('leads', 5);
    const report = await world.forward({ workMs: 3_000, graceMs: 2_000 });
    expect(report.answers).toEqual({ uncertain: expect.any(Number) });
    expect(world.clock.now() - START).toBeLessThan(8_000);
    expect((await fold(world)).webhooks).toMatchObject([{ accepted: 0, unknown: report.answers.uncertain }]);
  });

  it('goes on when stores fail now and then', async () => {
    const world = createForwardWorld();
    let call = 0;
    const flaky = <T extends object>(port: T): T =>
      Object.fromEntries(
        Object.entries(port).map(([name, inner]) => [
          name,
          (...args: unknown[]) => {
            call += 1;
            return call % 9 === 0 ? Promise.reject(new Error('busy')) : inner(...args);
          },
        ]),
      ) as T;
    await world.put('leads', 60);
    for (let run = 0; run < 6; run += 1) {
      await world.forward(
        {},
        { sends: flaky(world.ledger), control: flaky(world.control), queue: flaky(world.queue) },
      );
      await world.clock.advance(MINUTE);
    }
    expect(world.taken.size).toBe(60);
    expect([...world.taken.values()].every((times) => times.length === 1)).toBe(true);
  });

  it('bears with a clock that jumps, forwards and back', async () => {
    for (const jumpMs of [-3_600_000, 3_600_000]) {
      const world = createForwardWorld();
      await world.put('leads', 300);
      let offset = 0;
      void world.clock.sleep(3_000).then(() => {
        offset = jumpMs;
      });
      const clock = { ...world.clock, now: () => world.clock.now() + offset };
      await world.forward({}, { clock });
      for (let run = 0; run < 4; run += 1) {
        await world.clock.advance(MINUTE);
        await world.forward();
      }
      expect(world.taken.size, `${jumpMs}`).toBe(300);
      expect(world.requests.filter(({ status }) => status === 429).length).toBe(0);
    }
  });
});

describe('a hold', () => {
  it('stops sending without receiving, and shows whether the queue is empty', async () => {
    const world = createForwardWorld();
    await hold(world);
    const rows = await world.put('leads', 30);
    for (let run = 0; run < 60; run += 1) {
      const { stopped } = await world.forward();
      expect(stopped).toEqual({ leads: 'Somebody said so.' });
      await world.clock.advance(MINUTE);
    }
    expect(world.requests).toEqual([]);
    await release(world);
    const { rows: received } = await world.queue.receive('leads', { waitSeconds: 0, visibilitySeconds: 1 });
    expect(Math.max(...received.map(({ receives }) => receives))).toBe(1);
    await world.clock.advance(5_000);
    await world.forward();
    expect(world.taken.size).toBe(rows.length);
  });

  it('that comes while rows are sent stops them within about a second', async () => {
    const world = createForwardWorld();
    await world.put('leads', 500);
    void world.clock
      .sleep(10_000)
      .then(() =>
        changeControl(world.control, 'leads', (control) =>
          addHold(control, { kind: 'operator', since: world.clock.now(), why: 'Stop.', by: 'anna' }),
        ),
      );
    await world.forward();
    expect(Math.max(...world.requests.map(({ at }) => at)) - START).toBeLessThan(11_600);
    expect(await world.queue.depth('leads')).toMatchObject({ inFlight: 0 });
  });

  it('is followed by a trickle, then by full pace', async () => {
    const world = createForwardWorld({ relay: { trickle: { rows: 5, rowsPerSecond: 1 } } });
    await hold(world);
    await world.put('leads', 100);
    await release(world, 5);
    await world.forward();
    const times = world.requests.map(({ at }) => (at - START) / 1_000);
    expect(world.taken.size).toBe(100);
    const [first = 0] = times;
    expect(times.filter((at) => at - first < 3.9).length).toBeLessThanOrEqual(4);
    expect(times.filter((at) => at - first > 5).length).toBeGreaterThan(70);
    expect(await world.control.load('leads')).toMatchObject({ trickle: null });
  });

  it('of one feed leaves the others alone', async () => {
    const world = createForwardWorld({
      feeds: { leads: feedOf('leads', 1), accounts: feedOf('accounts', 1) },
    });
    await hold(world);
    await world.put('leads', 10);
    await world.put('accounts', 10);
    await world.forward();
    expect(takenBy(world, 'accounts-1')).toBe(10);
    expect(takenBy(world, 'leads-1')).toBe(0);
  });

  it('for longer than SQS keeps a message loses no row', async () => {
    const world = createForwardWorld();
    await hold(world);
    const rows = await world.put('leads', 40);
    for (let hour = 0; hour < 20 * 24; hour += 1) {
      await world.forward();
      await world.clock.advance(60 * MINUTE - (world.clock.now() % (60 * MINUTE)) + 5_000);
    }
    expect(world.clock.now() - START).toBeGreaterThan(19 * DAY);
    expect(world.queue.expired()).toBe(0);
    await release(world, 0);
    for (let run = 0; run < 3; run += 1) {
      await world.forward();
      await world.clock.advance(5 * MINUTE);
    }
    expect(world.taken.size).toBe(rows.length);
    expect([...world.taken.values()].every((times) => times.length === 1)).toBe(true);
  }, 60_000);
});

describe('the breaker', () => {
  it('stops after five failures in a row, tries one row after a minute, and goes on when it works', async () => {
    const world = createForwardWorld();
    await world.put('leads', 100);
    world.clay.faults.on('outage');
    const first = await world.forward();
    expect(first.stopped).toEqual({ leads: expect.stringContaining('Clay answers with errors') });
    const failed = world.requests.length;
    expect(failed).toBeGreaterThanOrEqual(5);
    expect(failed).toBeLessThan(30);
    expect((await world.control.load('leads')).holds).toMatchObject([{ kind: 'breaker', answer: 'server' }]);

    // Trials after one, two and four minutes, a single row each.
    for (let minute = 0; minute < 8; minute += 1) {
      await world.clock.advance(MINUTE);
      await world.forward();
    }
    expect(world.requests.length - failed).toBe(3);

    world.clay.faults.off('outage');
    for (let minute = 0; minute < 12; minute += 1) {
      await world.clock.advance(MINUTE);
      await world.forward();
    }
    expect(world.taken.size).toBe(100);
    expect(await lettersOf(world)).toEqual([]);
    expect((await world.control.load('leads')).holds).toEqual([]);
  });

  it('lets one of two forwarders try', async () => {
    const world = createForwardWorld();
    await world.put('leads', 100);
    world.clay.faults.on('outage');
    await world.forward();
    const failed = world.requests.length;
    await world.clock.advance(MINUTE);
    await Promise.all([world.forward(), world.forward(), world.forward()]);
    expect(world.requests.length - failed).toBe(1);
  });

  it('counts failures over several runs of a feed with few rows', async () => {
    const world = createForwardWorld();
    world.between = answering(() => answer(500));
    await world.put('leads', 1);
    for (let run = 0; run < 12; run += 1) {
      await world.forward();
      await world.clock.advance(MINUTE);
    }
    expect((await world.control.load('leads')).holds).toMatchObject([{ kind: 'breaker' }]);
    expect(await lettersOf(world)).toEqual([]);
  });

  it.each([
    ['a wrong token', () => answer(401), 'unauthorized'],
    ['a bare 403', () => answer(403, ''), 'unauthorized'],
    ['an unknown 4xx', () => answer(402), 'unknown'],
    ['a bot filter', () => answer(403, '<!doctype html><title>Just a moment...</title>'), 'unknown'],
    ['a webhook that is gone', () => answer(404), 'gone'],
  ])('holds for %s, and never fails over by itself', async (_, say, means) => {
    const world = createForwardWorld();
    await world.put('leads', 5);
    await world.forward();
    world.between = answering(say);
    await world.put('leads', 40);
    for (let run = 0; run < 5; run += 1) {
      await world.forward();
      await world.clock.advance(MINUTE);
    }
    const control = await world.control.load('leads');
    expect(control.holds).toMatchObject([{ kind: 'breaker', answer: means }]);
    expect(control.active).toBe('leads-1');
    world.between = (http) => http;
    for (let run = 0; run < 20; run += 1) {
      await world.clock.advance(MINUTE);
      await world.forward();
    }
    expect(world.taken.size).toBe(45);
    expect(takenBy(world, 'leads-2')).toBe(0);
    expect(await lettersOf(world)).toEqual([]);
  });

  it('holds when every row is refused, and only the rows before are set aside', async () => {
    const world = createForwardWorld();
    world.between = answering(() => answer(400));
    await world.put('leads', 100);
    for (let run = 0; run < 3; run += 1) {
      await world.forward();
      await world.clock.advance(MINUTE);
    }
    expect((await world.control.load('leads')).holds).toMatchObject([
      { kind: 'breaker', answer: 'bad-request' },
    ]);
    expect((await lettersOf(world)).length).toBeLessThan(5);
    world.between = (http) => http;
    for (let run = 0; run < 20; run += 1) {
      await world.clock.advance(MINUTE);
      await world.forward();
    }
    expect(world.taken.size + (await lettersOf(world)).length).toBe(100);
  });
});

describe('a row', () => {
  it.each([
    [413, 'too-large'],
    [400, 'bad-request'],
    [422, 'bad-request'],
  ])('that Clay refuses with %i is set aside, and the others go on', async (status, reason) => {
    const world = createForwardWorld();
    const rows = await world.put('leads', 60);
    const bad = new Set([10, 25, 40].map((index) => rows[index]?.id ?? ''));
    world.between = answering((id) => (bad.has(id) ? answer(status) : undefined));
    await world.forward();
    expect(world.taken.size).toBe(57);
    const letters = await lettersOf(world);
    expect(new Set(letters.map(({ row }) => row?.id))).toEqual(bad);
    expect(letters[0]).toMatchObject({ fault: 'row', reason, status, webhook: 'leads-1' });
    expect((await fold(world)).webhooks).toMatchObject([{ accepted: 57, unknown: 0 }]);
  });

  it('that gets answers nobody understands, while others pass, is our fault after so many tries', async () => {
    const world = createForwardWorld({ relay: { tries: 4 } });
    const [odd] = await world.put('leads', 1);
    world.between = answering((id) => (id === odd?.id ? answer(409) : undefined));
    for (let run = 0; run < 10; run += 1) {
      await world.put('leads', 5);
      await world.forward();
      await world.clock.advance(MINUTE);
    }
    expect(await lettersOf(world)).toMatchObject([
      { fault: 'ours', reason: 'unknown-answer', status: 409, row: { id: odd?.id, tries: 3 } },
    ]);
    expect((await world.control.load('leads')).holds).toEqual([]);
  });

  it('that gets no answer again and again is set aside before it makes ever more duplicates', async () => {
    const world = createForwardWorld({ relay: { tries: 3 } });
    const [lost] = await world.put('leads', 1);
    world.between = (http) => async (request, signal) => {
      const outcome = await http(request, signal);
      return rowIdIn(request.body ?? '') === lost?.id
        ? { kind: 'failure', failure: 'connection-reset', detail: 'ECONNRESET', phases: { totalMs: 1 } }
        : outcome;
    };
    for (let run = 0; run < 8; run += 1) {
      await world.put('leads', 3);
      await world.forward();
      await world.clock.advance(MINUTE);
    }
    expect(await lettersOf(world)).toMatchObject([{ reason: 'uncertain-too-often', row: { id: lost?.id } }]);
    expect(world.taken.get(lost?.id ?? '')).toHaveLength(3);
    expect((await fold(world)).resent).toMatchObject({ uncertain: 3 });
  });

  it('that cannot be read is kept for people, with what SQS set aside', async () => {
    const world = createForwardWorld();
    world.queue.plant('leads', 'no row of ours');
    world.queue.plant('dead', 'sealed');
    const [row] = await world.put('leads', 1);
    const read = async (_feed: string, body: string) => (body === 'sealed' ? (row ?? null) : null);
    const report = await world.forward({}, { undeliverable: { queue: world.queue, read } });
    expect(report.deadLetters).toBe(2);
    expect(await lettersOf(world)).toMatchObject([
      { reason: 'undeliverable', row: { id: row?.id } },
      { reason: 'unreadable', row: null, body: 'no row of ours' },
    ]);
    expect(await leftInQueue(world, 'dead')).toBe(0);
  });

  it('is not lost to SQS by being received and given back for ever', async () => {
    const world = createForwardWorld();
    const rows = await world.put('leads', 10);
    // Somebody holds a claim on each that never ends: every run gives them back.
    for (let run = 0; run < 120; run += 1) {
      const at = world.clock.now();
      const states = await world.ledger.sends(
        'leads',
        rows.map(({ id }) => id),
      );
      await world.ledger.claim(
        'leads',
        rows.map(({ id }, index) => ({
          ...{ rowId: id, webhook: 'leads-1', at },
          attempt: (states[index]?.attempts ?? 0) + 1,
        })),
      );
      await world.forward({ workMs: 3_000 });
      await world.clock.advance(18_000);
    }
    expect(world.queue.setAside).toEqual([]);
    const waiting = await leftInQueue(world, 'leads');
    expect(waiting + (await lettersOf(world)).length).toBe(10);
  });

  it('too old to be counted is set aside, instead of going round for ever', async () => {
    const world = createForwardWorld();
    await world.put('leads', 1);
    const [row] = world.queue.rows('leads');
    if (!row) throw new Error('no row');
    await world.clock.advance(40 * DAY);
    await world.queue.send('leads', [row]);
    for (let run = 0; run < 3; run += 1) {
      await world.forward();
      await world.clock.advance(MINUTE);
    }
    expect(await lettersOf(world)).toMatchObject([{ reason: 'undeliverable', row: { id: row.id } }]);
    expect(world.requests).toEqual([]);
  });
});

describe('a 429', () => {
  it('slows everybody down at once, costs no row, and full pace comes back', async () => {
    const world = createForwardWorld({ clayPerSecond: 6, clayBurst: 8 });
    await world.put('leads', 400);
    for (let run = 0; run < 4; run += 1) await world.forward();
    expect(world.taken.size).toBe(400);
    const refused = world.requests.filter(({ status }) => status === 429).length;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(60);
    expect([...world.taken.values()].every((times) => times.length === 1)).toBe(true);
    expect((await fold(world)).webhooks).toMatchObject([{ accepted: 400, unknown: 0 }]);
    await world.clock.advance(5 * MINUTE);
    expect((await world.ports().pacer.state()).perSecond).toBeGreaterThan(9.9);
  });

  it('is waited out as long as Clay says', async () => {
    const world = createForwardWorld();
    let isFirst = true;
    world.between = answering(() => {
      const said = isFirst ? answer(429, '', { 'retry-after': '7' }) : undefined;
      isFirst = false;
      return said;
    });
    await world.put('leads', 30);
    await world.forward();
    const after = world.requests.filter(({ at }) => at > START + 1_100);
    expect(Math.min(...after.map(({ at }) => at)) - START).toBeGreaterThanOrEqual(7_000);
    expect(world.taken.size).toBe(30);
  });
});

describe('failover', () => {
  it('on the 403 of the limit is at once: the row goes to the next, and the count is set right', async () => {
    const world = createForwardWorld({ takenBefore: { 'leads-1': 49_990 } });
    const rows = await world.put('leads', 60);
    const report = await world.forward();
    expect(world.taken.size).toBe(rows.length);
    expect(takenBy(world, 'leads-1')).toBe(10);
    expect(takenBy(world, 'leads-2')).toBe(50);
    expect(report.answers.limit).toBeGreaterThan(0);
    const control = await world.control.load('leads');
    expect(control).toMatchObject({ active: 'leads-2', webhooks: { 'leads-1': { standing: 'full' } } });
    const { webhooks } = await fold(world);
    expect(webhooks[0]).toMatchObject({ webhook: 'leads-1', unknown: 0, rebase: { count: 50_000 } });
    expect(webhooks[1]).toMatchObject({ webhook: 'leads-2', accepted: 50, unknown: 0 });
  });

  it('comes before the limit, at the configured share', async () => {
    const feed = feedOf('leads', 2);
    const world = createForwardWorld({
      feeds: {
        leads: { ...feed, webhooks: (feed.webhooks ?? []).map((each) => ({ ...each, limit: 1_000 })) },
      },
    });
    await world.put('leads', 1_100);
    for (let run = 0; run < 3; run += 1) await world.forward();
    expect(takenBy(world, 'leads-1')).toBeGreaterThanOrEqual(890);
    expect(takenBy(world, 'leads-1')).toBeLessThan(990);
    expect(world.requests.filter(({ status }) => status === 403)).toEqual([]);
    expect(world.taken.size).toBe(1_100);
  });

  it('comes before what is left would not last for the lead time', async () => {
    const world = createForwardWorld({ relay: { failover: { leadMinutes: 60 } } });
    // Four hours of 10,800 rows each: the 6,800 that are left of 50,000 do not last another one.
    const hour = 60 * MINUTE;
    for (let batch = 0; batch < 4 * 12; batch += 1) {
      await world.ledger.recordSubmissionCount('leads', {
        ...{ idempotencyKey: `batch-${batch}`, webhook: 'leads-1', count: 900 },
        at: START - 4 * hour + batch * 5 * MINUTE,
      });
    }
    await world.put('leads', 1);
    await world.forward();
    await fold(world);
    await world.put('leads', 20);
    await world.forward();
    expect(await world.control.load('leads')).toMatchObject({
      active: 'leads-2',
      rotation: { from: 'leads-1', why: 'lead-time' },
    });
  });

  it('lets the first real row verify the standby before the others follow', async () => {
    const world = createForwardWorld({ takenBefore: { 'leads-1': 49_990 } });
    world.between = (http) => async (request, signal) => {
      const outcome = await http(request, signal);
      await world.clock.sleep(2_000, signal);
      return outcome;
    };
    await world.put('leads', 60);
    await world.forward();
    const times = [...world.taken.values()]
      .flat()
      .filter(({ webhook }) => webhook === 'leads-2')
      .map(({ at }) => at)
      .toSorted((one, other) => one - other);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1_900);
    expect(await world.control.load('leads')).toMatchObject({
      rotation: { why: 'limit', verified: true },
      webhooks: { 'leads-2': { standing: 'working' } },
    });
  });

  it('goes past a standby that refuses its very first row', async () => {
    const world = createForwardWorld({
      feeds: { leads: feedOf('leads', 3) },
      takenBefore: { 'leads-1': 49_990 },
    });
    const dead = world.clay.webhookPath('leads-2');
    world.between = answering((_, url) => (url.endsWith(dead) ? answer(404) : undefined));
    await world.put('leads', 60);
    await world.forward();
    expect(world.taken.size).toBe(60);
    expect(takenBy(world, 'leads-3')).toBe(50);
    expect((await world.control.load('leads')).webhooks).toMatchObject({ 'leads-2': { standing: 'gone' } });
  });

  it('is only proposed when it is configured so, and rows wait', async () => {
    const world = createForwardWorld({
      takenBefore: { 'leads-1': 49_990 },
      remediation: { failover: 'propose' },
    });
    // The first webhook is chosen in any case; another one is not.
    await change(world, (control) => ({ ...control, active: 'leads-1' }));
    await world.put('leads', 60);
    const { stopped } = await world.forward();
    expect(stopped.leads).toMatch(/proposed/);
    expect(world.taken.size).toBe(10);
    expect(await leftInQueue(world, 'leads')).toBe(50);
  });

  it('with every webhook full holds the rows, without receiving them', async () => {
    const world = createForwardWorld({ takenBefore: { 'leads-1': 49_990, 'leads-2': 49_990 } });
    await world.put('leads', 60);
    const { stopped } = await world.forward();
    expect(stopped.leads).toMatch(/full/);
    expect(world.taken.size).toBe(20);
    expect(await world.queue.depth('leads')).toEqual({ waiting: 40, inFlight: 0, delayed: 0 });
  });

  it('fills the last webhook until Clay says so, however much is uncertain', async () => {
    const feed = feedOf('leads', 1);
    const world = createForwardWorld({
      feeds: { leads: { ...feed, webhooks: (feed.webhooks ?? []).map((each) => ({ ...each, limit: 200 })) } },
    });
    const lost = await world.put('leads', 150);
    await world.ledger.claim(
      'leads',
      lost.map(({ id }) => ({ rowId: id, webhook: 'leads-1', at: world.clock.now(), attempt: 1 })),
    );
    await world.clock.advance(MINUTE);
    await world.put('leads', 100);
    for (let run = 0; run < 3; run += 1) await world.forward();
    expect(world.taken.size).toBe(200);
    expect(await leftInQueue(world, 'leads')).toBe(50);
    expect((await fold(world)).webhooks).toMatchObject([{ unknown: 0, rebase: { count: 200 } }]);
  });

  it('never lets several forwarders together put more into a table than it takes', async () => {
    const feed = feedOf('leads', 2);
    const world = createForwardWorld({
      feeds: {
        leads: {
          ...feed,
          webhooks: (feed.webhooks ?? []).map((each) => ({ ...each, table: 'people' })),
          tables: { people: { ceiling: 400 } },
        },
      },
      ceilings: { people: 400 },
    });
    await world.put('leads', 1_000);
    for (let run = 0; run < 4; run += 1)
      await Promise.all([world.forward(), world.forward(), world.forward()]);
    expect(world.clay.state().tables[0]).toMatchObject({ dropped: 0 });
    expect(world.taken.size).toBeLessThanOrEqual(400);
    expect(world.taken.size).toBeGreaterThan(250);
    expect((await leftInQueue(world, 'leads')) + world.taken.size).toBe(1_000);
  });

  it('tolerates that the active webhook is not configured any more', async () => {
    const world = createForwardWorld();
    await change(world, (control) => ({ ...control, active: 'leads-0' }));
    await world.put('leads', 20);
    await world.forward();
    expect(takenBy(world, 'leads-1')).toBe(20);
  });

  it('sends nothing to what is not the URL of a webhook, and says so without showing it', async () => {
    const world = createForwardWorld();
    const rows = await world.put('leads', 20);
    const read = async () => 'https://example.com/secret-path';
    const report = await world.forward({ workMs: 5_000 }, { secrets: { read } });
    expect(report.answers).toEqual({});
    expect(report.faults).toBeGreaterThan(0);
    expect(world.faults.map(({ error }) => String(error)).join()).not.toContain('secret-path');
    expect(await leftInQueue(world, 'leads')).toBe(rows.length);
  });
});
