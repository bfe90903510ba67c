import middy from '@middy/core';
import { createForwarder } from '../../shared/relay/forward/forwarder.ts';
import type { ForwardPorts, ForwardReport } from '../../shared/relay/forward/ports.ts';
import { logOutcome, parseEvent } from '../edge.ts';
import { readEnvironment } from '../environment.ts';
import { logFault } from '../http/edge.ts';
import { createLogger } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { forwardEnvironment } from './environment.ts';
import { type ForwardEvent, forwardEvent } from './event.ts';

/** A little more than the minute after which the schedule starts the next one, ms. */
const WORK_MS = 62_000;
/** Answers are waited for so long after that, ms; with the work it ends well before the function's time does. */
const GRACE_MS = 45_000;
/** Left for giving everything back when the function's time runs out all the same, ms. */
const LAST_WORDS_MS = 8_000;
/** A store that is down fails hundreds of times a minute; the report counts all of them. */
const LOGGED_FAULTS = 20;

/** Sends rows until there are none, or the time is up, or `signal` says so. */
export const forward = (ports: ForwardPorts, signal?: AbortSignal): Promise<ForwardReport> =>
  createForwarder(ports)({ workMs: WORK_MS, graceMs: GRACE_MS, ...(signal && { signal }) });

/** Whoever runs this takes it down: rows in hand are given back, and answers that are due are waited for. */
const takenDown = new AbortController();
process.once('SIGTERM', () => takenDown.abort());

const logger = createLogger('forward');
const logged = { faults: 0 };
const dependencies = once(() =>
  createDependencies(readEnvironment(forwardEnvironment, process.env), process.env, (error) => {
    logged.faults += 1;
    if (logged.faults <= LOGGED_FAULTS) logFault(logger)(error);
  }),
);

export const handler = middy(
  async (_event: ForwardEvent, _context: unknown, { signal }: { signal: AbortSignal }) => {
    logged.faults = 0;
    return forward(await dependencies(), AbortSignal.any([signal, takenDown.signal]));
  },
  { timeoutEarlyInMillis: LAST_WORDS_MS },
)
  .use(
    logOutcome(logger, ({ answers, stopped, ...counts }: ForwardReport) => ({
      ...answers,
      ...counts,
      stopped: Object.keys(stopped),
    })),
  )
  .use(parseEvent(forwardEvent));
