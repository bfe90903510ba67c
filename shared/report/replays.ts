import { isoInstant } from '../clock.ts';
import { nameOf } from '../notify/who.ts';
import type { ReplayJob } from '../replay/job.ts';
import type { ReplaysResponse } from './setup-shape.ts';

const WHY: Readonly<Record<NonNullable<ReplayJob['stopped']>, string>> = {
  asked: 'Somebody stopped it.',
  held: 'The feed was put on hold; resume the replay when its rows go again.',
  failed: 'Something did not answer; resume it.',
};

/** A replay under way, stopped or done. */
export const replayOf = (job: ReplayJob): ReplaysResponse['replays'][number] => ({
  id: job.id,
  feed: job.feed,
  source: job.source,
  status: job.status,
  stopped: job.status === 'stopped' && job.stopped ? WHY[job.stopped] : null,
  by: nameOf(job.by),
  started_at: isoInstant(job.startedAt),
  updated_at: isoInstant(job.updatedAt),
  planned: job.planned,
  queued: job.queued,
  skipped: job.skipped,
});

/** Replays, newest first. */
export const replaysOf = (jobs: readonly ReplayJob[], now: number): ReplaysResponse => ({
  at: isoInstant(now),
  replays: jobs.map(replayOf),
});
