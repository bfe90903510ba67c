import type { MiddlewareObj } from '@middy/core';
import type * as z from 'zod/mini';
import { redactText } from '../shared/config/redact.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { Log, LogFields } from './log.ts';

/** Makes the raw event what the function takes, or fails with `event.invalid`, which shows nothing of the event. */
export const parseEvent = <T>(schema: z.ZodMiniType<T>): MiddlewareObj<T> => ({
  before: (request) => {
    const result = schema.safeParse(request.event);
    if (!result.success) {
      const wrong = result.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'event'}: ${message}`,
      );
      throw new ClaywatchError(
        'event.invalid',
        `The event is not one of this function's: ${wrong.join('; ')}.`,
        'Leave invoking to the schedule, or send an event of the shape in functions/<name>/event.ts.',
      );
    }
    request.event = result.data;
  },
});

/** A fault as it may leave the process: the log, the dead-letter queue and Lambda's own record all show it. */
export const presentable = (error: unknown): Error => {
  if (error instanceof ClaywatchError) return error;
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const safe = new Error(redactText(message));
  safe.name = name;
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  safe.stack = [`${name}: ${safe.message}`, ...frames].join('\n');
  return safe;
};

/** A presentable fault as fields of a log line. */
export const faultFields = (error: Error): Readonly<Record<string, string | undefined>> => ({
  error_name: error.name,
  error_message: error.message,
  ...(error instanceof ClaywatchError
    ? { error_code: error.code, remedy: error.remedy }
    : { error_stack: error.stack }),
});

/**
 * One line per invocation: what came of it, or why it failed. `describe` picks what of the answer is logged, so that
 * nothing is by accident; left out: the function says it itself. A failure still fails the invocation, so that it is
 * counted, retried and kept.
 */
export const logOutcome = <T, R>(
  log: Pick<Log, 'info' | 'error'>,
  describe?: (result: R) => LogFields,
): MiddlewareObj<T, R> => ({
  after: ({ response }) => {
    if (describe && response != null) log.info('finished', describe(response));
  },
  onError: (request) => {
    const error = presentable(request.error);
    request.error = error;
    log.error('failed', faultFields(error));
  },
});
