import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FunctionDescription, functionsOf } from '../../functions/manifest.ts';
import { parseConfig } from '../../shared/config/parse.ts';

const root = new URL('../../', import.meta.url);
const described = (everyMinutes = 1): [string, FunctionDescription][] =>
  Object.entries(functionsOf(parseConfig({ schedule: { everyMinutes, missedAfterMinutes: 60 } }, 'test')));

describe('the manifest', () => {
  it.each(described())(
    'describes %s under its own name, with a handler that is there',
    async (name, { entry, ...rest }) => {
      expect(rest.name).toBe(name);
      expect(existsSync(new URL(entry, root))).toBe(true);
      const module = await import(new URL(entry, root).href);
      expect(module.handler).toBeTypeOf('function');
      // Lambda's Node 24 refuses handlers that look as if they took a callback.
      expect(module.handler.length).toBeLessThan(3);
    },
  );

  it.each(described())('has %s end before its next turn', (_, { timeoutSeconds }) => {
    expect(timeoutSeconds).toBeLessThan(60);
  });

  it('takes the rate from the configuration', () => {
    expect(
      described(15).flatMap(([, { trigger }]) => (trigger.kind === 'schedule' ? [trigger] : [])),
    ).toEqual([{ kind: 'schedule', everyMinutes: 15 }]);
  });

  it('gives every route one function, under /v1 and the name of a feed', () => {
    const routes = described().flatMap(([, { trigger }]) => (trigger.kind === 'http' ? [trigger.path] : []));
    expect(new Set(routes).size).toBe(routes.length);
    for (const path of routes) expect(path).toMatch(/^\/v1\/[a-z]+\/\{feed\}$/);
  });

  it('lets a function that answers end before API Gateway gives up', () => {
    for (const [, { trigger, timeoutSeconds }] of described()) {
      if (trigger.kind === 'http') expect(timeoutSeconds).toBeLessThan(30);
    }
  });
});
