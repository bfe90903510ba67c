import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BODIES, type Operation } from '../../../functions/operate/request.ts';
import {
  drillEndResponse,
  drillResponse,
  failoverResponse,
  holdResponse,
  replayPlanResponse,
  replayResponse,
  resumeResponse,
  silenceEndResponse,
  silenceResponse,
} from '../../../shared/operate/operate-shape.ts';
import { addHold, changeControl } from '../../../shared/relay/control-change.ts';
import { problemResponse } from '../../../shared/respond/incident-shape.ts';
import { OUTAGE, opened } from '../../incident/fixtures.ts';
import { FEED, HOUR } from '../../replay/replay-world.ts';
import { createOperateWorld, HOST, type OperateWorld, READER, RESPONDER } from './operate-world.ts';

const OPERATIONS = Object.keys(BODIES) as readonly Operation[];
const IN = (hours: number) => new Date(Date.UTC(2026, 10, 3, 12) + hours * HOUR).toISOString();

const outageHold = ({ ports, clock }: OperateWorld) =>
  changeControl(ports.controls, FEED, (control) =>
    addHold(control, {
      ...{ kind: 'cause', cause: 'clay.outage', subject: 'clay', since: clock.now() },
      ...{ why: 'Clay is down.', by: 'claywatch' },
    }),
  );

/** Rows that Clay accepted and that never came back, two hours ago. */
const lose = async (world: OperateWorld, count: number) => {
  const rows = await world.accepted(count);
  await world.clock.advance(2 * HOUR);
  return rows;
};

