import middy from '@middy/core';
import type { Clock } from '../../shared/clock.ts';
import type { CallbackSettings } from '../../shared/rows/callback-body.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';
import { takeCallbacks } from '../../shared/rows/take-callbacks.ts';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { type Receiver, receive } from '../http/receive.ts';
import type { HttpEvent } from '../http/request.ts';
import { takenAnswer } from '../http/taken-answer.ts';
import { createLogger } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { callbackEnvironment } from './environment.ts';

export interface CallbackDependencies extends Omit<Receiver, 'onUnread'> {
  readonly feeds: Readonly<Record<string, CallbackSettings>>;
  readonly ledger: Pick<RowsLedger, 'recordCallbacks' | 'recordRefused'>;
  readonly clock: Clock;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

/** `POST /v1/callbacks/{feed}`: rows coming back from Clay's HTTP API column. */
export const callback = (dependencies: CallbackDependencies, event: HttpEvent): Promise<HttpAnswer> => {
  const { feeds, ledger, clock, onFault } = dependencies;
  const onUnread = (feed: string) => ledger.recordRefused(feed, clock.now(), 1).catch(onFault);
  return receive({ ...dependencies, onUnread }, event, async ({ feed, text, contentType }) => {
    const settings = feeds[feed];
    if (!settings) return problem('request.unauthorized');
    const at = clock.now();
    const request = { feed, text, contentType, settings, at, onUncounted: onFault };
    return takenAnswer(await takeCallbacks(ledger, request));
  });
};

const logger = createLogger('callback');
const dependencies = once(() =>
  createDependencies(readEnvironment(callbackEnvironment, process.env), process.env, logFault(logger)),
);

export const handler = middy(async (event: HttpEvent) => callback(await dependencies(), event), {
  timeoutEarlyInMillis: LAST_WORDS_MS,
}).use(answerAlways(logger));
