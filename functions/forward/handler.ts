import middy from '@middy/core';
import { createMeasure, type MeasureOptions } from '../../shared/metrics/measure.ts';
import { metricsOfForward } from '../../shared/metrics/of-forward.ts';
import type { ForwardOptions } from '../../shared/relay/forward/forwarder.ts';
import type { ForwardPorts, ForwardReport } from '../../shared/relay/forward/ports.ts';
import { logOutcome, parseEvent } from '../edge.ts';
import { readEnvironment } from '../environment.ts';
import { logFault } from '../http/edge.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { forwardEnvironment } from './environment.ts';
import { type ForwardEvent, forwardEvent } from './event.ts';
import { createTrail, withTrail } from './trail.ts';

/** A little more than the minute after which the schedule starts the next one, ms. */
const WORK_MS = 62_000;
/** Answers are waited for so long after that, ms; with the work it ends well before the function's time does. */
const GRACE_MS = 45_000;
/** Left for giving everything back when the function's time runs out all the same, ms. */
const LAST_WORDS_MS = 8_000;
/** A store that is down fails hundreds of times a minute; the report counts all of them. */
const LOGGED_FAULTS = 20;

const startedFor = (event: ForwardEvent): Pick<ForwardOptions, 'reason' | 'feed'> => {
  if (event?.wake && event.feed !== undefined) return { reason: 'lone-row', feed: event.feed };
  return { reason: event?.slot !== undefined && !event.wake ? 'schedule' : 'rows' };
};

/** Sends rows until there are none, or the time is up, or `signal` says so. */
export const forward = async (
  ports: ForwardPorts,
  event: ForwardEvent,
  signal?: AbortSignal,
): Promise<ForwardReport> => {
  const { createForwarder } = await import('../../shared/relay/forward/forwarder.ts');
  const limits = { workMs: WORK_MS, graceMs: GRACE_MS, ...(signal && { signal }) };
  return createForwarder(ports)({ ...limits, ...startedFor(event) });
};

/** Whoever runs this takes it down: rows in hand are given back, and answers that are due are waited for. */
const takenDown = new AbortController();
process.once('SIGTERM', () => takenDown.abort());

const log = createLogger('forward');
let faults = 0;
const dependencies = once(async () => {
  const environment = readEnvironment(forwardEnvironment, process.env);
  return createDependencies(environment, process.env, (error) => {
    faults += 1;
    if (faults <= LOGGED_FAULTS) logFault(log)(error);
  });
});

const logReport = (report: ForwardReport, measured: MeasureOptions, clock: ForwardPorts['clock']): void => {
  const { answers, stopped, ...counts } = report;
  log.info('finished', {
    ...answers,
    ...counts,
    stopped: Object.keys(stopped),
    ...createMeasure(measured, clock).whole(metricsOfForward(report)),
  });
};

const run = async (
  event: ForwardEvent,
  _context: unknown,
  { signal }: { signal: AbortSignal },
): Promise<ForwardReport> => {
  faults = 0;
  const { measured, ...ports } = await dependencies();
  const { trail, finish } = createTrail(log);
  const report = await forward(withTrail(ports, trail), event, AbortSignal.any([signal, takenDown.signal]));
  finish();
  logReport(report, measured, ports.clock);
  return report;
};

export const handler = logged(
  log,
  middy(run, { timeoutEarlyInMillis: LAST_WORDS_MS }).use(logOutcome(log)).use(parseEvent(forwardEvent)),
);
