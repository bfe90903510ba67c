import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';
import { LedgerThrottled } from '../../shared/rows/ledger.ts';
import { faultFields, presentable } from '../edge.ts';
import { type HttpAnswer, problem } from './answer.ts';
import type { HttpEvent } from './request.ts';

/** Logs a fault without anything of the request; a store that is busy is no fault of ours. */
export const logFault =
  (logger: Logger) =>
  (error: unknown): void => {
    if (error instanceof LedgerThrottled) logger.warn('throttled');
    else logger.error('failed', faultFields(presentable(error)));
  };

/**
 * One line for each request that was not taken, none for those that were: API Gateway's access log counts them. The
 * path of an unknown sender is not logged, since anything may stand there. Nothing is thrown: the answer is then 429.
 */
export const answerAlways = (logger: Logger): MiddlewareObj<HttpEvent, HttpAnswer> => ({
  before: ({ context }) => {
    logger.addContext(context);
  },
  after: ({ event, response }) => {
    const status = response?.statusCode ?? 0;
    if (status < 400) return;
    const feed = status === 401 || status === 429 ? undefined : event.pathParameters?.feed;
    logger.warn('not taken', { status, ...(feed === undefined ? {} : { feed }) });
  },
  onError: (request) => {
    logFault(logger)(request.error);
    request.response = problem('overloaded');
  },
});
