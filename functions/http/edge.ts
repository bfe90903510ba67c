import type { MiddlewareObj } from '@middy/core';
import { LedgerThrottled } from '../../shared/rows/ledger.ts';
import { faultFields, presentable } from '../edge.ts';
import type { Log } from '../log.ts';
import { type HttpAnswer, problem } from './answer.ts';
import type { HttpEvent } from './request.ts';

/** Logs a fault without anything of the request; a store that is busy is no fault of ours. */
export const logFault =
  (log: Pick<Log, 'warn' | 'error'>) =>
  (error: unknown): void => {
    if (error instanceof LedgerThrottled) log.warn('throttled');
    else log.error('failed', faultFields(presentable(error)));
  };

/**
 * One line for each request that was not taken; what was is the function's own to say. The path of an unknown sender is not logged, since anything may stand there. Nothing is thrown: the answer is then 429.
 */
export const answerAlways = (log: Pick<Log, 'warn' | 'error'>): MiddlewareObj<HttpEvent, HttpAnswer> => ({
  after: ({ event, response }) => {
    const status = response?.statusCode ?? 0;
    if (status < 400) return;
    const feed = status === 401 || status === 429 ? undefined : event.pathParameters?.feed;
    log.warn('not taken', { status, ...(feed === undefined ? {} : { feed }) });
  },
  onError: (request) => {
    logFault(log)(request.error);
    request.response = problem('overloaded');
  },
});
