import middy from '@middy/core';
import type { Config } from '../../shared/config/schema.ts';
import { type CarriedOn, carryOn, type ReplayStarter } from '../../shared/replay/carry-on.ts';
import type { RunPorts } from '../../shared/replay/ports.ts';
import { logOutcome, parseEvent } from '../edge.ts';
import { readEnvironment } from '../environment.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import { replayEnvironment } from './environment.ts';
import { type ReplayEventInput, replayEvent } from './event.ts';

export interface ReplayDependencies {
  readonly config: Config;
  readonly ports: RunPorts & { readonly starter: ReplayStarter };
}

/** How much time Lambda still gives. */
interface Remaining {
  getRemainingTimeInMillis(): number;
}

/** Left for the page that is under way and for handing over, ms. */
const HAND_OVER_MS = 60_000;

/** Works on a replay until it is done or stopped, or hands it over to the next run shortly before the time is up. */
export const replay = (
  { config, ports }: ReplayDependencies,
  event: ReplayEventInput,
  { getRemainingTimeInMillis }: Remaining,
  signal: AbortSignal,
): Promise<CarriedOn> =>
  carryOn(config, event, ports, {
    until: ports.clock.now() + Math.max(0, getRemainingTimeInMillis() - HAND_OVER_MS),
    signal,
  });

/** Whoever runs this takes it down: the page in hand is finished, and the replay can be resumed. */
const takenDown = new AbortController();
process.once('SIGTERM', () => takenDown.abort());

const log = createLogger('replay');
const dependencies = once(async () => {
  const { createDependencies } = await import('./dependencies.ts');
  return createDependencies(readEnvironment(replayEnvironment, process.env), process.env);
});

const run = async (event: ReplayEventInput, context: Remaining): Promise<CarriedOn> =>
  replay(await dependencies(), event, context, takenDown.signal);

export const handler = logged(
  log,
  middy(run)
    .use(
      logOutcome<ReplayEventInput, CarriedOn>(log, ({ kind, job }) => ({
        outcome: kind,
        ...(job && {
          ...{ job: job.id, feed: job.feed, source: job.source, status: job.status },
          ...{ planned: job.planned, queued: job.queued, skipped: job.skipped },
        }),
      })),
    )
    .use(parseEvent(replayEvent)),
);
