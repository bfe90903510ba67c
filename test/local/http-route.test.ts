import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionsOf, type Route } from '../../functions/manifest.ts';
import { routeMatching } from '../../local/http-route.ts';
import { parseConfig } from '../../shared/config/parse.ts';

const routesOf = (routes: readonly Route[]) => routes.map((route) => ({ route }));
const all: readonly Route[] = Object.values(functionsOf(parseConfig({}, 'test'))).flatMap(({ trigger }) =>
  trigger.kind === 'http' ? [...(trigger.routes as readonly Route[])] : [],
);

describe('of several routes that match', () => {
  it('the more specific one is taken, in whatever order they are', () => {
    const routes = ['GET /console/{file}', 'GET /console/session', 'GET /{a}/{b}'] as const;
    fc.assert(
      fc.property(fc.shuffledSubarray([...routes], { minLength: 3 }), (order) => {
        const found = (path: string) => routeMatching(routesOf(order), 'GET', path)?.route.route;
        expect(found('/console/session')).toBe('GET /console/session');
        expect(found('/console/icon.svg')).toBe('GET /console/{file}');
        expect(found('/other/session')).toBe('GET /{a}/{b}');
      }),
    );
  });

  it('each route of the manifest is the one that its own path leads to', () => {
    for (const route of all) {
      const [method = '', path = ''] = route.split(' ');
      expect(
        routeMatching(routesOf(all), method, path.replaceAll(/\{\w+\}/g, 'something'))?.route.route,
      ).toBe(route);
    }
  });

  it('a slash that is encoded is part of a name, and leads to no other place', () => {
    expect(routeMatching(routesOf(all), 'GET', '/console/assets%2Fx.js')).toMatchObject({
      ...{ route: { route: 'GET /console/{file}' }, pathParameters: { file: 'assets/x.js' } },
    });
  });
});
