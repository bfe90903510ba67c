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

let world: CountedWorld;

beforeAll(async () => {
  world = await startCountedWorld({ feeds: { leads: {} } });
}, 60_000);
afterAll(() => world.stop());
afterEach(() => vi.unstubAllEnvs());

it('acknowledges by API and by link on the real store, with the adapters it is deployed with', async () => {
  for (const [name, value] of Object.entries(world.deployed)) vi.stubEnv(name, value);
  const file = join(world.dir, 'validated.json');
  const config = configSchema.parse({ respond: { secret: 'env:RESPONDER', linkSecret: 'env:LINK_KEY' } });
  await writeFile(file, JSON.stringify(config));
  const environment = incidentsEnvironment.parse({ ...world.deployed, CLAYWATCH_CONFIG: file });
  const faults: unknown[] = [];
  const deps = await createDependencies(environment, { RESPONDER, LINK_KEY }, (fault) => faults.push(fault));
  const client = createDynamoClient();
  const store = createDynamoIncidentStore({ client, tableName: environment.TABLE_NAME });
  const [one, other] = ['leads/a', 'leads/b'].map((subject) =>
    opened({ cause: 'webhook.gone', subject }, systemClock.now()),
  );
  if (!one || !other) throw new Error('two incidents are needed');
  for (const incident of [one, other]) await store.write(incident, null);

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
