import type { ForwardPorts, ForwardTrail } from '../../shared/relay/forward/ports.ts';
import { sharedStart } from '../../shared/rows/row-id.ts';
import type { Log } from '../log.ts';
import { ownRowIds } from '../row-log.ts';

/** A line holds so many at most; CloudWatch takes 1 MB. */
const BUCKETS_A_LINE = 1_000;
/** A webhook that refuses every row must not fill the log with them; the report counts all. */
const MOST_SET_ASIDE = 100;

interface Sent {
  readonly feed: string;
  readonly webhook: string;
  readonly answers: Record<string, number>;
  readonly buckets: Set<string>;
}

/** The trail of rows in one run: a line for each webhook at the end, and one for each row that is set aside. */
export const createTrail = (log: Pick<Log, 'info' | 'warn'>) => {
  const sent = new Map<string, Sent>();
  let setAside = 0;

  const of = (feed: string, webhook: string): Sent => {
    const key = `${feed}/${webhook}`;
    const known = sent.get(key) ?? { feed, webhook, answers: {}, buckets: new Set<string>() };
    sent.set(key, known);
    return known;
  };
  const trail: ForwardTrail = {
    answered: ({ feed, webhook, rowId, answer }) => {
      const { answers, buckets } = of(feed, webhook);
      answers[answer] = (answers[answer] ?? 0) + 1;
      const bucket = sharedStart(rowId);
      if (bucket !== null) buckets.add(bucket);
    },
    setAside: ({ feed, webhook, rowId, reason }) => {
      setAside += 1;
      if (setAside > MOST_SET_ASIDE) return;
      const [row_id] = ownRowIds([rowId]);
      log.warn('row set aside', {
        feed,
        reason,
        ...(webhook !== null && { webhook }),
        ...(row_id !== undefined && { row_id }),
      });
    },
  };
  const finish = (): void => {
    for (const { feed, webhook, answers, buckets } of sent.values()) {
      const all = [...buckets];
      for (let from = 0; from === 0 || from < all.length; from += BUCKETS_A_LINE)
        log.info('rows sent', {
          feed,
          webhook,
          // Counted once, however many lines the rows take.
          ...(from === 0 && answers),
          row_buckets: all.slice(from, from + BUCKETS_A_LINE),
        });
    }
  };
  return { trail, finish };
};

/** The ports of a run that leaves a trail. */
export const withTrail = (ports: ForwardPorts, trail: ForwardTrail): ForwardPorts => ({ ...ports, trail });
