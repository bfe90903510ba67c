import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import { createLineLogger, type LineLogger } from './log-lines.ts';

/** What a line says beside its message. No secret, no address of a webhook, nothing of a row but our own ids. */
export type LogFields = Readonly<Record<string, unknown>>;

type Level = 'debug' | 'info' | 'warn' | 'error';
export type Log = Readonly<Record<Level, (message: string, fields?: LogFields) => void>>;

export interface FunctionLog extends Log {
  /** Whether lines of level debug are written: what they say need not be gathered otherwise. */
  isDebugging(): boolean;
  /** Whatever is logged within `run` says which invocation it belongs to, also when several run at once. */
  invocation<T>(context: Pick<Context, 'functionName' | 'awsRequestId'>, run: () => T): T;
}

const DEBUG = 8;

/** Deployed, and locally, a function is called `<installation>-<name>`. */
const installationIn = (functionName: string | undefined, name: string): string | undefined =>
  functionName?.endsWith(`-${name}`) ? functionName.slice(0, -name.length - 1) : undefined;

/**
 * The structured log of one function: one JSON document a line. Every line of an invocation has `installation`,
 * `function`, `cold_start` and `function_request_id`; more of its context would double what a line costs.
 */
export const createLogger = (
  name: string,
  logger: LineLogger = createLineLogger({ fields: { function: name } }),
): FunctionLog => {
  const current = new AsyncLocalStorage<LogFields>();
  let isCold = true;
  const line =
    (level: Level) =>
    (message: string, fields: LogFields = {}): void =>
      logger[level](message, { ...current.getStore(), ...fields });
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    isDebugging: () => logger.level <= DEBUG,
    invocation: (context, run) => {
      const installation = installationIn(context?.functionName, name);
      const fields = {
        ...(installation !== undefined && { installation }),
        cold_start: isCold,
        function_request_id: context?.awsRequestId,
      };
      isCold = false;
      return current.run(fields, run);
    },
  };
};

/** The outermost of a function: its lines then say which invocation they belong to. */
export const logged =
  <E, R>(log: Pick<FunctionLog, 'invocation'>, handle: (event: E, context: Context) => R) =>
  (event: E, context: Context): R =>
    log.invocation(context, () => handle(event, context));
