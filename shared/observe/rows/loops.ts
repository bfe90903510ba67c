import type { Observation } from '../observation.ts';
import { type RowsContext, seenInRows } from './context.ts';
import { sum, windowsIn } from './window.ts';
import { number, rows } from './words.ts';

/** Do the same records enter again and again? Seen only where the sender says which records they are. */
export const observeLoops = (context: RowsContext): Observation => {
  const { feed, snapshot, now } = context;
  const { entriesAbove, minKeys } = context.rows.looping;
  const looping = snapshot.repeats.filter((entries) => entries > entriesAbove);
  const most = snapshot.repeats[0] ?? 0;
  const submitted = sum(windowsIn(snapshot.windows, 60, now), (window) => window.submitted);
  const said = {
    surface: 'loops',
    probe: 'loops',
    subject: feed,
    facts: { records: looping.length, mostEntries: most, entriesAbove, submitted },
  } as const;
  if (looping.length >= minKeys)
    return seenInRows(context, {
      ...said,
      finding: 'looping',
      summary: `${number(looping.length)} records each entered more than ${entriesAbove} times within the hour, one of them ${number(most)} times.`,
    });
  return most > 0
    ? seenInRows(context, {
        ...said,
        finding: 'none',
        summary: `Of ${rows(submitted)} of the last hour, no record entered more often than ${most === 1 ? 'once' : `${number(most)} times`}.`,
      })
    : seenInRows(context, {
        ...said,
        finding: 'too-few',
        summary: 'Nobody said within the hour which records entered.',
      });
};
