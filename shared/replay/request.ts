import type { Config } from '../config/schema.ts';
import type { DeadLetterFault } from '../relay/keeping.ts';
import type { ReplaySource } from './job.ts';
import type { ReplayRequest } from './survey.ts';

const MINUTE = 60_000;

/** What somebody wants sent again; times in epoch ms. */
export interface ReplayAsked {
  readonly feed: string;
  readonly source: ReplaySource;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit?: number | undefined;
  /** Of dead letters; left out: those that are not the row's own fault. */
  readonly fault?: DeadLetterFault | 'all' | undefined;
}

/**
 * Which rows are meant: of everything until now, unless said otherwise. Of rows that were never called back, an `until`
 * that is said also says that those accepted before it are not waited for any longer.
 */
export const replayRequest = (
  config: Config,
  { feed, source, since, until, limit, fault = 'ours' }: ReplayAsked,
  now: number,
): ReplayRequest => {
  const usual = now - config.rows.lost.afterMinutes * MINUTE;
  return {
    feed,
    source,
    from: since ?? 0,
    to: Math.min(now, until ?? now),
    ...(until !== undefined && source === 'uncalled' && { freshFrom: Math.max(until, usual) }),
    ...(limit !== undefined && { limit }),
    ...(source === 'dead-letters' && fault !== 'all' && { fault }),
  };
};
