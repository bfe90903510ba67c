import type { Observation } from '../observation.ts';
import { bounds, type Share, shareOf } from './confidence.ts';
import { type RowsContext, seenInRows } from './context.ts';
import { waitingOver } from './flow.ts';
import { MINUTE, sum } from './window.ts';
import { duration, number, percent, shareFacts } from './words.ts';

/** The age up to which rows count as sent lately, minutes; an age that the ledger counts by. */
const LATELY_MINUTES = 240;

/** Rows sent lately, long enough ago to be back: how many of them are not. */
const lately = ({ snapshot, rows, now }: RowsContext): Share => {
  const { afterMinutes } = rows.lost;
  const from = now - LATELY_MINUTES * MINUTE;
  const until = now - afterMinutes * MINUTE;
  const sent = snapshot.windows.filter(({ start }) => start >= from && start <= until);
  const of = sum(sent, ({ submitted }) => submitted);
  return { part: Math.min(of, waitingOver(snapshot.outstanding, afterMinutes, LATELY_MINUTES)), of };
};

const overADay = ({ snapshot }: RowsContext): Share => {
  const { submitted, cameBack } = snapshot.cohort;
  return { part: Math.max(0, submitted - cameBack), of: submitted };
};

/**
 * Do all accepted rows come back? Looks at the rows of a day that had time to, and at those of the last hours, which
 * show sooner that it began, and that it is over. It takes 95 % confidence, so half a percent takes some thousand rows.
 */
export const observeLosses = (context: RowsContext): Observation => {
  const { feed, rows, now, snapshot } = context;
  const { above, minRows, afterMinutes } = rows.lost;
  const recent = lately(context);
  const day = overADay(context);
  const isProven = (share: Share) => share.of >= minRows && bounds(share).low > above;
  const isGood = (share: Share) => share.of >= minRows && shareOf(share) <= above;

  const losing = isProven(recent) || (isProven(day) && shareOf(recent) > above);
  const share = isProven(recent) || recent.of >= minRows ? recent : day;
  const oldest = snapshot.outstanding.oldestAt;
  const said = {
    surface: 'losses',
    probe: 'losses',
    subject: feed,
    facts: {
      ...shareFacts(share, { part: 'notBack', of: 'sent' }),
      afterMinutes,
      ...(oldest === null ? {} : { oldestWaitsMinutes: Math.round((now - oldest) / MINUTE) }),
    },
  } as const;
  const spell = `Of ${number(share.of)} rows sent longer than ${afterMinutes} min ago, ${number(share.part)} have not come back (${percent(shareOf(share))})`;
  if (losing)
    return seenInRows(context, {
      ...said,
      finding: 'losing',
      summary: `${spell}, while others have${oldest === null ? '' : `; the oldest waits for ${duration(now - oldest)}`}.`,
    });
  if (isGood(recent) || (recent.of < minRows && isGood(day)))
    return seenInRows(context, { ...said, finding: 'none', summary: `${spell}.` });
  return seenInRows(context, {
    ...said,
    finding: 'too-few',
    summary: `${spell}: too few to say whether rows are being dropped.`,
  });
};
