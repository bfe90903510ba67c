import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpGateway, startHttpGateway } from '../../local/http-gateway.ts';

let gateway: HttpGateway;
afterEach(() => gateway.stop());

const route = 'POST /v1/things/{feed}';

const start = async (
  answer: (event: APIGatewayProxyEventV2) => unknown = () => ({ statusCode: 200, body: 'ok' }),
): Promise<APIGatewayProxyEventV2[]> => {
  const events: APIGatewayProxyEventV2[] = [];
  const invoke = async (event: APIGatewayProxyEventV2) => {
    events.push(event);
    return answer(event);
  };
  gateway = await startHttpGateway(0, [{ route, invoke }]);
  return events;
};

const post = (path: string, body?: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}${path}`, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });

describe('the local gateway', () => {
  it('makes of a request the event that API Gateway makes', async () => {
    const events = await start();
    const answer = await post('/v1/things/my%20leads?debug=1&x', '{"a":"é"}', {
      'Content-Type': 'application/json',
      'X-Secret': 'fake',
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('ok');
    expect(events).toMatchObject([
      {
        version: '2.0',
        routeKey: 'POST /v1/things/{feed}',
        rawPath: '/v1/things/my%20leads',
        rawQueryString: 'debug=1&x',
        headers: { 'content-type': 'application/json', 'x-secret': 'fake' },
        pathParameters: { feed: 'my leads' },
        isBase64Encoded: false,
        body: '{"a":"é"}',
        requestContext: { http: { method: 'POST', path: '/v1/things/my%20leads' }, stage: '$default' },
      },
    ]);
  });

  it.each([
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
    ['text/plain;charset=UTF-8', false],
    ['application/problem+json', false],
  ])('passes a body of %s in base64: %s', async (type, encoded) => {
    const events = await start();
    await post('/v1/things/leads', 'a=1', { 'content-type': type });
    expect(events[0]?.isBase64Encoded).toBe(encoded);
    expect(Buffer.from(events[0]?.body ?? '', encoded ? 'base64' : 'utf8').toString()).toBe('a=1');
  });

  it('passes no body as none', async () => {
    const events = await start();
    await post('/v1/things/leads');
    expect(events[0]).toMatchObject({ isBase64Encoded: false });
    expect(events[0]).not.toHaveProperty('body');
  });

  it.each([
    ['POST', '/v1/other/leads'],
    ['POST', '/v1/things/'],
    ['POST', '/v1/things/leads/more'],
    ['POST', '/v1/things/%E0%A4%A'],
    ['GET', '/v1/things/leads'],
    ['POST', '//v1/things/leads'],
  ])('has no route for %s %s', async (method, path) => {
    const events = await start();
    const answer = await fetch(`${gateway.url}${path}`, { method });
    expect(answer.status).toBe(404);
    expect(events).toEqual([]);
  });

  it('answers what the function returned: status, headers, and a body in base64', async () => {
    await start(() => ({
      statusCode: 413,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '1' },
      body: Buffer.from('{}').toString('base64'),
      isBase64Encoded: true,
    }));
    const answer = await post('/v1/things/leads', 'x');
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('retry-after')]).toEqual([
      413,
      'application/problem+json',
      '1',
    ]);
    expect(await answer.text()).toBe('{}');
  });

  it('passes cookies apart, and sets those of an answer one by one', async () => {
    const events = await start(() => ({ statusCode: 204, body: '', cookies: ['a=1; Path=/', 'b=2'] }));
    const answer = await post('/v1/things/leads', undefined, { cookie: 'theme=dark; session=x.y' });
    expect(events[0]?.cookies).toEqual(['theme=dark', 'session=x.y']);
    expect(answer.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
    expect(answer.headers.get('content-length')).toBeNull();
  });

  it('answers 429 when the function dies, as the deployed endpoint does: Clay repeats no 5xx', async () => {
    await start(() => {
      throw new Error('died');
    });
    const answer = await post('/v1/things/leads', 'x');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1']);
  });

  it('refuses what API Gateway would not take, without holding it', async () => {
    const events = await start();
    const answer = await post('/v1/things/leads', new Uint8Array(11 * 1024 * 1024));
    expect(answer.status).toBe(413);
    expect(events).toEqual([]);
  });

  it('goes on when a sender leaves in the middle of its request', async () => {
    await start();
    await new Promise<void>((resolve) => {
      const leaving = httpRequest(`${gateway.url}/v1/things/leads`, {
        method: 'POST',
        headers: { 'content-length': 1_000 },
      });
      leaving.on('error', () => resolve());
      leaving.write('half', () => leaving.destroy(new Error('left')));
    });
    expect((await post('/v1/things/leads', 'x')).status).toBe(200);
  });

  it('lets a request under way be answered before it stops', async () => {
    const arrived = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    await start(async () => {
      arrived.resolve();
      await finish.promise;
      return { statusCode: 200, body: 'late' };
    });
    const answer = post('/v1/things/leads', 'x');
    await arrived.promise;
    const stopped = gateway.stop();
    finish.resolve();
    expect(await (await answer).text()).toBe('late');
    await stopped;
  });

  it('cuts off senders that are slow with their headers or their body', async () => {
    const invoked: unknown[] = [];
    const invoke = async (event: APIGatewayProxyEventV2) => invoked.push(event);
    const patience = { headersMs: 200, requestMs: 400 };
    gateway = await startHttpGateway(0, [{ route, invoke }], patience);
    const heard = (begin: string) =>
      new Promise<string>((resolve) => {
        let answer = '';
        const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(begin));
        socket.on('error', () => undefined);
        socket.setEncoding('utf8').on('data', (text) => {
          answer += text;
        });
        socket.once('close', () => resolve(answer));
      });
    const answers = await Promise.all([
      heard('POST /v1/things/leads HTTP/1.1\r\nHost: x\r\n'),
      heard('POST /v1/things/leads HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf'),
    ]);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(invoked).toEqual([]);
  });

  it('names a port that is taken', async () => {
    await start();
    await expect(startHttpGateway(Number(new URL(gateway.url).port), [])).rejects.toMatchObject({
      code: 'local.port-in-use',
    });
  });
});
