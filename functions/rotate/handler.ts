import middy from '@middy/core';
import type { RotationPorts, RotationReport } from '../../shared/rotate/rotate.ts';
import type { UpkeepPorts, UpkeepReport } from '../../shared/rotate/upkeep.ts';
import { logOutcome, parseEvent } from '../edge.ts';
import { readEnvironment } from '../environment.ts';
import { logFault } from '../http/edge.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { rotateEnvironment } from './environment.ts';
import { type RotateEvent, rotateEvent } from './event.ts';

export type RotateDependencies = RotationPorts & UpkeepPorts;

/** Left for saying so when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

/** A step that Secrets Manager asks for, or the turn of the schedule. Rejects when a step could not be made. */
export const rotate = async (
  dependencies: RotateDependencies,
  event: RotateEvent,
): Promise<RotationReport | UpkeepReport> => {
  if (event.kind === 'upkeep') {
    const { createUpkeep } = await import('../../shared/rotate/upkeep.ts');
    return createUpkeep(dependencies)();
  }
  const { createRotation } = await import('../../shared/rotate/rotate.ts');
  return createRotation(dependencies)(event);
};

const log = createLogger('rotate');
const dependencies = once(async () => {
  const environment = readEnvironment(rotateEnvironment, process.env);
  return createDependencies(environment, process.env, logFault(log));
});

export const handler = logged(
  log,
  middy(async (event: RotateEvent) => rotate(await dependencies(), event), {
    timeoutEarlyInMillis: LAST_WORDS_MS,
  })
    .use(logOutcome(log, (report: RotationReport | UpkeepReport) => ({ ...report })))
    .use(parseEvent(rotateEvent)),
);
