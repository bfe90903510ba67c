import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml } from '../../../functions/incidents/html.ts';
import { ROUTES } from '../../../functions/incidents/routes.ts';
import { RUNBOOK } from '../../../shared/runbook/index.ts';
import { HOUR, MINUTE, NOON, opened, resolved } from '../../incident/fixtures.ts';
import { hostileText } from '../../notify/hostile.ts';
import { createIncidentsWorld } from './incidents-world.ts';

const incident = opened();
const { id } = incident;
const tokenOf = (url: string) => url.split('/i/')[1] ?? '';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const setUp = async (...args: Parameters<typeof createIncidentsWorld>) => {
  const world = await createIncidentsWorld(...args);
  const acknowledge = tokenOf(await world.links.acknowledge({ id }));
  const view = tokenOf(await world.links.view({ id }));
  const open = (token: string) => world.ask({ route: ROUTES.open, params: { token } });
  const press = (token: string, body = '') =>
    world.ask({ route: ROUTES.press, params: { token }, headers: FORM, body, base64: true });
  return { ...world, acknowledge, view, open, press };
};

/** Tags and attributes of a page, in their order. */
const tagsOf = (body: string): readonly string[] =>
  body.replace(/<style>.*<\/style>/s, '').match(/<[^>]*>/g) ?? [];

describe('GET /i/{token}', () => {
  it('shows what the incident is, and one button', async () => {
    const { open, acknowledge } = await setUp([incident]);
    const { statusCode, body } = await open(acknowledge);
    expect(statusCode).toBe(200);
    for (const part of [id, incident.severity, 'leads/leads-1', 'Nobody has it yet'])
      expect(body).toContain(part);
    expect(body.match(/<button/g)).toHaveLength(1);
    expect(body.match(/<form method="post">/g)).toHaveLength(1);
  });

  it('says first what is wrong and who has it, then the button, then what was seen and what to do', async () => {
    const { open, acknowledge, clock } = await setUp([incident], { timeZone: 'Europe/Berlin' });
    await clock.advance(4 * MINUTE);
    const { body } = await open(acknowledge);
    const order = ['<h1>P1: ', 'Nobody has it yet', '<button', 'What was seen', 'What to do now', '<ol>'];
    const places = order.map((part) => body.indexOf(part));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(Math.min(...places)).toBeGreaterThan(0);
    expect(body).toContain('2026-11-03 11:59 UTC (Tue 12:59 Europe/Berlin), 5 min ago');
    expect(body).toContain('in 11 min');
    for (const step of RUNBOOK[incident.cause].steps) expect(body).toContain(escapeHtml(step.do));
  });

  it('says what is left to do once it is over, and no button', async () => {
    const { open, acknowledge } = await setUp([resolved(incident, NOON + MINUTE)]);
    const { body } = await open(acknowledge);
    expect(body).toMatch(/<p class="state">Resolved<\/p>/);
    expect(body).toContain('What is left to do');
    expect(body).not.toContain('<button');
  });

  it('says how to acknowledge where the link is only for looking', async () => {
    const { open, view } = await setUp([incident]);
    expect((await open(view)).body).toContain(`<code>claywatch incidents ack ${id}</code>`);
  });

  it('makes nothing that was seen into a number to call', async () => {
    const { open, acknowledge } = await setUp([{ ...incident, summary: 'Call +1 900 555 0100' }]);
    expect((await open(acknowledge)).body).toContain('name="format-detection" content="telephone=no');
  });

  it('changes nothing, however often scanners open it', async () => {
    const { open, acknowledge, view, store } = await setUp([incident]);
    for (const token of [acknowledge, acknowledge, view, acknowledge]) await open(token);
    expect(await store.byId(id)).toMatchObject({ status: 'triggered', version: 1 });
  });

  it('has no script, loads nothing, and stays out of frames, caches, indexes and referrers', async () => {
    const { open, acknowledge } = await setUp([incident]);
    const { headers, body } = await open(acknowledge);
    const style = /<style>(.*)<\/style>/s.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow, noarchive',
      'x-content-type-options': 'nosniff',
    });
    expect(body).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|javascript:|style=|href=|src=/i);
    expect(body).not.toContain(acknowledge);
  });

  it('offers no button once somebody has it, or when the link is only for looking', async () => {
    const { open, press, acknowledge, view } = await setUp([incident]);
    expect((await open(view)).body).not.toContain('<button');
    await press(acknowledge, 'by=Anna');
    const { body } = await open(acknowledge);
    expect(body).not.toContain('<button');
    expect(body).toContain('Anna (link) has it');
  });

  it('says 410 of a link that has expired and 400 of one that is not ours', async () => {
    const { open, press, acknowledge, clock, store } = await setUp([incident]);
    for (const ask of [open, press]) {
      for (const token of ['', 'x', `${acknowledge}A`, acknowledge.slice(0, -1), '%00', '<script>'])
        expect((await ask(token)).statusCode).toBe(400);
    }
    await clock.advance(72 * HOUR);
    for (const ask of [open, press]) {
      const { statusCode, body } = await ask(acknowledge);
      expect(statusCode).toBe(410);
      expect(body).not.toContain(id);
    }
    expect((await store.byId(id))?.version).toBe(1);
  });

  it('takes no link where no key is configured', async () => {
    const { open, acknowledge } = await setUp([incident], { config: {} });
    expect((await open(acknowledge)).statusCode).toBe(400);
  });

  it('says so when there is no such incident, or when it cannot be read', async () => {
    const none = await setUp([]);
    expect((await none.open(none.acknowledge)).statusCode).toBe(404);
    expect((await none.press(none.acknowledge)).statusCode).toBe(404);
    const broken = await setUp([incident], {
      store: { byId: () => Promise.reject(new Error('fake-detail')) },
    });
    for (const ask of [broken.open, broken.press]) {
      const { statusCode, body } = await ask(broken.acknowledge);
      expect(statusCode).toBe(503);
      expect(body).not.toContain('fake-detail');
    }
    expect(broken.faults).toHaveLength(2);
  });

  it('shows as text whatever was seen, and its markup is the same for every text', async () => {
    const plain = await setUp([{ ...incident, summary: 'x', subject: 'x' }]);
    const tags = tagsOf((await plain.open(plain.acknowledge)).body);
    const texts = fc.oneof(
      hostileText,
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "'--></style><svg/onload=x>",
        '&lt;b&gt;',
        '</dd></dl><form action=//evil.example>',
      ),
    );
    await fc.assert(
      fc.asyncProperty(texts, texts, async (summary, subject) => {
        const { open, acknowledge } = await setUp([{ ...incident, summary, subject }]);
        const { statusCode, body } = await open(acknowledge);
        expect(statusCode).toBe(200);
        expect(tagsOf(body)).toEqual(tags);
        expect(body.length).toBeLessThan(12_000);
      }),
      { numRuns: 60 },
    );
  });
});

