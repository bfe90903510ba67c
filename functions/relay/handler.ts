import middy from '@middy/core';
import type { Measure } from '../../shared/metrics/measure.ts';
import type { FeedIntake } from '../../shared/relay/intake/feed-intake.ts';
import { type RowsTaken, type TakeRowsPorts, takeRows } from '../../shared/relay/intake/take-rows.ts';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { type Receiver, receive } from '../http/receive.ts';
import type { HttpEvent } from '../http/request.ts';
import { rowsAnswer } from '../http/rows-answer.ts';
import { createLogger, type Log, logged } from '../log.ts';
import { once } from '../once.ts';
import { rowBuckets } from '../row-log.ts';
import { createDependencies } from './dependencies.ts';
import { relayEnvironment } from './environment.ts';

export interface RelayDependencies extends Receiver, TakeRowsPorts {
  readonly feeds: Readonly<Record<string, FeedIntake>>;
  /** Told of what became of the rows of a request. */
  readonly onTaken?: (feed: string, taken: RowsTaken) => void;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

/** `POST /v1/rows/{feed}`: takes rows, and says so once they are durable. */
export const relay = (dependencies: RelayDependencies, event: HttpEvent): Promise<HttpAnswer> =>
  receive(dependencies, event, async (request) => {
    const settings = dependencies.feeds[request.feed];
    if (!settings) return problem('request.unauthorized');
    const taken = await takeRows(dependencies, { ...request, settings });
    dependencies.onTaken?.(request.feed, taken);
    return rowsAnswer(taken);
  });

/** One line for each request of which a row was taken: by its row ids somebody finds it again. */
export const logTaken =
  (log: Pick<Log, 'info'>, measure: Measure) =>
  (feed: string, taken: RowsTaken): void => {
    if (taken.kind !== 'outcomes') return;
    const rowIds = taken.outcomes.flatMap((one) => (one.outcome === 'queued' ? [one.rowId] : []));
    const refused = taken.outcomes.length - rowIds.length;
    if (rowIds.length === 0) return;
    log.info('rows taken', {
      feed,
      row_buckets: rowBuckets(rowIds),
      ...measure.feed(feed, { RowsTaken: rowIds.length, RowsRefused: refused }),
    });
  };

const log = createLogger('relay');
const dependencies = once(async () => {
  const env = readEnvironment(relayEnvironment, process.env);
  const { measure, ...ports } = await createDependencies(env, process.env, logFault(log));
  return { ...ports, onTaken: logTaken(log, measure) };
});

export const handler = logged(
  log,
  middy(async (event: HttpEvent) => relay(await dependencies(), event), {
    timeoutEarlyInMillis: LAST_WORDS_MS,
  }).use(answerAlways(log)),
);
