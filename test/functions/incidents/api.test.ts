import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../functions/incidents/request.ts';
import { ROUTES } from '../../../functions/incidents/routes.ts';
import {
  actResponse,
  draftResponse,
  listResponse,
  problemResponse,
  showResponse,
} from '../../../shared/respond/incident-shape.ts';
import { HOUR, NOON, OUTAGE, opened, resolved } from '../../incident/fixtures.ts';
import { hostileText } from '../../notify/hostile.ts';
import { BEFORE, createIncidentsWorld, READER, RESPONDER } from './incidents-world.ts';

const incident = opened();
const { id } = incident;
const act = (action: string, body?: unknown) => ({
  route: ROUTES.act,
  params: { id, action },
  ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
});

describe('who may', () => {
  it.each<[string, Record<string, string>, number, number]>([
    ['a responder', { authorization: `Bearer ${RESPONDER}` }, 200, 200],
    ['a responder, bare', { authorization: RESPONDER }, 200, 200],
    ['a responder, in capitals', { Authorization: `BEARER  ${RESPONDER} ` }, 200, 200],
    ['a responder with the secret from before', { authorization: `Bearer ${BEFORE}` }, 200, 200],
    ['a reader', { authorization: `Bearer ${READER}` }, 200, 403],
    ['a stranger', { authorization: 'Bearer wrong' }, 401, 401],
    ['nobody', {}, 401, 401],
    ['an empty secret', { authorization: 'Bearer ' }, 401, 401],
    ['two secrets in one', { authorization: `Bearer ${READER} ${RESPONDER}` }, 401, 401],
    ['a megabyte', { authorization: 'x'.repeat(1_000_000) }, 401, 401],
  ])('look and act: %s', async (_, headers, look, acts) => {
    const { ask } = await createIncidentsWorld([incident]);
    expect((await ask({ route: ROUTES.list, headers })).statusCode).toBe(look);
    expect((await ask({ route: ROUTES.show, params: { id }, headers })).statusCode).toBe(look);
    expect((await ask({ ...act('acknowledge'), headers })).statusCode).toBe(acts);
  });

  it('says so without a secret configured: nobody', async () => {
    const { ask } = await createIncidentsWorld([incident], { config: {} });
    for (const authorization of ['', 'Bearer ', 'Bearer undefined', `Bearer ${RESPONDER}`])
      expect((await ask({ route: ROUTES.list, headers: { authorization } })).statusCode).toBe(401);
  });

  it('takes the configured header, and a bearer beside it', async () => {
    const config = { secret: 'env:RESPONDER', header: 'x-claywatch-key' };
    const { ask } = await createIncidentsWorld([incident], { config });
    const status = async (headers: Record<string, string>) =>
      (await ask({ route: ROUTES.list, headers })).statusCode;
    expect(await status({ 'x-claywatch-key': RESPONDER })).toBe(200);
    expect(await status({ authorization: `Bearer ${RESPONDER}` })).toBe(200);
    expect(await status({ authorization: RESPONDER })).toBe(401);
  });

  it('is found out before anything of the incident is', async () => {
    const { ask, store } = await createIncidentsWorld([incident]);
    const there = await ask({ ...act('acknowledge') });
    const notThere = await ask({ route: ROUTES.act, params: { id: 'inc-20261103-00000000', action: 'x' } });
    expect(there).toEqual(notThere);
    expect((await store.byId(id))?.status).toBe('triggered');
  });
});

