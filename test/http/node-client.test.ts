import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createNodeClient } from '../../shared/http/node-client.ts';
import type { HttpOutcome, HttpRequest } from '../../shared/http/port.ts';
import { serveBytes, serveHttp } from './hostile-server.ts';

const client = createNodeClient({ version: '9.8.7' });

const get = (url: string, over: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  timeoutMs: 5_000,
  maxBodyBytes: 1_024,
  ...over,
});

const answered = (outcome: HttpOutcome) => {
  if (outcome.kind !== 'answer')
    throw new Error(`expected an answer, got ${outcome.failure} ${outcome.detail}`);
  return outcome;
};

describe('an exchange that works', () => {
  it('gives status, headers, body and phases, and says who asks', async () => {
    await using server = await serveHttp((request, response) => {
      response.setHeader('X-Twice', ['a', 'b']);
      response.statusCode = 201;
      response.end(JSON.stringify(request.headers));
    });
    const outcome = answered(await client(get(`${server.url}/x`, { headers: { 'x-own': 'yes' } })));
    expect(outcome.status).toBe(201);
    expect(outcome.truncated).toBe(false);
    expect(outcome.headers['x-twice']).toBe('a, b');
    expect(JSON.parse(outcome.body)).toMatchObject({
      'user-agent': 'claywatch/9.8.7',
      'accept-encoding': 'identity',
      connection: 'close',
      'x-own': 'yes',
    });
    for (const ms of Object.values(outcome.phases)) expect(ms).toBeGreaterThanOrEqual(0);
    expect(Object.keys(outcome.phases)).toEqual(
      expect.arrayContaining(['connectMs', 'firstByteMs', 'totalMs']),
    );
  });

  it('sends a POST body, and a POST without a body or a content type', async () => {
    await using server = await serveHttp((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () =>
        response.end(JSON.stringify({ body, type: request.headers['content-type'] ?? 'none' })),
      );
    });
    const send = async (over: Partial<HttpRequest>) =>
      JSON.parse(answered(await client(get(server.url, { method: 'POST', ...over }))).body);
    expect(await send({ body: '{"a":1}', headers: { 'content-type': 'application/json' } })).toEqual({
      body: '{"a":1}',
      type: 'application/json',
    });
    expect(await send({})).toEqual({ body: '', type: 'none' });
  });

  it('opens a connection of its own for every exchange', async () => {
    const ports = new Set<number | undefined>();
    await using server = await serveHttp((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    await client(get(server.url));
    await client(get(server.url));
    expect(ports.size).toBe(2);
  });

  it('takes a HEAD answer and a 204 as answers without a body', async () => {
    await using server = await serveHttp((request, response) => {
      response.statusCode = request.method === 'HEAD' ? 200 : 204;
      response.end();
    });
    expect(answered(await client(get(server.url, { method: 'HEAD' }))).body).toBe('');
    expect(answered(await client(get(server.url))).status).toBe(204);
  });

  it('follows no redirect, so a redirect loop is one answer', async () => {
    let asked = 0;
    await using server = await serveHttp((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: '/again' }).end();
    });
    expect(answered(await client(get(server.url))).status).toBe(302);
    expect(asked).toBe(1);
  });
});

describe('a hostile body', () => {
  it('is read up to the limit and dropped after it, though it is 100 MB long', async () => {
    const piece = Buffer.alloc(64 * 1_024, 0x61);
    let sent = 0;
    await using server = await serveHttp((_request, response) => {
      const pump = () => {
        while (sent < 100 * 1_024 * 1_024 && !response.destroyed) {
          sent += piece.length;
          if (!response.write(piece)) return void response.once('drain', pump);
        }
        response.end();
      };
      pump();
    });
    const outcome = answered(await client(get(server.url)));
    expect(outcome).toMatchObject({ status: 200, truncated: true });
    expect(outcome.body).toBe('a'.repeat(1_024));
    expect(sent).toBeLessThan(20 * 1_024 * 1_024);
  });

  it('of exactly the limit is whole', async () => {
    await using server = await serveHttp((_request, response) => response.end('b'.repeat(1_024)));
    expect(answered(await client(get(server.url)))).toMatchObject({
      truncated: false,
      body: 'b'.repeat(1_024),
    });
  });

  it('that never ends is timed out, with the stage it had reached', async () => {
    await using server = await serveHttp((_request, response) => {
      response.write('x');
      const drip = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(drip));
    });
    expect(await client(get(server.url, { timeoutMs: 150 }))).toMatchObject({
      kind: 'failure',
      failure: 'timed-out',
      detail: 'TIMEOUT_BODY',
    });
  });

  it('that is a gzip bomb is not inflated', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1_024 * 1_024));
    await using server = await serveHttp((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    const outcome = answered(await client(get(server.url, { maxBodyBytes: 65_536 })));
    expect(outcome.body.length).toBeLessThanOrEqual(bomb.length);
  });

  it('that breaks off is a broken connection', async () => {
    await using server = await serveBytes((socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort');
    });
    expect(await client(get(server.url))).toMatchObject({ kind: 'failure', failure: 'connection-reset' });
  });
});

