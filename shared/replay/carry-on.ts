import type { Config } from '../config/schema.ts';
import type { ReplayJob } from './job.ts';
import type { RunPorts } from './ports.ts';
import { isWorkedOn, type ReplayEvent, type ReplayOutcome, runReplay } from './run.ts';

/** That a replay is to be worked on. `after`: the version of the job that whoever says so has written. */
export interface ReplayCall {
  readonly job: string;
  readonly after: number;
}

/** Has a replay worked on by somebody else, soon. Rejects when that was not taken; it may be said again. */
export interface ReplayStarter {
  start(call: ReplayCall): Promise<void>;
}

export type CarriedOn =
  | ReplayOutcome
  /** There is no such job, or it is not this call's to work on: done, stopped by somebody, or another run has it. */
  | { readonly kind: 'gone' | 'not-ours'; readonly job: ReplayJob | null };

export interface CarryOnOptions {
  /** When it hands over to the next one, epoch ms. */
  readonly until: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ReplayEvent) => void;
}

/**
 * Whether a call may work on a job as it is stored. Calls come twice, late, and again after a run that died:
 *
 * 1. Nobody has written since whoever calls: it is this call's.
 * 2. A run was at it and is seen no more, or something did not answer: it goes on, as somebody wanted.
 * 3. Else it is done, another run has it, or somebody stopped it since: then a call that is late must not begin again.
 */
const isOurs = (job: ReplayJob, { after }: ReplayCall, now: number): boolean => {
  if (job.status === 'done') return false;
  if (job.version === after) return true;
  return job.status === 'running' ? !isWorkedOn(job, now) : job.stopped === 'failed';
};

/**
 * Works on a replay for a while and hands it over to the next run, which may be the same function again. It may die
 * anywhere: whoever called calls again, and finds it half a minute later. Throws what the ports throw; called again, it
 * goes on.
 */
export const carryOn = async (
  config: Config,
  call: ReplayCall,
  ports: RunPorts & { readonly starter: ReplayStarter },
  options: CarryOnOptions,
): Promise<CarriedOn> => {
  const job = await ports.jobs.load(call.job);
  if (!job) return { kind: 'gone', job };
  if (!isOurs(job, call, ports.clock.now())) return { kind: 'not-ours', job };
  const outcome = await runReplay(config, job, ports, options);
  if (outcome.kind === 'yielded')
    await ports.starter.start({ job: outcome.job.id, after: outcome.job.version });
  return outcome;
};
