import type { LogFields } from './log.ts';

/** From what level on a line is written: the numbers of Powertools. */
const LEVELS = { TRACE: 6, DEBUG: 8, INFO: 12, WARN: 16, ERROR: 20, CRITICAL: 24, SILENT: 28 } as const;

type Written = 'debug' | 'info' | 'warn' | 'error';
type Env = Readonly<Record<string, string | undefined>>;

/** Writes JSON documents, one a line. */
export interface LineLogger extends Readonly<Record<Written, (message: string, fields: LogFields) => void>> {
  /** From what level on a line is written. */
  readonly level: number;
}

export interface LineLoggerOptions {
  /** What every line says. */
  readonly fields: LogFields;
  readonly env?: Env;
  /** Where lines go; left out: to the two streams of the process, as its console does. */
  readonly write?: (line: string, level: Written) => void;
}

/** Lambda's own setting is the strongest, as its documentation wants it; its FATAL is what others call critical. */
const levelOf = (env: Env): number => {
  const names = [env.AWS_LAMBDA_LOG_LEVEL, env.POWERTOOLS_LOG_LEVEL, env.LOG_LEVEL].map((name) => {
    const upper = name?.trim().toUpperCase();
    return upper === 'FATAL' ? 'CRITICAL' : upper;
  });
  const name = names.find(
    (one): one is keyof typeof LEVELS => one !== undefined && Object.hasOwn(LEVELS, one),
  );
  return LEVELS[name ?? 'INFO'];
};

const isTrue = (value: string | undefined): boolean =>
  ['1', 'y', 'yes', 't', 'true', 'on'].includes(value?.trim().toLowerCase() ?? '');

const traceOf = ({ _X_AMZN_TRACE_ID: trace = '' }: Env): string | undefined =>
  /(?:^|;)Root=([^;]+)/.exec(trace)?.[1] ?? (/^[^=;]+$/.test(trace) ? trace : undefined);

const shown = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value);
  // What a fault says may be anybody's; `faultFields` picks what of it may be logged.
  return value instanceof Error ? { name: value.name } : value;
};

const toStream = (line: string, level: Written): void => {
  process[level === 'debug' || level === 'info' ? 'stdout' : 'stderr'].write(`${line}\n`);
};
const toConsole = (line: string, level: Written): void => console[level](line);

/**
 * Lines in the form of Powertools for Lambda, by the same variables (`AWS_LAMBDA_LOG_LEVEL`, `POWERTOOLS_LOG_LEVEL`,
 * `POWERTOOLS_DEV`), without its `sampling_rate`, which is always 0; a test compares the two. Powertools itself is a tenth of what an endpoint loads, for buffers,
 * sampling and formats that nothing here uses.
 */
export const createLineLogger = ({
  fields: own,
  env = process.env,
  write,
}: LineLoggerOptions): LineLogger => {
  const level = levelOf(env);
  const isDevelopment = isTrue(env.POWERTOOLS_DEV);
  const put = write ?? (isDevelopment ? toConsole : toStream);
  const line =
    (as: Written) =>
    (message: string, fields: LogFields): void => {
      const name = as.toUpperCase() as Uppercase<Written>;
      if (LEVELS[name] < level) return;
      // What every line says cannot be said otherwise by one of them.
      const base = { level: name, message, timestamp: new Date().toISOString(), service: 'claywatch' };
      const all = { ...base, xray_trace_id: traceOf(env), ...own, ...fields, ...base };
      const said = Object.entries(all).filter(
        ([, value]) => value !== undefined && value !== null && value !== '',
      );
      put(JSON.stringify(Object.fromEntries(said), shown, isDevelopment ? 4 : 0), as);
    };
  return { level, debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
};