describe('an answer that is hardly HTTP', () => {
  const bytes: readonly (readonly [string, string])[] = [
    ['is not HTTP at all', 'SSH-2.0-OpenSSH_9.9\r\n\r\n'],
    ['has headers beyond measure', `HTTP/1.1 200 OK\r\nx-long: ${'h'.repeat(200_000)}\r\n\r\n`],
    ['has a header with a control character', 'HTTP/1.1 200 OK\r\nx-a: \u0000\u0001\r\n\r\n'],
    [
      'contradicts itself about its length',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabc',
    ],
    ['has a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n'],
    ['is empty', ''],
    [
      'switches to another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
  ];
  it.each(bytes)('that %s is a broken connection', async (_what, answer) => {
    await using server = await serveBytes((socket) => socket.end(answer));
    const outcome = await client(get(server.url));
    expect(outcome).toMatchObject({ kind: 'failure', failure: 'connection-reset' });
    expect(outcome.kind === 'failure' && outcome.detail).toMatch(/^[A-Z0-9_]+$/);
  });

  it('keeps a header that is named like a part of every object', async () => {
    await using server = await serveBytes((socket) =>
      socket.end('HTTP/1.1 200 OK\r\n__proto__: x\r\ncontent-length: 0\r\n\r\n'),
    );
    const outcome = answered(await client(get(server.url)));
    expect(Object.keys(outcome.headers)).toContain('__proto__');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('is timed out when it sends only interim answers, for ever', async () => {
    await using server = await serveBytes((socket) => {
      const drip = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await client(get(server.url, { timeoutMs: 150 }))).toMatchObject({
      failure: 'timed-out',
      detail: 'TIMEOUT_FIRST_BYTE',
    });
  });
});

describe('faults on the way', () => {
  it('tells a name that does not resolve', async () => {
    const outcome = await client(get('http://nonexistent.invalid/'));
    expect(outcome).toMatchObject({ kind: 'failure', failure: 'dns-failed' });
    expect(outcome.phases.connectMs).toBeUndefined();
  });

  it('tells a refused connection', async () => {
    const { port } = await (async () => {
      await using server = await serveHttp(() => {});
      return { port: server.port };
    })();
    expect(await client(get(`http://127.0.0.1:${port}/`))).toMatchObject({
      failure: 'connection-refused',
      detail: 'ECONNREFUSED',
    });
  });

  it('tells a reset', async () => {
    await using server = await serveBytes((socket) => socket.resetAndDestroy());
    expect(await client(get(server.url))).toMatchObject({
      failure: 'connection-reset',
      detail: 'ECONNRESET',
    });
  });

  it('tells a server that takes the request and says nothing', async () => {
    await using server = await serveHttp(() => {});
    const outcome = await client(get(server.url, { timeoutMs: 100 }));
    expect(outcome).toMatchObject({ failure: 'timed-out', detail: 'TIMEOUT_FIRST_BYTE' });
    expect(outcome.phases.totalMs).toBeGreaterThanOrEqual(99);
  });

  it.each([
    ['answers in plain text', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['hangs up', ''],
  ])('tells failed TLS when the server %s', async (_what, answer) => {
    await using server = await serveBytes((socket) => socket.end(answer));
    expect(await client(get(`https://127.0.0.1:${server.port}/`))).toMatchObject({ failure: 'tls-failed' });
  });

  it('tells a TLS handshake that hangs', async () => {
    await using server = await serveBytes(() => {});
    expect(await client(get(`https://127.0.0.1:${server.port}/`, { timeoutMs: 100 }))).toMatchObject({
      failure: 'timed-out',
      detail: 'TIMEOUT_TLS',
    });
  });

  it.each([
    ['an impossible header', 'http://127.0.0.1:1/', { 'x-bad': 'a\r\nb: c' }],
    ['an impossible header name', 'http://127.0.0.1:1/', { 'x bad': 'a' }],
    ['an impossible URL', 'http://', {}],
    ['a URL of another protocol', 'file:///etc/hostname', {}],
  ])('takes %s as a failure, never as an exception', async (_what, url, headers) => {
    expect(await client(get(url, { headers }))).toMatchObject({ kind: 'failure' });
  });
});

describe('the caller', () => {
  it('can stop an exchange, which then rejects with the reason and closes the connection', async () => {
    const controller = new AbortController();
    const gone = Promise.withResolvers<void>();
    await using server = await serveHttp((request) => {
      request.socket.on('close', () => gone.resolve());
      controller.abort(new Error('enough'));
    });
    await expect(client(get(server.url), controller.signal)).rejects.toThrow('enough');
    await gone.promise;
  });

  it('is refused at once when it had stopped before', async () => {
    await expect(client(get('http://127.0.0.1:1/'), AbortSignal.abort(new Error('before')))).rejects.toThrow(
      'before',
    );
  });
});

const certificate = () => {
  const folder = mkdtempSync(join(tmpdir(), 'claywatch-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      // biome-ignore format: one option a line says nothing
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-keyout', key,
       '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Made for this run and thrown away; without the `openssl` program these are reported as skipped. */
const pair = certificate();

describe.skipIf(!pair)('a server with a certificate of its own (needs the openssl program)', () => {
  const serve = async () => {
    const server = https.createServer({ key: pair?.key, cert: pair?.cert }, (_request, response) =>
      response.end('hello'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  };

  it('is not trusted', async () => {
    await using server = await serve();
    expect(await client(get(server.url))).toMatchObject({
      failure: 'tls-failed',
      detail: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('is trusted when its authority is named, and its handshake is timed', async () => {
    await using server = await serve();
    const trusting = createNodeClient({ version: '0', ca: [pair?.cert ?? ''] });
    const outcome = answered(await trusting(get(server.url)));
    expect(outcome.body).toBe('hello');
    expect(outcome.phases.tlsMs).toBeGreaterThanOrEqual(0);
  });
});
