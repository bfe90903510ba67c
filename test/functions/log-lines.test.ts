import { Logger } from '@aws-lambda-powertools/logger';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogFields } from '../../functions/log.ts';
import { createLineLogger } from '../../functions/log-lines.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const VARIABLES = ['AWS_LAMBDA_LOG_LEVEL', 'POWERTOOLS_LOG_LEVEL', 'LOG_LEVEL', '_X_AMZN_TRACE_ID'] as const;
type Said = readonly { readonly level: (typeof LEVELS)[number]; readonly fields: LogFields }[];

beforeEach(() => {
  for (const name of [...VARIABLES, 'POWERTOOLS_DEV', 'TZ']) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

const own = { function: 'watch' };
/** But for the time; and there is no sampling, which Powertools says in every line. */
const without = (line: string): unknown => {
  const { sampling_rate: _, ...rest } = JSON.parse(line);
  return { ...rest, timestamp: 'then' };
};

const ours = (said: Said): readonly unknown[] => {
  const lines: unknown[] = [];
  const logger = createLineLogger({
    fields: own,
    write: (line, level) => lines.push({ level, line: without(line) }),
  });
  for (const { level, fields } of said) logger[level]('said', fields);
  return lines;
};

const byPowertools = (said: Said): readonly unknown[] => {
  const lines: unknown[] = [];
  const logger = new Logger({ serviceName: 'claywatch', persistentKeys: own });
  const keep = (level: string) => (line: string) => lines.push({ level, line: without(line) });
  Object.assign(logger, { console: Object.fromEntries(LEVELS.map((level) => [level, keep(level)])) });
  for (const { level, fields } of said) logger[level]('said', { ...fields });
  return lines;
};

const names = fc.constantFrom(
  'feed',
  'rows',
  'cold_start',
  'function_request_id',
  'function',
  '_aws',
  'row_ids',
);
const values = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.bigInt(),
  fc.record({ Metrics: fc.array(fc.integer(), { maxLength: 2 }), Name: fc.string() }),
);
const said = fc.array(
  fc.record({
    level: fc.constantFrom(...LEVELS),
    fields: fc.dictionary(names, values, { noNullPrototype: true }),
  }),
  { maxLength: 5 },
);
const levels = fc.option(
  fc.constantFrom('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT', 'none'),
  {
    nil: undefined,
  },
);

describe('a line', () => {
  it('is what Powertools would write, at the same levels', () => {
    fc.assert(
      fc.property(
        said,
        fc.record({
          AWS_LAMBDA_LOG_LEVEL: fc.option(fc.constantFrom('DEBUG', 'INFO', 'WARN', 'FATAL'), {
            nil: undefined,
          }),
          POWERTOOLS_LOG_LEVEL: levels,
          _X_AMZN_TRACE_ID: fc.constantFrom(undefined, '1-abc', 'Root=1-abc-def;Parent=00f;Sampled=0'),
        }),
        (lines, env) => {
          for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
          expect(ours(lines)).toEqual(byPowertools(lines));
        },
      ),
    );
  });

  it('goes to the stream of its level, each on one line', () => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const logger = createLineLogger({ fields: own, env: { POWERTOOLS_LOG_LEVEL: 'debug' } });
      for (const level of LEVELS) logger[level](level, { text: 'two\nlines' });
      for (const stream of [out, err])
        expect(stream.mock.calls.map(([line]) => JSON.parse(String(line)).message)).toEqual(
          stream === out ? ['debug', 'info'] : ['warn', 'error'],
        );
      for (const [line] of [...out.mock.calls, ...err.mock.calls])
        expect(String(line)).toMatch(/^\{[^\n]*\}\n$/);
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
  });

  it('cannot be made another one by its fields, and shows nothing of an error but its name', () => {
    const lines: string[] = [];
    const logger = createLineLogger({ fields: own, env: {}, write: (line) => lines.push(line) });
    logger.info('said', {
      level: 'ERROR',
      message: 'other',
      service: 'other',
      fault: new TypeError('secret'),
    });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'INFO',
      message: 'said',
      service: 'claywatch',
      fault: { name: 'TypeError' },
    });
    expect(lines[0]).not.toContain('secret');
  });
});
