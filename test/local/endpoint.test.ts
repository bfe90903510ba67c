import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Endpoint, lastPort, openEndpoint } from '../../local/endpoint.ts';
import { keepOwnKeys, withOwnEndpoint } from '../../local/own-keys.ts';
import { parseConfig } from '../../shared/config/parse.ts';

const config = parseConfig({}, 'the configuration of the test');

let dir: string;
let portFile: string;
let open: Endpoint[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'claywatch-endpoint-'));
  portFile = join(dir, 'http-port');
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map(({ stop }) => stop()));
  await rm(dir, { recursive: true, force: true });
});

const listen = async (port = 0): Promise<Endpoint> => {
  const endpoint = await openEndpoint(config, { port, portFile, patience: undefined });
  open.push(endpoint);
  return endpoint;
};
const stop = async (): Promise<void> => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
};

describe('where requests arrive on this machine', () => {
  it('lets requests wait for the functions', async () => {
    const endpoint = await listen();
    const answer = fetch(`${endpoint.url}/v1/incidents`);
    endpoint.serve(async (name) => ({ statusCode: 200, body: name }));
    expect(await (await answer).text()).toBe('incidents');
  });

  it('lets nobody wait for ever for functions that never came', async () => {
    const endpoint = await listen();
    const answer = fetch(`${endpoint.url}/v1/incidents`).then(
      ({ status }) => status,
      () => 'refused',
    );
    await endpoint.stop();
    // It was there already, or came too late.
    expect([429, 'refused']).toContain(await answer);
  });

  it('is the port of the last time, so that links of before lead somewhere', async () => {
    const { url } = await listen();
    expect(await lastPort(portFile)).toBe(Number(new URL(url).port));
    await stop();
    expect((await listen()).url).toBe(url);
  });

  it('is another one when that is taken, and none when it was asked for', async () => {
    const { url } = await listen();
    const other = await listen();
    expect(other.url).not.toBe(url);
    await expect(listen(Number(new URL(url).port))).rejects.toMatchObject({ code: 'local.port-in-use' });
  });

  it.each(['', 'abc', '99999', '-1'])('forgets a port that is none: "%s"', async (text) => {
    await writeFile(portFile, text);
    expect(await lastPort(portFile)).toBe(0);
  });
});

describe('keys of this machine', () => {
  const files = () => ({
    rowsKey: join(dir, 'rows.key'),
    linkKey: join(dir, 'link.key'),
    respondKey: join(dir, 'respond.key'),
    sessionKey: join(dir, 'session.key'),
  });

  it('are made for what the configuration names no secret for, each for those who may know it', async () => {
    const keys = await keepOwnKeys(config, files());
    expect(Object.values(keys).map((key) => key?.grant)).toEqual([
      'rows-key',
      'link-secret',
      'respond-secrets',
      'session-secret',
    ]);
    expect(new Set(Object.values(keys).map((key) => key?.value)).size).toBe(4);
    expect(`${await readFile(join(dir, 'link.key'), 'utf8')}`.trim()).toBe(keys.link?.value);
    expect(withOwnEndpoint(config, 'http://127.0.0.1:4401').respond).toMatchObject({
      publicUrl: 'http://127.0.0.1:4401',
      linkSecret: `env:${keys.link?.variable}`,
      secret: `env:${keys.respond?.variable}`,
    });
    expect(withOwnEndpoint(config, 'http://127.0.0.1:4401').console.sessionSecret).toBe(
      `env:${keys.session?.variable}`,
    );
  });

  it('are not made where the configuration names its own, which stays', async () => {
    const own = parseConfig(
      {
        relay: { rowsKey: 'env:ROWS' },
        respond: { publicUrl: 'https://clay.example.com', linkSecret: 'env:LINKS', secret: 'env:PEOPLE' },
        console: { sessionSecret: 'env:SESSIONS' },
      },
      'the configuration of the test',
    );
    expect(await keepOwnKeys(own, files())).toEqual({
      ...{ rows: null, link: null, respond: null },
      session: null,
    });
    expect(withOwnEndpoint(own, 'http://127.0.0.1:4401')).toEqual(own);
  });
});
