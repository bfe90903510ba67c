import middy from '@middy/core';
import { ClaywatchError } from '../../shared/errors.ts';
import type { WatchDependencies, WatchReport } from '../../shared/watch/run.ts';
import { logOutcome, parseEvent } from '../edge.ts';
import { readEnvironment } from '../environment.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { watchEnvironment } from './environment.ts';
import { type WatchEvent, watchEvent } from './event.ts';

/** How far a slot may be ahead of this machine's clock, ms. */
const AHEAD_MS = 60_000;
/** Left for saying so when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

/** One run of the slot that the schedule asks for. Throws `event.invalid` for a slot in the future. */
export const watch = async (dependencies: WatchDependencies, { slot }: WatchEvent): Promise<WatchReport> => {
  if (slot > dependencies.clock.now() + AHEAD_MS) {
    throw new ClaywatchError(
      'event.invalid',
      `The slot ${new Date(slot).toISOString()} is in the future; taking it would make every run until then a duplicate.`,
      'Leave invoking to the schedule, or send the present time as the slot.',
    );
  }
  const { createWatch } = await import('../../shared/watch/run.ts');
  return createWatch(dependencies)(slot);
};

const log = createLogger('watch');
const dependencies = once(() =>
  createDependencies(readEnvironment(watchEnvironment, process.env), process.env),
);

const run = async (event: WatchEvent): Promise<WatchReport> => {
  const known = await dependencies();
  const report = await watch(known, event);
  const { logRun } = await import('./log-run.ts');
  logRun(log, report, known.config, known.clock);
  return report;
};

export const handler = logged(
  log,
  middy(run, { timeoutEarlyInMillis: LAST_WORDS_MS }).use(logOutcome(log)).use(parseEvent(watchEvent)),
);
