import type { RunOut } from '../credits/run-out.ts';
import type { Mark } from '../rows/capacity.ts';
import type { CreditUsage } from './credits.ts';
import type { FeedUsage } from './usage.ts';

/** Something that stops rows: a webhook or a table that is full, a meter that is empty. */
export interface Ahead {
  readonly what: 'webhook' | 'table' | 'credits' | 'actions';
  /** Null for the meters, which are of the whole workspace. */
  readonly feed: string | null;
  /** The webhook or the table. */
  readonly name: string | null;
  /** When, as likely sooner as later (p50), epoch ms; null when it is so already. */
  readonly at: number | null;
}

type Subject = Omit<Ahead, 'at'>;

const ofMark = (mark: Mark | null, subject: Subject): readonly Ahead[] => {
  if (mark?.reach.kind === 'reached') return [{ ...subject, at: null }];
  const at = mark?.reach.kind === 'forecast' ? mark.reach.p50 : null;
  return at === null ? [] : [{ ...subject, at }];
};

/** A meter that is refilled first does not run out. */
const ofMeter = (runOut: RunOut | undefined, what: 'credits' | 'actions'): readonly Ahead[] => {
  const subject = { what, feed: null, name: null };
  if (runOut?.kind === 'exhausted') return [{ ...subject, at: null }];
  if (runOut?.kind !== 'forecast' || runOut.at.p50 === null) return [];
  return runOut.beforeRefill === 'not-before-refill' ? [] : [{ ...subject, at: runOut.at.p50 }];
};

/** What stops rows next, soonest first: what has stopped them already comes before everything. */
export const aheadOf = (feeds: readonly FeedUsage[], credits: CreditUsage): readonly Ahead[] =>
  [
    ...feeds.flatMap(({ feed, limits }) => [
      ...limits.webhooks.flatMap(({ webhook, full }) =>
        ofMark(full, { what: 'webhook', feed, name: webhook }),
      ),
      ...limits.tables.flatMap(({ table, full }) => ofMark(full, { what: 'table', feed, name: table })),
    ]),
    ...ofMeter(credits.credits?.runOut, 'credits'),
    ...ofMeter(credits.actions?.runOut, 'actions'),
  ].sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
