import middy from '@middy/core';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import type { PageEvent } from '../http/csrf.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import type { OperateDependencies } from './api.ts';
import { createDependencies } from './dependencies.ts';
import { operateEnvironment } from './environment.ts';

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

const log = createLogger('operate');
const onFault = logFault(log);
const dependencies = once(async () => ({
  ...(await createDependencies(readEnvironment(operateEnvironment, process.env), process.env, onFault)),
  // Who acted is in the history; here it would be a person's name in a log.
  onActed: (acted: Parameters<NonNullable<OperateDependencies['onActed']>>[0]) => log.info('acted on', acted),
}));

const answer = async (event: PageEvent): Promise<HttpAnswer> => {
  try {
    // With the schemas of what may be asked, which nothing at start needs.
    const [deps, { operate }] = await Promise.all([dependencies(), import('./api.ts')]);
    return await operate(deps, event);
  } catch (error) {
    onFault(error);
    return problem('overloaded');
  }
};

export const handler = logged(
  log,
  middy(answer, { timeoutEarlyInMillis: LAST_WORDS_MS }).use(answerAlways(log)),
);
