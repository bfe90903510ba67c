import middy from '@middy/core';
import type { RelayStatus } from '../../shared/relay/status.ts';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, json, problem } from '../http/answer.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import type { HttpEvent } from '../http/request.ts';
import type { Senders } from '../http/senders.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { respondEnvironment } from './environment.ts';
import { statusAnswer } from './status-answer.ts';

export interface RespondDependencies {
  /** Senders of rows, and whoever else may read the status. */
  readonly readers: Pick<Senders, 'admitToAny'>;
  readonly read: () => Promise<RelayStatus>;
  /** Told of what made an answer 429; never thrown on. */
  readonly onFault: (error: unknown) => void;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

/** `GET /v1/status`: how it goes with every feed, for applications that can switch to a fallback. */
export const respond = async (
  { readers, read, onFault }: RespondDependencies,
  event: HttpEvent,
): Promise<HttpAnswer> => {
  try {
    const admission = await readers.admitToAny(event);
    if (admission.kind === 'refused') return problem('request.unauthorized');
    if (admission.kind === 'unavailable') return problem('overloaded');
    return json(200, statusAnswer(await read()));
  } catch (error) {
    onFault(error);
    return problem('overloaded');
  }
};

const log = createLogger('respond');
const dependencies = once(() =>
  createDependencies(readEnvironment(respondEnvironment, process.env), process.env, logFault(log)),
);

export const handler = logged(
  log,
  middy(async (event: HttpEvent) => respond(await dependencies(), event), {
    timeoutEarlyInMillis: LAST_WORDS_MS,
  }).use(answerAlways(log)),
);
