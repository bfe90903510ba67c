import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createDependencies } from '../../../functions/incidents/dependencies.ts';
import { incidentsEnvironment } from '../../../functions/incidents/environment.ts';
import { handler, incidents } from '../../../functions/incidents/handler.ts';
import { ROUTES } from '../../../functions/incidents/routes.ts';
import { createDynamoClient } from '../../../shared/aws/dynamodb/client.ts';
import { createDynamoIncidentStore } from '../../../shared/aws/dynamodb/incident-store.ts';
import { systemClock } from '../../../shared/clock.ts';
import { configSchema } from '../../../shared/config/schema.ts';
import { createLinks } from '../../../shared/link/links.ts';
import { type CountedWorld, startCountedWorld } from '../../cli/counted-world.ts';
import { opened } from '../../incident/fixtures.ts';
import { eventOf, LINK_KEY, RESPONDER, type Route } from './incidents-world.ts';

// Read when the module of the handler is loaded.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
});

const SIGNING = 'fake-signing-secret';

let world: CountedWorld;

beforeAll(async () => {
  world = await startCountedWorld({ feeds: { leads: {} } });
}, 60_000);
afterAll(() => world.stop());
afterEach(() => vi.unstubAllEnvs());

it('acts by API, link and Slack, and writes the postmortem, with the adapters it is deployed with', async () => {
  for (const [name, value] of Object.entries(world.deployed)) vi.stubEnv(name, value);
  const file = join(world.dir, 'validated.json');
  const config = configSchema.parse({
    feeds: { leads: {} },
    respond: { secret: 'env:RESPONDER', linkSecret: 'env:LINK_KEY' },
    notify: {
      slack: [{ id: 'ops', channel: 'C0123456789', botToken: 'env:BOT', signingSecret: 'env:SIGNING' }],
    },
  });
  await writeFile(file, JSON.stringify(config));
  const environment = incidentsEnvironment.parse({ ...world.deployed, CLAYWATCH_CONFIG: file });
  const faults: unknown[] = [];
  const deps = await createDependencies(environment, { RESPONDER, LINK_KEY, SIGNING }, (fault) =>
    faults.push(fault),
  );
  const client = createDynamoClient();
  const store = createDynamoIncidentStore({ client, tableName: environment.TABLE_NAME });
  const [one, other, third] = ['leads/a', 'leads/b', 'leads/c'].map((subject) =>
    opened({ cause: 'webhook.gone', subject }, systemClock.now()),
  );
  if (!one || !other || !third) throw new Error('three incidents are needed');
  for (const incident of [one, other, third]) await store.write(incident, null);

  const byApi = await incidents(
    deps,
    eventOf({
      route: ROUTES.act,
      params: { id: one.id, action: 'acknowledge' },
      headers: { authorization: `Bearer ${RESPONDER}`, 'x-claywatch-actor': 'Ada' },
    }),
  );
  expect(byApi.statusCode).toBe(200);
  const links = createLinks({ key: LINK_KEY, publicUrl: 'https://x.example', hours: 1, clock: systemClock });
  const token = (await links.acknowledge(other)).split('/i/')[1] ?? '';
  expect(
    (await incidents(deps, eventOf({ route: ROUTES.press, params: { token }, body: 'by=Ben' }))).statusCode,
  ).toBe(200);

  const form = new URLSearchParams({
    payload: JSON.stringify({
      type: 'block_actions',
      user: { id: 'U0123ABC', username: 'cleo' },
      actions: [{ action_id: 'claywatch:acknowledge', value: third.id }],
    }),
  }).toString();
  const timestamp = String(Math.floor(systemClock.now() / 1_000));
  const signature = createHmac('sha256', SIGNING).update(`v0:${timestamp}:${form}`).digest('hex');
  const bySlack = await incidents(
    deps,
    eventOf({
      route: ROUTES.slack,
      headers: { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` },
      body: form,
      base64: true,
    }),
  );
  expect(bySlack.statusCode).toBe(200);
  expect((await store.byId(third.id))?.acknowledgement?.by).toEqual({ name: 'cleo', via: 'slack' });

  const note = eventOf({
    route: ROUTES.act,
    params: { id: one.id, action: 'note' },
    headers: { authorization: `Bearer ${RESPONDER}`, 'idempotency-key': 'fake-key' },
    body: '{"text":"once"}',
  });
  await Promise.all([incidents(deps, note), incidents(deps, note), incidents(deps, note)]);
  const notes = (await store.byId(one.id))?.timeline.filter(({ kind }) => kind === 'note');
  expect(notes).toHaveLength(1);

  for (const [format, begin] of [
    ['json', '{'],
    ['md', '# Postmortem: Webhook does not exist'],
    ['html', '<!doctype html>'],
  ] as const) {
    const document = await incidents(
      deps,
      eventOf({
        route: ROUTES.postmortem,
        params: { id: one.id },
        query: { format },
        headers: { authorization: `Bearer ${RESPONDER}` },
      }),
    );
    expect([document.statusCode, document.body.slice(0, begin.length)]).toEqual([200, begin]);
  }

  expect((await store.byId(one.id))?.acknowledgement?.by).toEqual({ name: 'Ada', via: 'api' });
  expect((await store.byId(other.id))?.acknowledgement?.by).toEqual({ name: 'Ben', via: 'link' });
  expect(faults).toEqual([]);
  client.destroy();
});

it('answers in the form of the route when it cannot even begin', async () => {
  vi.stubEnv('TABLE_NAME', '');
  const context = { getRemainingTimeInMillis: () => 10_000 } as Context;
  const ask = (route: Route) => handler(eventOf({ route, params: { token: 'x' } }), context);
  expect(await ask(ROUTES.press)).toMatchObject({
    statusCode: 503,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
  expect(await ask(ROUTES.list)).toMatchObject({
    statusCode: 429,
    headers: { 'content-type': 'application/problem+json' },
  });
});