describe('GET /v1/incidents', () => {
  it('lists what is open, and everything on request', async () => {
    const over = resolved(opened(OUTAGE), NOON + HOUR);
    const { api } = await createIncidentsWorld([incident, over]);
    const open = await api({ route: ROUTES.list });
    expect(listResponse.parse(open.body).incidents.map((one) => one.id)).toEqual([id]);
    const all = await api({ route: ROUTES.list, query: { status: 'all', since: '2026-11-01T00:00:00Z' } });
    expect(
      listResponse
        .parse(all.body)
        .incidents.map((one) => one.id)
        .toSorted(),
    ).toEqual([id, over.id].toSorted());
    const one = await api({ route: ROUTES.list, query: { status: 'all', limit: '1' } });
    expect(one.body.incidents).toHaveLength(1);
  });

  it.each(['open', 'all'])(
    'reads a thousand of %s in pages, each once, whatever opens meanwhile',
    async (status) => {
      const many = Array.from({ length: 1_000 }, (_, index) =>
        opened({ cause: 'webhook.gone', subject: `leads/leads-${index}` }, NOON - Math.floor(index / 3)),
      );
      const { api, store } = await createIncidentsWorld(many);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const query = { status, limit: '150', ...(cursor !== null && { cursor }) };
        const page = listResponse.parse((await api({ route: ROUTES.list, query })).body);
        expect(page.incidents.length).toBeLessThanOrEqual(150);
        seen.push(...page.incidents.map((one) => one.id));
        cursor = page.next;
        await store.write(opened({ cause: 'webhook.gone', subject: `new/${seen.length}` }, NOON + 1), null);
      } while (cursor !== null);
      expect(seen).toHaveLength(1_000);
      expect(new Set(seen)).toEqual(new Set(many.map((one) => one.id)));
    },
  );

  it('is 304 for whoever has it already', async () => {
    const { ask, clock } = await createIncidentsWorld([incident]);
    const headers = { authorization: `Bearer ${READER}` };
    for (const asked of [{ route: ROUTES.list }, { route: ROUTES.show, params: { id } }] as const) {
      const { headers: sent } = await ask({ ...asked, headers });
      await clock.advance(5_000);
      const again = await ask({ ...asked, headers: { ...headers, 'if-none-match': sent.etag ?? '' } });
      expect([again.statusCode, again.body]).toEqual([304, '']);
    }
  });

  it.each([
    { status: 'closed' },
    { cursor: 'x' },
    { cursor: '1.inc-1' },
    { limit: '0' },
    { limit: '1e9' },
    { since: 'yesterday' },
    { x: 'y' },
  ])('refuses a query that is none: %j', async (query) => {
    const { api } = await createIncidentsWorld([incident]);
    const { status, body } = await api({ route: ROUTES.list, query: query as never });
    expect([status, problemResponse.parse(body).code]).toEqual([400, 'request.malformed']);
  });
});

describe('GET /v1/incidents/{id}', () => {
  it('shows the incident, and 404 for what there is not', async () => {
    const { api } = await createIncidentsWorld([incident]);
    const { status, headers, body } = await api({ route: ROUTES.show, params: { id } });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'private, no-cache',
    });
    expect(showResponse.parse(body).incident).toMatchObject({ id, status: 'triggered', acknowledged: null });
    for (const unknown of ['inc-20261103-00000000', '', '../x', '__proto__', 'x'.repeat(100_000)])
      expect((await api({ route: ROUTES.show, params: { id: unknown } })).body.code).toBe(
        'incident.not-found',
      );
  });

  it('shows no secret, address or control character of what was seen or typed', async () => {
    const webhook = 'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-fake';
    const nasty = `seen ${webhook} Bearer fake-token-1 jo@example.com \u001b[31m\u202e`;
    const { api } = await createIncidentsWorld([{ ...incident, summary: nasty, subject: nasty }]);
    await api(act('note', { text: nasty, by: nasty }));
    const shown = JSON.stringify((await api({ route: ROUTES.show, params: { id } })).body);
    expect(shown).not.toMatch(/sources\/webhook|fake-token|jo@example|\\u001b|\u202e/);
  });
});