describe('who may', () => {
  it.each(OPERATIONS)('%s: a responder, and nobody else', async (operation) => {
    const world = createOperateWorld();
    const status = async (headers: Record<string, string>) =>
      (await world.ask({ operation, name: 'x', headers, body: {} })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401);
    const reader = await status({ authorization: `Bearer ${READER}` });
    expect(operation === 'replayPlan' ? reader !== 403 : reader === 403).toBe(true);
    expect([401, 403]).not.toContain(await status({ authorization: `Bearer ${RESPONDER}` }));
  });

  it('acts as whoever signed in to the console, and only from its own page', async () => {
    const world = createOperateWorld();
    const made = await world.sessions.madeWith(RESPONDER, { role: 'responder', name: 'Grace' });
    if (made.kind !== 'made') throw new Error(made.kind);
    const cookies = [`__Host-claywatch-session=${made.token}`];
    const own = { 'x-claywatch-console': '1', origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' };
    const body = { reason: 'Maintenance', by: 'Mallory' };
    const ask = (headers: Record<string, string>) =>
      world.ask({ operation: 'hold', name: FEED, body, cookies, headers });
    expect((await ask({})).status).toBe(403);
    expect((await ask({ ...own, origin: 'https://evil.example.com' })).status).toBe(403);
    expect((await ask({ ...own, 'x-claywatch-actor': 'Mallory' })).status).toBe(200);
    const { holds, history } = await world.ports.controls.load(FEED);
    expect(holds).toMatchObject([{ kind: 'operator', by: 'Grace (console)', why: 'Maintenance' }]);
    expect(history).toMatchObject([{ kind: 'hold', by: 'Grace (console)' }]);
  });
});

describe('hold and resume', () => {
  it('holds once, says who and why, and lets go what operators hold', async () => {
    const world = createOperateWorld();
    const held = await world.act({ operation: 'hold', name: FEED, body: { reason: 'CRM moves' } });
    expect(holdResponse.parse(held.body)).toMatchObject({
      outcome: 'held',
      holds: [{ kind: 'operator', by: 'Ada (API)' }],
    });
    await world.clock.advance(1_000);
    const again = await world.act({ operation: 'hold', name: FEED, body: { reason: 'once more' } });
    expect(holdResponse.parse(again.body).outcome).toBe('already-held');
    await outageHold(world);
    const resumed = await world.act({ operation: 'resume', name: FEED });
    expect(resumeResponse.parse(resumed.body)).toMatchObject({
      outcome: 'released',
      released: [{ kind: 'operator' }],
      holds: [{ kind: 'cause' }],
    });
    expect((await world.act({ operation: 'resume', name: FEED })).body.outcome).toBe('nothing-released');
    expect((await world.act({ operation: 'resume', name: FEED, body: { all: true } })).body).toMatchObject({
      outcome: 'released',
      holds: [],
    });
  });

  it('changes nothing in a dry run', async () => {
    const world = createOperateWorld();
    const dry = { dry_run: true };
    expect((await world.act({ operation: 'hold', name: FEED, body: dry })).body.outcome).toBe('dry-run');
    await outageHold(world);
    const before = await world.ports.controls.load(FEED);
    const resumed = await world.act({ operation: 'resume', name: FEED, body: { ...dry, all: true } });
    expect(resumeResponse.parse(resumed.body)).toMatchObject({
      outcome: 'dry-run',
      released: [{ kind: 'cause' }],
      holds: [{ kind: 'cause' }],
    });
    expect(await world.ports.controls.load(FEED)).toEqual(before);
  });

  it('knows no other feed, and none that takes no rows', async () => {
    const world = createOperateWorld({
      feeds: { [FEED]: { relay: { secret: 'env:ROWS_SECRET' } }, mute: {} },
    });
    for (const [name, status, code] of [
      ['nobody', 404, 'relay.not-found'],
      ['__proto__', 404, 'relay.not-found'],
      ['mute', 409, 'relay.not-configured'],
    ] as const)
      for (const operation of ['hold', 'resume', 'failover'] as const) {
        const answer = await world.act({ operation, name });
        expect([answer.status, problemResponse.parse(answer.body).code]).toEqual([status, code]);
      }
  });
});

describe('fail over', () => {
  it('says where rows would go, sends them there, and says why it cannot', async () => {
    const world = createOperateWorld();
    const planned = await world.act({ operation: 'failover', name: FEED, body: { dry_run: true } });
    expect(failoverResponse.parse(planned.body)).toMatchObject({
      ...{ outcome: 'dry-run', from: null, to: 'leads-1', limit: 50_000 },
    });
    expect((await world.ports.controls.load(FEED)).active).toBeNull();
    const done = await world.act({ operation: 'failover', name: FEED, body: { to: 'leads-2' } });
    expect(failoverResponse.parse(done.body)).toMatchObject({ outcome: 'rotated', to: 'leads-2' });
    expect(await world.ports.controls.load(FEED)).toMatchObject({
      active: 'leads-2',
      rotation: { why: 'operator', by: 'Ada (API)' },
    });
    expect(
      (await world.act({ operation: 'failover', name: FEED, body: { to: 'leads-2' } })).body,
    ).toMatchObject({ outcome: 'already' });
    const none = await world.act({ operation: 'failover', name: FEED, body: { to: 'leads-9' } });
    expect([none.status, none.body.code]).toEqual([404, 'relay.not-found']);
  });

  it('is refused where it would break a limit, with the reason', async () => {
    const world = createOperateWorld({
      feeds: {
        [FEED]: {
          relay: { secret: 'env:ROWS_SECRET' },
          webhooks: [{ id: 'only', url: 'env:ONE', startCount: 50_000 }],
        },
      },
    });
    for (const body of [{}, { to: 'only' }, { to: 'only', dry_run: true }]) {
      const refused = await world.act({ operation: 'failover', name: FEED, body });
      expect([refused.status, refused.body.code]).toEqual([409, 'relay.refused']);
      expect(refused.body.detail).toMatch(/full/);
    }
  });
});

describe('replay', () => {
  it('plans, and begins what was confirmed in a function of its own', async () => {
    const world = createOperateWorld();
    await lose(world, 12);
    const body = { source: 'uncalled' };
    const { plan } = replayPlanResponse.parse(
      (await world.act({ operation: 'replayPlan', name: FEED, body })).body,
    );
    expect(plan).toMatchObject({ verdict: 'ok', rows: 12, left_out: 0, reasons: [] });
    expect(plan.cautions.join(' ')).toContain('Clay took these rows already');
    expect(await world.ports.jobs.list(10)).toEqual([]);
    const begun = await world.act({ operation: 'replay', name: FEED, body: { ...body, confirm: plan.rows } });
    const { replay } = replayResponse.parse(begun.body);
    expect(replay).toMatchObject({ status: 'running', planned: 12, queued: 0 });
    expect(world.calls).toEqual([{ job: replay.id, after: 1 }]);
    expect(await world.ports.jobs.load(replay.id)).toMatchObject({ by: 'Ada (API)', version: 1 });
    expect((await world.ports.controls.load(FEED)).history).toMatchObject([
      { kind: 'replay', by: 'Ada (API)' },
    ]);
  });

  it.each<[string, Record<string, unknown>, number, RegExp]>([
    ['of nothing', { source: 'dead-letters', confirm: 0 }, 409, /nothing to send/],
    ['of another number than was seen', { source: 'uncalled', confirm: 11 }, 409, /12 rows now/],
    ['that nothing holds', { source: 'held', confirm: 3 }, 409, /Nothing holds/],
    ['without a number', { source: 'uncalled' }, 400, /confirm/],
    [
      'of times the wrong way round',
      { source: 'uncalled', confirm: 1, since: IN(2), until: IN(1) },
      400,
      /since/,
    ],
  ])('is refused %s, and begins nothing', async (_, body, status, why) => {
    const world = createOperateWorld();
    await lose(world, 12);
    await world.ports.queue.send(FEED, world.makeRows(3));
    const answer = await world.act({ operation: 'replay', name: FEED, body });
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(why);
    expect(world.calls).toEqual([]);
    expect(await world.ports.jobs.list(10)).toEqual([]);
  });

  it('goes on with a stopped one, and with no other', async () => {
    const world = createOperateWorld();
    await lose(world, 5);
    const begun = await world.act({
      ...{ operation: 'replay', name: FEED },
      body: { source: 'uncalled', confirm: 5 },
    });
    const { id } = begun.body.replay;
    const resume = () => world.act({ operation: 'replayResume', name: id });
    expect(await resume()).toMatchObject({ status: 409, body: { code: 'relay.contended' } });
    const job = await world.ports.jobs.load(id);
    if (!job) throw new Error('no job');
    await world.ports.jobs.save({ ...job, status: 'stopped', stopped: 'held', version: 2 });
    expect(replayResponse.parse((await resume()).body).outcome).toBe('resumed');
    expect(world.calls.at(-1)).toEqual({ job: id, after: 2 });
    expect((await world.ports.controls.load(FEED)).history[0]).toMatchObject({
      ...{ kind: 'replay', by: 'Ada (API)', text: `The replay ${id} goes on.` },
    });
    await world.ports.jobs.save({ ...job, status: 'done', version: 3 });
    expect(await resume()).toMatchObject({ status: 409, body: { code: 'relay.refused' } });
    for (const name of ['rpl-20261103-ffffffff', '', '../x', 'x'.repeat(5_000)])
      expect((await world.act({ operation: 'replayResume', name })).body.code).toBe('relay.not-found');
  });
});

describe('silences', () => {
  const body = { kind: 'maintenance', reason: 'CRM moves', to: IN(2), match: { feed: FEED, at_most: 'P2' } };

  it('says what it covers, makes it, and ends it', async () => {
    const world = createOperateWorld();
    const outage = opened({ cause: 'webhook.gone', subject: `${FEED}/leads-1` });
    await world.incidents.write({ ...outage, severity: 'P2' }, null);
    const dry = await world.act({ operation: 'silence', body: { ...body, dry_run: true } });
    expect(silenceResponse.parse(dry.body)).toMatchObject({ outcome: 'dry-run', covers: [outage.id] });
    expect(await world.silences.current(0)).toEqual([]);
    const made = silenceResponse.parse((await world.act({ operation: 'silence', body })).body);
    expect(made).toMatchObject({
      outcome: 'made',
      silence: { kind: 'maintenance', by: 'Ada (API)', state: 'in-force', match: { feed: FEED } },
    });
    const { id } = made.silence;
    expect(await world.silences.current(world.clock.now())).toMatchObject([
      { id, match: { feed: FEED, atMost: 'P2' } },
    ]);
    const ended = await world.act({ operation: 'silenceEnd', name: id });
    expect(silenceEndResponse.parse(ended.body)).toMatchObject({ outcome: 'ended', id });
    for (const name of [id, 'sil-00000000', 'x', 'x'.repeat(5_000)]) {
      await world.clock.advance(1_000);
      expect((await world.act({ operation: 'silenceEnd', name })).body.code).toBe('silence.not-found');
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ['of nothing named', { match: {} }],
    ['of everything and of a part', { match: { everything: true, feed: FEED } }],
    ['of a feed that there is not', { match: { feed: 'nobody' } }],
    ['without a reason', { reason: ' \n' }],
    ['for ever', { to: IN(91 * 24) }],
    ['that is over', { from: IN(-3), to: IN(-1) }],
    ['that ends before it begins', { from: IN(3) }],
  ])('refuses one %s', async (_, over) => {
    const world = createOperateWorld();
    const answer = await world.act({ operation: 'silence', body: { ...body, ...over } });
    expect([answer.status, problemResponse.parse(answer.body).code]).toEqual([400, 'request.malformed']);
    expect(await world.silences.current(0)).toEqual([]);
  });

  it('takes one of everything', async () => {
    const world = createOperateWorld();
    const answer = await world.act({ operation: 'silence', body: { ...body, match: { everything: true } } });
    expect(silenceResponse.parse(answer.body).silence.match).toEqual({
      ...{ causes: null, subject: null, feed: null, at_most: null },
    });
  });
});

describe('drills', () => {
  const body = { severity: 'P2', minutes: 15 };

  it('says who would hear of it, starts it, and ends it', async () => {
    const world = createOperateWorld();
    const dry = await world.act({ operation: 'drill', body: { ...body, dry_run: true } });
    expect(drillResponse.parse(dry.body)).toMatchObject({
      ...{ outcome: 'dry-run', told: ['e-mail ops@example.com'], incident: null, ends_at: null },
    });
    expect(await world.incidents.active()).toEqual([]);
    const begun = drillResponse.parse((await world.act({ operation: 'drill', body })).body);
    expect(begun.outcome).toBe('started');
    const [incident] = await world.incidents.active();
    expect(incident).toMatchObject({ id: begun.incident, cause: 'drill', severity: 'P2' });
    expect(incident?.summary).toContain('Ada (API)');
    const second = await world.act({ operation: 'drill', body });
    expect([second.status, second.body.code]).toEqual([409, 'incident.refused']);
    const ended = await world.act({ operation: 'drillEnd' });
    expect(drillEndResponse.parse(ended.body).incident).toBe(begun.incident);
    expect((await world.incidents.byId(begun.incident ?? ''))?.status).toBe('resolved');
    expect((await world.act({ operation: 'drillEnd' })).body.code).toBe('incident.not-found');
  });

  it('is refused while something real is open, unless it is forced, and where nobody would be told', async () => {
    const world = createOperateWorld();
    await world.incidents.write(opened(OUTAGE), null);
    expect((await world.act({ operation: 'drill', body })).body).toMatchObject({
      ...{ status: 409, code: 'incident.refused' },
    });
    expect((await world.act({ operation: 'drill', body: { ...body, force: true } })).status).toBe(200);
    const silent = createOperateWorld({ notify: {} });
    expect((await silent.act({ operation: 'drill', body })).status).toBe(400);
  });
});

describe('a request that is repeated', () => {
  /** What is asked for, with what there must be for it. */
  const cases: Readonly<
    Record<
      string,
      {
        readonly ask: (
          world: OperateWorld,
        ) => Promise<{ operation: Operation; name?: string; body?: unknown }>;
      }
    >
  > = {
    hold: { ask: async () => ({ operation: 'hold', name: FEED, body: { reason: 'x' } }) },
    resume: {
      ask: async (world) => {
        await world.act({ operation: 'hold', name: FEED });
        return { operation: 'resume', name: FEED };
      },
    },
    failover: { ask: async () => ({ operation: 'failover', name: FEED }) },
    replay: {
      ask: async (world) => {
        await lose(world, 4);
        return { operation: 'replay', name: FEED, body: { source: 'uncalled', confirm: 4 } };
      },
    },
    'replay resume': {
      ask: async (world) => {
        await lose(world, 4);
        const begun = await world.act({
          ...{ operation: 'replay', name: FEED },
          body: { source: 'uncalled', confirm: 4 },
        });
        await world.clock.advance(HOUR);
        return { operation: 'replayResume', name: begun.body.replay.id };
      },
    },
    silence: {
      ask: async () => ({
        operation: 'silence',
        body: { reason: 'x', to: IN(9), match: { everything: true } },
      }),
    },
    'silence end': {
      ask: async (world) => {
        const made = await world.act({
          operation: 'silence',
          body: { reason: 'x', to: IN(9), match: { everything: true } },
        });
        await world.clock.advance(1_000);
        return { operation: 'silenceEnd', name: made.body.silence.id };
      },
    },
    drill: { ask: async () => ({ operation: 'drill', body: { severity: 'P3' } }) },
    'drill end': {
      ask: async (world) => {
        await world.act({ operation: 'drill', body: { severity: 'P3' } });
        await world.clock.advance(1_000);
        return { operation: 'drillEnd' };
      },
    },
  };

  /** Everything that such a request may change. */
  const effects = async (world: OperateWorld) => ({
    history: (await world.ports.controls.load(FEED)).history.map(({ kind }) => kind),
    holds: (await world.ports.controls.load(FEED)).holds.length,
    active: (await world.ports.controls.load(FEED)).active,
    jobs: (await world.ports.jobs.list(10)).length,
    silences: (await world.silences.list({ since: 0, limit: 10 })).map(({ endedAt }) => endedAt !== null),
    incidents: (await world.incidents.list({ since: 0, limit: 10 })).map(({ status, timeline }) => [
      status,
      timeline.length,
    ]),
  });

  it.each(Object.entries(cases))(
    '%s: with its key is done once, and answered as before, however late',
    async (_, { ask }) => {
      const world = createOperateWorld();
      const asked = { ...(await ask(world)), key: 'k-1' };
      const first = await world.act(asked);
      expect(first.status).toBe(200);
      const after = await effects(world);
      await world.clock.advance(HOUR);
      expect(await world.act(asked)).toEqual(first);
      expect(await effects(world)).toEqual(after);
      const other = await world.act({ ...asked, operation: 'hold', name: FEED, body: { reason: 'other' } });
      expect([other.status, other.body.code]).toEqual([409, 'request.conflict']);
      expect(await effects(world)).toEqual(after);
    },
  );

  it.each(Object.entries(cases))(
    '%s: of a process that died before or after any of its calls, ends as if it had not',
    async (_, { ask }) => {
      const calm = createOperateWorld();
      const wanted = await calm.act({ ...(await ask(calm)), key: 'k-1' });
      const expected = await effects(calm);
      for (let call = 1; ; call += 1) {
        let isOver = false;
        for (const after of [false, true]) {
          const world = createOperateWorld();
          const asked = { ...(await ask(world)), key: 'k-1' };
          const started = world.calls.length;
          const dying = world.processOf({ call, after });
          const headers = { authorization: `Bearer ${RESPONDER}`, 'x-claywatch-actor': 'Ada' };
          const died = await dying.ask({ ...asked, headers });
          isOver = dying.calls() < call;
          if (!isOver) expect(died.status).toBe(429);
          const again = await world.act(asked);
          expect(again.status).toBe(200);
          expect(Object.keys(again.body)).toEqual(Object.keys(wanted.body));
          expect(await effects(world)).toEqual(expected);
          // Whoever is to go on hears of it at least once, and only of one.
          const heard = world.calls.slice(started);
          expect(new Set(heard.map(({ job }) => job)).size).toBe(calm.calls.length > 0 ? 1 : 0);
        }
        if (isOver) break;
      }
    },
  );

  it('at once with one key does it once', async () => {
    for (const [name, { ask }] of Object.entries(cases)) {
      const calm = createOperateWorld();
      await calm.act({ ...(await ask(calm)), key: 'k-1' });
      const world = createOperateWorld();
      const asked = { ...(await ask(world)), key: 'k-1' };
      const answers = await Promise.all([1, 2, 3].map(() => world.act(asked)));
      expect(
        answers.map(({ status }) => status),
        name,
      ).toEqual([200, 200, 200]);
      expect(await effects(world), name).toEqual(await effects(calm));
    }
  });
});

describe('hostile input', () => {
  it('is answered, never repeated, and changes nothing', async () => {
    const anything = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('{"__proto__":{}}', '[]', 'null', `"${'x'.repeat(20_000)}"`, '{"sk_live_fake1234":1}'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...OPERATIONS),
        anything,
        fc.string(),
        async (operation, body, name) => {
          const world = createOperateWorld();
          const answer = await world.act({ operation, name, body });
          expect([200, 400, 404, 409, 413]).toContain(answer.status);
          if (answer.status !== 200) problemResponse.parse(answer.body);
          expect(JSON.stringify(answer.body)).not.toContain('sk_live');
          expect(world.faults).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('in texts is kept as one line, without what must not be kept', async () => {
    const webhook = 'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-fake';
    const nasty = `because ${webhook} Bearer fake-token-1 \u001b[31m\u202e`;
    const world = createOperateWorld();
    await world.act({ operation: 'hold', name: FEED, body: { reason: nasty, by: nasty } });
    await world.act({
      operation: 'silence',
      body: { reason: nasty, by: nasty, to: IN(2), match: { everything: true } },
    });
    const shown = JSON.stringify([
      (await world.act({ operation: 'hold', name: FEED })).body,
      await world.ports.controls.load(FEED),
    ]);
    expect(shown).not.toMatch(/sources\/webhook\/pull|fake-token|\\u001b/);
  });

  it('is answered 429 when a store does not answer, and may be sent again', async () => {
    const world = createOperateWorld();
    const dying = world.processOf({ call: 1, after: false });
    const headers = { authorization: `Bearer ${RESPONDER}` };
    const answer = await dying.ask({ operation: 'hold', name: FEED, headers });
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '1']);
  });
});
