import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../functions/incidents/routes.ts';
import { problemResponse } from '../../../shared/respond/incident-shape.ts';
import { HOUR, NOON, opened, resolved } from '../../incident/fixtures.ts';
import { hostileText } from '../../notify/hostile.ts';
import { createIncidentsWorld, READER } from './incidents-world.ts';

const incident = resolved(opened(), NOON + HOUR);
const { id } = incident;
const reader = { authorization: `Bearer ${READER}` };

const ask = async (query?: Readonly<Record<string, string>>, given = incident) => {
  const world = await createIncidentsWorld([given]);
  return world.ask({ route: ROUTES.postmortem, params: { id }, headers: reader, ...(query && { query }) });
};

describe('GET /v1/incidents/{id}/postmortem', () => {
  it('is read by whoever may look, as JSON unless they say otherwise', async () => {
    const { statusCode, headers, body } = await ask();
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'content-disposition': `inline; filename="postmortem-${id}.json"`,
    });
    expect(JSON.parse(body)).toMatchObject({ formatVersion: 1, incident: { id } });
    expect((await ask({ format: 'json' })).body).toBe(body);
  });

  it('is Markdown or a page on request', async () => {
    const md = await ask({ format: 'md' });
    expect(md.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(md.body).toMatch(/^# Postmortem: /);
    const page = await ask({ format: 'html' });
    expect(page.body).toContain('<h1>Postmortem: ');
  });

  it('comes as a page that runs and loads nothing, with the one style that it has', async () => {
    const { headers, body } = await ask({ format: 'html' });
    const style = /<style>(.*?)<\/style>/s.exec(body)?.[1] ?? '';
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(body).not.toMatch(/<script|\sstyle=|\son\w+=/i);
  });

  it.each([
    { format: 'pdf' },
    { format: '' },
    { format: '__proto__' },
    { x: 'y' },
    { format: 'x'.repeat(8_000) },
  ])('refuses a query that is none: %j', async (query) => {
    const { statusCode, body } = await ask(query as never);
    expect([statusCode, problemResponse.parse(JSON.parse(body)).code]).toEqual([400, 'request.malformed']);
    expect(body).not.toContain('xxxx');
  });

  it('is for those who may look, and says of what there is none', async () => {
    const world = await createIncidentsWorld([incident]);
    const status = async (wanted: string, headers: Record<string, string>) =>
      (await world.ask({ route: ROUTES.postmortem, params: { id: wanted }, headers })).statusCode;
    expect(await status(id, {})).toBe(401);
    expect(await status(id, { authorization: 'Bearer wrong' })).toBe(401);
    for (const unknown of ['inc-20261103-00000000', '__proto__', '../x', 'x'.repeat(100_000)])
      expect(await status(unknown, reader)).toBe(404);
  });

  it('answers 429 when a store fails', async () => {
    const world = await createIncidentsWorld([incident], {
      store: { list: () => Promise.reject(new Error('fake-detail')) },
    });
    const answer = await world.ask({ route: ROUTES.postmortem, params: { id }, headers: reader });
    expect([answer.statusCode, answer.body.includes('fake-detail')]).toEqual([429, false]);
    expect(world.faults).toHaveLength(1);
  });

  it('shows as text whatever was seen and typed', async () => {
    const tagsOf = (body: string) => body.match(/<[^>]*>/g);
    const plain = tagsOf((await ask({ format: 'html' }, { ...incident, summary: 'x' })).body);
    await fc.assert(
      fc.asyncProperty(hostileText, async (summary) => {
        const { statusCode, body } = await ask({ format: 'html' }, { ...incident, summary });
        expect(statusCode).toBe(200);
        expect(tagsOf(body)).toEqual(plain);
      }),
      { numRuns: 30 },
    );
  });
});