describe('GET /v1/incidents/{id}/draft', () => {
  it.each(['responders', 'stakeholders', 'public'] as const)(
    'writes what is due for %s',
    async (audience) => {
      const { api, store } = await createIncidentsWorld([incident]);
      const headers = { authorization: `Bearer ${READER}` };
      const { status, body } = await api({
        route: ROUTES.draft,
        params: { id },
        query: { audience },
        headers,
      });
      expect(status).toBe(200);
      expect(draftResponse.parse(body)).toMatchObject({ audience });
      expect(body.text).toContain('Impact');
      expect((await store.byId(id))?.version).toBe(1);
    },
  );

  it('knows no other audience, and no other incident', async () => {
    const { api } = await createIncidentsWorld([incident]);
    const status = async (params: Record<string, string>, query?: Record<string, string>) =>
      (await api({ route: ROUTES.draft, params, ...(query && { query }) })).status;
    expect(await status({ id }, { audience: 'all' })).toBe(400);
    expect(await status({ id: 'inc-20261103-00000000' })).toBe(404);
    expect(await status({ id })).toBe(200);
  });
});

describe('POST /v1/incidents/{id}/{action}', () => {
  it('acknowledges once, in the name that was given', async () => {
    const { api, store } = await createIncidentsWorld([incident]);
    const first = await api({ ...act('acknowledge'), headers: { 'x-claywatch-actor': 'Anna' } });
    expect(actResponse.parse(first.body)).toMatchObject({
      outcome: 'done',
      incident: { status: 'acknowledged', acknowledged: { by: { name: 'Anna', via: 'api' } } },
    });
    expect((await api(act('acknowledge', { by: 'Ben' }))).body).toMatchObject({
      outcome: 'unchanged',
      incident: { acknowledged: { by: { name: 'Anna' } } },
    });
    expect((await store.byId(id))?.version).toBe(2);
  });

  it('does each thing that can be done', async () => {
    const { api } = await createIncidentsWorld([incident, opened(OUTAGE)]);
    const does = async (action: string, body?: unknown) =>
      actResponse.parse((await api(act(action, body))).body).incident;
    expect(await does('severity', { severity: 'P2', text: 'few rows' })).toMatchObject({ severity: 'P2' });
    expect(await does('merge', { into: opened(OUTAGE).id })).toMatchObject({
      merged_into: opened(OUTAGE).id,
    });
    expect(await does('unmerge')).toMatchObject({ merged_into: null });
    expect(await does('acknowledge')).toMatchObject({ status: 'acknowledged' });
    expect(await does('unacknowledge')).toMatchObject({ status: 'triggered', acknowledged: null });
    expect(await does('assign', { to: 'Ben' })).toMatchObject({ assignee: 'Ben' });
    expect((await does('step', { step: 1 })).timeline.at(-1)).toMatchObject({ kind: 'step-done' });
    expect((await does('step', { step: 1, done: false })).timeline.at(-1)).toMatchObject({
      kind: 'step-undone',
    });
    expect((await does('note', { text: 'a note' })).timeline.at(-1)).toMatchObject({ kind: 'note' });
    expect((await does('update', { text: 'news', audience: 'stakeholders' })).timeline.at(-1)).toMatchObject({
      kind: 'updated',
      audience: 'stakeholders',
    });
    expect(await does('mitigate', { text: 'by hand' })).toMatchObject({ status: 'mitigated' });
    expect(await does('resolve', { force: true })).toMatchObject({ status: 'resolved' });
    expect(await does('review')).toMatchObject({ status: 'reviewed' });
  });

  it('sends nothing outside that a person has not confirmed', async () => {
    const { api, store } = await createIncidentsWorld([incident]);
    const update = { text: 'We are looking into it.', audience: 'public' };
    expect(await api(act('update', update))).toMatchObject({ status: 409, body: { why: 'unconfirmed' } });
    expect((await store.byId(id))?.version).toBe(1);
    expect((await api(act('update', { ...update, confirmed: true }))).status).toBe(200);
  });

  it.each<[string, string, unknown, number, string]>([
    ['what is still seen failing', 'resolve', {}, 409, 'incident.refused'],
    ['a review too early', 'review', {}, 409, 'incident.refused'],
    ['a merge into itself', 'merge', { into: id }, 409, 'incident.refused'],
    ['a merge into nothing', 'merge', { into: 'inc-20261103-00000000' }, 404, 'incident.not-found'],
    ['a step that there is not', 'step', { step: 99 }, 400, 'request.malformed'],
    ['a step without a number', 'step', {}, 400, 'request.malformed'],
    ['an unknown action', 'delete', {}, 400, 'request.malformed'],
    ['a key of every object', 'constructor', {}, 400, 'request.malformed'],
    ['no text', 'note', {}, 400, 'request.malformed'],
    ['an empty text', 'note', { text: ' \n ' }, 400, 'request.malformed'],
    ['a wrong type', 'note', { text: 1 }, 400, 'request.malformed'],
    ['a severity that is none', 'severity', { severity: 'P0' }, 400, 'request.malformed'],
    ['an audience that is none', 'update', { text: 'x', audience: 'all' }, 400, 'request.malformed'],
    ['a key that is not known', 'acknowledge', { sk_live_fake1234: 1 }, 400, 'request.malformed'],
    ['a list', 'acknowledge', [], 400, 'request.malformed'],
    ['null', 'acknowledge', 'null', 400, 'request.malformed'],
    ['no JSON', 'acknowledge', '{"by": sk_live_fake1234', 400, 'request.malformed'],
    ['too much', 'note', { text: 'x'.repeat(40_000) }, 413, 'request.too-large'],
  ])('refuses %s', async (_, action, body, status, code) => {
    const { api, store } = await createIncidentsWorld([incident]);
    const answer = await api(act(action, body));
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect([answer.status, problemResponse.parse(answer.body).code]).toEqual([status, code]);
    expect(JSON.stringify(answer.body)).not.toContain('sk_live');
    expect((await store.byId(id))?.version).toBe(1);
  });

  it('takes a body that API Gateway encoded, and none that is compressed', async () => {
    const { api } = await createIncidentsWorld([incident]);
    expect((await api({ ...act('note', { text: 'x' }), base64: true })).status).toBe(200);
    expect(
      (await api({ ...act('note', { text: 'x' }), headers: { 'content-encoding': 'gzip' } })).status,
    ).toBe(415);
  });

  it('lets one of many who acknowledge at once have it', async () => {
    const { api } = await createIncidentsWorld([incident]);
    const answers = await Promise.all(
      ['Anna', 'Ben', 'Cleo', 'Dan'].map((by) => api(act('acknowledge', { by }))),
    );
    expect(answers.map(({ body }) => body.outcome).toSorted()).toEqual([
      'done',
      'unchanged',
      'unchanged',
      'unchanged',
    ]);
    expect(new Set(answers.map(({ body }) => body.incident.acknowledged.by.name)).size).toBe(1);
  });

  it('answers 429 and tells of the fault, never what it said, when the store fails', async () => {
    const store = { byId: () => Promise.reject(new Error('fake-detail')) };
    const { api, faults } = await createIncidentsWorld([incident], { store });
    const { status, body } = await api(act('acknowledge'));
    expect([status, body.code, faults.length]).toEqual([429, 'overloaded', 1]);
    expect(JSON.stringify(body)).not.toContain('fake-detail');
  });

  it('answers whatever is sent, with what it promises', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(ACTIONS)),
        hostileText,
        hostileText,
        async (action, one, other) => {
          const { api, faults } = await createIncidentsWorld([incident]);
          const body = {
            by: one.slice(0, 200),
            ...(action === 'note' || action === 'update' ? { text: other } : {}),
          };
          const answer = await api({ ...act(action, body), headers: { 'x-claywatch-actor': other } });
          if (answer.status === 200) actResponse.parse(answer.body);
          else problemResponse.parse(answer.body);
          expect(faults).toEqual([]);
          expect([200, 400, 409, 413]).toContain(answer.status);
        },
      ),
      { numRuns: 40 },
    );
  });
});
