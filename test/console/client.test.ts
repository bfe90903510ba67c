import { describe, expect, it } from 'vitest';
import { createApi } from '../../console/src/api/client.ts';
import { createServerClock } from '../../console/src/api/clock.ts';
import { createResources } from '../../console/src/api/resources.ts';
import { createFakeClock } from './fake-clock.ts';

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

const createWorld = (answer: () => Response | Promise<Response>) => {
  const asked: Asked[] = [];
  const api = createApi({
    base: 'https://example.test/',
    fetch: async (url, init) => {
      asked.push({ url: String(url), init: init ?? {} });
      return answer();
    },
  });
  return { api, asked };
};

const headersOf = ({ init }: Asked) => new Headers(init.headers);

describe('reading', () => {
  it('sends the entity tag that it knows, and takes 304 for what it is', async () => {
    const { api, asked } = createWorld(() => new Response(null, { status: 304 }));
    expect(await api.load('v1/overview', '"one"')).toEqual({ kind: 'unchanged' });
    expect(asked[0]?.url).toBe('https://example.test/v1/overview');
    expect(asked.map((each) => headersOf(each).get('if-none-match'))).toEqual(['"one"']);
  });

  it('gives the answer with its entity tag', async () => {
    const { api } = createWorld(() => Response.json({ at: 1 }, { headers: { etag: '"two"' } }));
    expect(await api.load('v1/overview', null)).toEqual({ kind: 'fresh', data: { at: 1 }, etag: '"two"' });
  });

  it.each([
    [401, 'signed-out'],
    [403, 'forbidden'],
    [404, 'missing'],
    [409, 'refused'],
    [429, 'busy'],
    [500, 'fault'],
    [503, 'fault'],
  ] as const)('tells %i as %s, with the words of the problem', async (status, kind) => {
    const { api } = createWorld(() =>
      Response.json({ code: 'a.code', title: 'A title', detail: 'Why', oidc: true }, { status }),
    );
    expect(await api.load('v1/usage', null)).toMatchObject({
      kind: 'failed',
      problem: { kind, status, code: 'a.code', title: 'A title', detail: 'Why', body: { oidc: true } },
    });
  });

  it('takes a page of something in between for a fault, whatever its status', async () => {
    for (const status of [200, 502]) {
      const { api } = createWorld(() => new Response('<html>Just a moment…</html>', { status }));
      expect(await api.load('v1/usage', null)).toMatchObject({ kind: 'failed', problem: { kind: 'fault' } });
    }
  });

  it('tells no answer at all as offline, and never throws', async () => {
    const { api } = createWorld(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(await api.load('v1/usage', null)).toMatchObject({ kind: 'failed', problem: { kind: 'offline' } });
    expect(await api.send('v1/drills')).toMatchObject({ kind: 'failed', problem: { kind: 'offline' } });
  });
});

describe('changing something', () => {
  it('carries the header that no other site can send, and takes 204 for done', async () => {
    const { api, asked } = createWorld(() => new Response(null, { status: 204 }));
    expect(await api.send('console/session', { name: 'Ann' })).toEqual({ kind: 'done', data: null });
    const [only] = asked;
    expect(only?.init).toMatchObject({ method: 'POST', credentials: 'same-origin', body: '{"name":"Ann"}' });
    expect(only && headersOf(only).get('x-claywatch-console')).toBe('1');
  });
});

describe("the server's clock", () => {
  it('is followed when this device is wrong, and not for the sake of a slow network', () => {
    let local = 1_000_000;
    const clock = createServerClock(() => local);
    clock.told(local + 1_500);
    expect(clock.now()).toBe(local);
    clock.told(local + 300_000);
    expect(clock.now()).toBe(local + 300_000);
    local += 60_000;
    clock.told(local + 299_000);
    expect(clock.now()).toBe(local + 300_000);
    clock.told(local);
    expect(clock.now()).toBe(local);
  });
});

describe('what the page reads', () => {
  const createPage = (load: (path: string) => Response) => {
    const clock = createFakeClock();
    const paths: string[] = [];
    let signedOut = 0;
    const api = createApi({
      base: '',
      fetch: async (path) => {
        paths.push(String(path));
        return load(String(path));
      },
    });
    const resources = createResources({
      ...clock,
      api,
      visible: () => true,
      onSignedOut: () => {
        signedOut += 1;
      },
    });
    return { clock, paths, resources, signedOut: () => signedOut };
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('is one question for all who show the same, and stays known when they go', async () => {
    const { paths, resources } = createPage(() => Response.json({ n: 1 }));
    const leave = resources.of('v1/overview', 3_000).listen(() => {});
    resources.of('v1/overview', 3_000).listen(() => {});
    await settle();
    leave();
    expect(paths).toEqual(['v1/overview']);
    expect(resources.of('v1/overview', 3_000).state().data).toEqual({ n: 1 });
  });

  it('is read again after an action as far as it is shown', async () => {
    const { paths, resources } = createPage(() => Response.json({}));
    resources.of('v1/usage', 3_000).listen(() => {})();
    resources.of('v1/overview', 3_000).listen(() => {});
    await settle();
    paths.length = 0;
    await resources.refreshShown();
    expect(paths).toEqual(['v1/overview']);
  });

  it('ends when somebody is signed out, and is forgotten for the next person', async () => {
    const { resources, signedOut } = createPage(() => Response.json({}, { status: 401 }));
    resources.of('v1/overview', 3_000).listen(() => {});
    await settle();
    expect(signedOut()).toBe(1);
    resources.clear();
    expect(resources.of('v1/overview', 3_000).state()).toMatchObject({ data: null, loading: true });
  });
});