describe('POST /i/{token}', () => {
  it('acknowledges in the name that was given, once', async () => {
    const { press, acknowledge, store } = await setUp([incident]);
    const first = await press(acknowledge, 'by=Anna+B%C3%B6hm');
    expect([first.statusCode, first.body.includes('Acknowledged.')]).toEqual([200, true]);
    expect((await store.byId(id))?.acknowledgement?.by).toEqual({ name: 'Anna Böhm', via: 'link' });
    const second = await press(acknowledge, 'by=Ben');
    expect([second.statusCode, second.body.includes('Anna Böhm (link)')]).toEqual([200, true]);
    expect((await store.byId(id))?.version).toBe(2);
  });

  it('acknowledges without a name, and whatever the body is', async () => {
    for (const body of ['', 'by=', '{"by":1}', '%%%', 'by=%00%FF', `by=${'x'.repeat(2_000)}`]) {
      const { press, acknowledge, store } = await setUp([incident]);
      expect((await press(acknowledge, body)).statusCode).toBe(200);
      const { name = '' } = (await store.byId(id))?.acknowledgement?.by ?? {};
      expect(name.length).toBeGreaterThan(0);
      expect(name.length).toBeLessThanOrEqual(80);
    }
  });

  it('does nothing with a link for looking, with too large a form, or after the end', async () => {
    const { press, acknowledge, view, store } = await setUp([incident]);
    expect((await press(view)).statusCode).toBe(400);
    expect((await press(acknowledge, 'x'.repeat(5_000))).statusCode).toBe(413);
    expect((await store.byId(id))?.status).toBe('triggered');
    const over = await setUp([resolved(incident, NOON + MINUTE)]);
    expect((await over.press(over.acknowledge)).statusCode).toBe(409);
  });
});

describe('escaping', () => {
  it('leaves nothing that begins markup, ends an attribute or is an entity of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", ';', 'a', '#') }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});
