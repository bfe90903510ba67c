import middy from '@middy/core';
import type { Clock } from '../../shared/clock.ts';
import { isMetric } from '../../shared/metrics/emf.ts';
import type { Measure } from '../../shared/metrics/measure.ts';
import type { CallbackSettings } from '../../shared/rows/callback-body.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';
import { takeCallbacks } from '../../shared/rows/take-callbacks.ts';
import type { Taken } from '../../shared/rows/taken.ts';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { type Receiver, receive } from '../http/receive.ts';
import type { HttpEvent } from '../http/request.ts';
import type { NoteUse } from '../http/secret-use.ts';
import { takenAnswer } from '../http/taken-answer.ts';
import { createLogger, type FunctionLog, logged } from '../log.ts';
import { once } from '../once.ts';
import { ownRowIds } from '../row-log.ts';
import { createDependencies } from './dependencies.ts';
import { callbackEnvironment } from './environment.ts';

export interface CallbackDependencies extends Omit<Receiver, 'onUnread'> {
  readonly feeds: Readonly<Record<string, CallbackSettings>>;
  readonly ledger: Pick<RowsLedger, 'recordCallbacks' | 'recordRefused'>;
  readonly clock: Clock;
  /** Told which column was recognised by which secret. */
  readonly noteUse?: NoteUse;
  /** Told of what became of the rows of a request. */
  readonly onTaken?: (feed: string, taken: Taken) => void;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

/** A column is told apart where its callbacks say its name. */
const columnName = (feed: string, column: string): string =>
  column === '' ? `callbacks/${feed}` : `callbacks/${feed}/${column}`;

/** `POST /v1/callbacks/{feed}`: rows coming back from Clay's HTTP API column. */
export const callback = (dependencies: CallbackDependencies, event: HttpEvent): Promise<HttpAnswer> => {
  const { feeds, ledger, clock, onFault, noteUse } = dependencies;
  const onUnread = (feed: string) => ledger.recordRefused(feed, clock.now(), 1).catch(onFault);
  return receive({ ...dependencies, onUnread }, event, async ({ feed, use, text, contentType }) => {
    const settings = feeds[feed];
    if (!settings) return problem('request.unauthorized');
    const at = clock.now();
    let columns: ReadonlySet<string> = new Set();
    const onColumns = (named: ReadonlySet<string>) => {
      columns = named;
    };
    const request = { feed, text, contentType, settings, at, onUncounted: onFault, onColumns };
    const taken = await takeCallbacks(ledger, request);
    await Promise.all([...columns].map((column) => noteUse?.(columnName(feed, column), use)));
    dependencies.onTaken?.(feed, taken);
    return takenAnswer(taken);
  });
};

/** A line for each request while debugging; otherwise for those of which there is something to measure. */
export const logTaken =
  (log: Pick<FunctionLog, 'info' | 'debug' | 'isDebugging'>, measure: Measure) =>
  (feed: string, taken: Taken): void => {
    if (taken.kind !== 'one' && taken.kind !== 'many') return;
    const items = taken.kind === 'one' ? [taken.item] : taken.items;
    const duplicates = items.filter(({ outcome }) => outcome === 'duplicate').length;
    const measured = measure.feed(feed, { CallbackDuplicates: duplicates });
    const fields = { feed, rows: items.length, ...measured };
    if (log.isDebugging()) {
      const rowIds = items.flatMap((item) => ('rowId' in item ? [item.rowId] : []));
      log.debug('callbacks taken', { ...fields, row_ids: ownRowIds(rowIds) });
    } else if (isMetric(measured)) log.info('callbacks came again', fields);
  };

const log = createLogger('callback');
const dependencies = once(async () => {
  const env = readEnvironment(callbackEnvironment, process.env);
  const { measure, ...ports } = await createDependencies(env, process.env, logFault(log));
  return { ...ports, onTaken: logTaken(log, measure) };
});

export const handler = logged(
  log,
  middy(async (event: HttpEvent) => callback(await dependencies(), event), {
    timeoutEarlyInMillis: LAST_WORDS_MS,
  }).use(answerAlways(log)),
);
