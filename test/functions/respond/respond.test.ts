import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { recentOf } from '../../../functions/http/recent.ts';
import { createSenders } from '../../../functions/http/senders.ts';
import { respond } from '../../../functions/respond/handler.ts';
import { statusResponse } from '../../../functions/respond/response.ts';
import { createSecretReader } from '../../../shared/aws/secrets/reader.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { addHold, changeControl, rotate } from '../../../shared/relay/control-change.ts';
import { readRelayStatus } from '../../../shared/relay/status-read.ts';
import { createMemoryControlStore } from '../../support/memory-control-store.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';
import { httpEvent } from '../http-event.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const SENDER = 'fake-sender-secret';
const READER = 'fake-reader-secret';
const SECRETS = { SENDER, OLD: 'fake-old-secret', READER, OTHER: 'fake-other-secret' };

/** What API Gateway sends for a GET of a route without parameters. */
const getEvent = (headers: Readonly<Record<string, string>>): APIGatewayProxyEventV2 => {
  const event = httpEvent({ path: '/v1/status', headers });
  const route = 'GET /v1/status';
  return {
    ...event,
    routeKey: route,
    rawPath: '/v1/status',
    requestContext: {
      ...event.requestContext,
      routeKey: route,
      http: { ...event.requestContext.http, method: 'GET', path: '/v1/status' },
    },
  };
};

const setUp = (secretsInStore: Readonly<Record<string, string>> = SECRETS) => {
  const config = parseConfig(
    {
      feeds: {
        leads: {
          webhooks: [{ id: 'leads-1', url: 'env:ONE' }],
          relay: { secret: 'env:SENDER', previousSecret: 'env:OLD' },
        },
        accounts: {
          webhooks: [{ id: 'accounts-1', url: 'env:TWO' }],
          relay: { secret: 'env:OTHER', header: 'x-other' },
        },
      },
      status: { secret: 'env:READER', header: 'authorization' },
    },
    'test',
  );
  const clock = createVirtualClock(NOW);
  const controls = createMemoryControlStore();
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const sources = {
    controls,
    queue: { depth: async () => ({ waiting: 7, inFlight: 2, delayed: 1 }) },
    rows: { snapshot: async () => null },
    pacer: { state: async () => ({ perSecond: 10, slowedSince: null, pausedUntil: null }) },
    incidents: {
      active: async () => [
        {
          cause: 'clay.outage',
          subject: 'clay',
          status: 'triggered',
          severity: 'P1' as const,
          openedAt: NOW - 60_000,
        },
      ],
    },
  };
  const { leads, accounts } = config.feeds;
  const readers = createSenders({
    feeds: {
      ...(leads && { leads: leads.relay }),
      ...(accounts && { accounts: accounts.relay }),
      status: config.status,
    },
    secrets: createSecretReader({ env: secretsInStore, clock }),
    clock,
    onFault,
  });
  const get = async (
    headers: Readonly<Record<string, string>>,
    read = () => readRelayStatus(sources, config, ['leads', 'accounts'], clock.now()),
  ) => {
    const answer = await respond({ readers, read, onFault }, getEvent(headers));
    return { ...answer, body: JSON.parse(answer.body) };
  };
  return { get, controls, faults, clock };
};

