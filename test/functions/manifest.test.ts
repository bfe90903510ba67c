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
    expect(described(15).map(([, { trigger }]) => trigger)).toEqual([{ kind: 'schedule', everyMinutes: 15 }]);
  });
});
