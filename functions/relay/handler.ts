import middy from '@middy/core';
import type { FeedIntake } from '../../shared/relay/intake/feed-intake.ts';
import { type TakeRowsPorts, takeRows } from '../../shared/relay/intake/take-rows.ts';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { type Receiver, receive } from '../http/receive.ts';
import type { HttpEvent } from '../http/request.ts';
import { rowsAnswer } from '../http/rows-answer.ts';
import { createLogger } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { relayEnvironment } from './environment.ts';

export interface RelayDependencies extends Receiver, TakeRowsPorts {
  readonly feeds: Readonly<Record<string, FeedIntake>>;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

/** `POST /v1/rows/{feed}`: takes rows, and says so once they are durable. */
export const relay = (dependencies: RelayDependencies, event: HttpEvent): Promise<HttpAnswer> =>
  receive(dependencies, event, async (request) => {
    const settings = dependencies.feeds[request.feed];
    if (!settings) return problem('request.unauthorized');
    return rowsAnswer(await takeRows(dependencies, { ...request, settings }));
  });

const logger = createLogger('relay');
const dependencies = once(() =>
  createDependencies(readEnvironment(relayEnvironment, process.env), process.env, logFault(logger)),
);

export const handler = middy(async (event: HttpEvent) => relay(await dependencies(), event), {
  timeoutEarlyInMillis: LAST_WORDS_MS,
}).use(answerAlways(logger));