describe('GET /v1/status', () => {
  it('says how it goes with every feed, in the documented shape, and is kept by nobody', async () => {
    const { get, controls } = setUp();
    await changeControl(controls, 'leads', (control) =>
      addHold(
        rotate(control, { from: null, to: 'leads-1', why: 'first', at: NOW - 5_000, by: 'claywatch' }),
        {
          kind: 'cause',
          cause: 'clay.outage',
          subject: 'clay',
          since: NOW - 4_000,
          why: 'Clay does not answer.',
          by: 'claywatch',
        },
      ),
    );
    await controls.count('leads', {
      at: NOW - 5_000,
      answers: [{ webhook: 'leads-1', answer: 'accepted', status: 200, at: NOW - 5_500 }],
      oldestTakenAt: NOW - 90_000,
    });
    const { statusCode, headers, body } = await get({ 'x-claywatch-secret': SENDER });
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(statusResponse.parse(body)).toEqual({
      at: '2026-11-21T17:24:00Z',
      mode: 'holding',
      accepting: true,
      retry_after_seconds: 60,
      feeds: [
        {
          feed: 'leads',
          mode: 'holding',
          reasons: ['Held because of clay.outage (clay) since 2026-11-21T17:23:56Z: Clay does not answer.'],
          accepting: true,
          rows_waiting: 10,
          oldest: { taken_at: '2026-11-21T17:22:30Z', certainty: 'about' },
          delay_seconds: null,
          webhook: { active: 'leads-1', since: '2026-11-21T17:23:55Z', verified: false },
          standbys_left: 0,
          pace: 'stopped',
          last_accepted_at: '2026-11-21T17:23:54Z',
          holds: [{ kind: 'cause', cause: 'clay.outage', subject: 'clay', since: '2026-11-21T17:23:56Z' }],
        },
        expect.objectContaining({ feed: 'accounts', mode: 'degraded', rows_waiting: 10, oldest: null }),
      ],
      incidents: [{ cause: 'clay.outage', subject: 'clay', severity: 'P1', since: '2026-11-21T17:23:00Z' }],
    });
  });

  it('does not say outside who holds', async () => {
    const { get, controls } = setUp();
    await changeControl(controls, 'leads', (control) =>
      addHold(control, { kind: 'operator', since: NOW, why: 'Maintenance.', by: 'jane.doe' }),
    );
    const { body } = await get({ authorization: READER });
    expect(body.feeds[0].holds).toEqual([{ kind: 'operator', since: '2026-11-21T17:24:00Z' }]);
    expect(JSON.stringify(body)).not.toContain('jane');
  });

  it.each([
    ['a sender of rows', { 'x-claywatch-secret': SENDER }],
    ['a sender with the previous secret', { 'X-Claywatch-Secret': SECRETS.OLD }],
    ['a sender of another feed', { 'x-other': SECRETS.OTHER }],
    ['an application that may read the status', { authorization: READER }],
  ])('is for %s', async (_, headers) => {
    expect((await setUp().get(headers)).statusCode).toBe(200);
  });

  it.each([
    ['without a secret', {}],
    ['with a wrong one', { 'x-claywatch-secret': 'wrong' }],
    ['with a right one under a wrong header', { 'x-other': SENDER }],
    ['with an empty one', { 'x-claywatch-secret': '' }],
  ])('is refused %s, before anything is read', async (_, headers) => {
    const { get } = setUp();
    const read = () => {
      throw new Error('read');
    };
    expect(await get(headers, read)).toMatchObject({
      statusCode: 401,
      body: { code: 'request.unauthorized', status: 401 },
    });
  });

  it('is 429 with Retry-After when the store does not answer, and shows nothing of why', async () => {
    const { get, faults } = setUp();
    const answer = await get({ authorization: READER }, () => Promise.reject(new Error('secret table name')));
    expect(answer).toMatchObject({
      statusCode: 429,
      headers: { 'retry-after': '1' },
      body: { code: 'overloaded' },
    });
    expect(JSON.stringify(answer)).not.toContain('secret table');
    expect(faults).toHaveLength(1);
  });

  it('admits those whose secret can be read, and has others come again, when one cannot', async () => {
    const { OTHER: _, ...rest } = SECRETS;
    const { get } = setUp(rest);
    expect((await get({ authorization: READER })).statusCode).toBe(200);
    expect((await get({ authorization: 'wrong' })).statusCode).toBe(401);
  });
});

describe('a status that was read a moment ago', () => {
  it('is shared by all who ask within the time, and a failure is not', async () => {
    const clock = createVirtualClock(NOW);
    let reads = 0;
    const read = recentOf(
      async () => {
        reads += 1;
        if (reads === 2) throw new Error('no answer');
        return reads;
      },
      { clock, ms: 1_000 },
    );
    expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
    await clock.advance(1_000);
    await expect(read()).rejects.toThrow('no answer');
    expect(await read()).toBe(3);
    clock.jump(-3_600_000);
    expect(await read()).toBe(4);
  });
});
