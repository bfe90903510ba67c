import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FunctionDescription, functionsOf, type Grant } from '../../functions/manifest.ts';
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

  it('has everything end before its next turn, except the forwarder, which hands over to the next one', () => {
    const overlapping = described().flatMap(([name, { timeoutSeconds }]) =>
      timeoutSeconds < 60 ? [] : [name],
    );
    expect(overlapping).toEqual(['forward']);
  });

  it('takes the rate of the watch from the configuration, and has rows sent every minute', () => {
    const rates = described(15).flatMap(([name, { trigger }]) =>
      trigger.kind === 'schedule' ? [[name, trigger.everyMinutes]] : [],
    );
    expect(rates).toEqual([
      ['watch', 15],
      ['forward', 1],
    ]);
  });

  it('gives every route one function, under /v1 and, but for the status, the name of a feed', () => {
    const routes = described().flatMap(([, { trigger }]) =>
      trigger.kind === 'http' ? [`${trigger.method} ${trigger.path}`] : [],
    );
    expect(new Set(routes).size).toBe(routes.length);
    expect(routes.filter((route) => !/^POST \/v1\/[a-z]+\/\{feed\}$/.test(route))).toEqual([
      'GET /v1/status',
    ]);
  });

  it('lets nobody send rows to Clay who is not the forwarder, and nobody read rows who need not', () => {
    const granted = (grant: Grant) =>
      described().flatMap(([name, { grants }]) => (grants.includes(grant) ? [name] : []));
    expect(granted('send-rows')).toEqual(['forward']);
    expect(granted('webhook-secrets')).toEqual(['forward']);
    expect(granted('rows-key')).toEqual(['relay', 'forward']);
  });

  it('lets a function that answers end before API Gateway gives up', () => {
    for (const [, { trigger, timeoutSeconds }] of described()) {
      if (trigger.kind === 'http') expect(timeoutSeconds).toBeLessThan(30);
    }
  });
});
