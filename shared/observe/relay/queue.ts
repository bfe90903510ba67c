import type { QueueDepth } from '../../relay/queue.ts';
import type { FindingOf } from '../findings.ts';
import type { Observation } from '../observation.ts';
import { duration, rows } from '../rows/words.ts';
import {
  answersIn,
  LATELY_MINUTES,
  MINUTE,
  type RelayContext,
  seenInRelay,
  sinceLastRun,
  tallyOf,
  totalOf,
} from './context.ts';

/** A forwarder begins every minute, so one that has not looked for so long is not there. */
const LOOKS_WITHIN = 5 * MINUTE;
/** Rows that wait so long while nothing holds them and nothing is sent are stuck on our side. */
const AGEING_AFTER = 15 * MINUTE;

interface Seen {
  readonly finding: FindingOf<'relay'>;
  readonly says: string;
  readonly attempts?: number;
}

/** A feed whose queue says how many wait. */
type Counted = RelayContext & { readonly depth: QueueDepth };

const waitingIn = ({ depth }: Pick<Counted, 'depth'>): number =>
  depth.waiting + depth.inFlight + depth.delayed;

/** The time since which some of the rows that wait may have been there, at the latest; null when nothing is known. */
const waitingSince = ({ tally }: RelayContext): number | null => tally.emptyAt ?? tally.oldestTakenAt;

const answeredLately = (context: RelayContext): number =>
  context.settings.webhooks
    .map(({ id }) => totalOf(answersIn(tallyOf(context.tally, id), LATELY_MINUTES, context.now)))
    .reduce((total, answers) => total + answers, 0);

const notLooking = ({ tally, depth, now }: Counted): Seen | null => {
  const { lookedAt } = tally;
  if (lookedAt === null)
    return depth.waiting === 0
      ? null
      : { finding: 'not-looking', says: `${rows(depth.waiting)} wait, and no forwarder has ever looked` };
  if (now - lookedAt <= LOOKS_WITHIN) return null;
  return {
    finding: 'not-looking',
    says: `no forwarder has looked at the queue for ${duration(now - lookedAt)}; ${rows(depth.waiting)} wait`,
    attempts: 2,
  };
};

const ageing = (context: Counted): Seen | null => {
  const { depth, now } = context;
  const since = waitingSince(context);
  if (depth.waiting === 0 || since === null || now - since < AGEING_AFTER) return null;
  if (answeredLately(context) > 0) return null;
  return {
    finding: 'ageing',
    says: `${rows(depth.waiting)} wait, the queue was last empty ${duration(now - since)} ago, and nothing was sent in ${LATELY_MINUTES} min although nothing holds them`,
  };
};

const NOWHERE: Readonly<Record<Extract<RelayContext['choice'], { kind: 'none' }>['why'], string>> = {
  'no-webhooks': 'the feed has no webhook',
  'all-full': 'no webhook has room',
  'table-full': 'the table is full',
  gone: 'Clay knows no such webhook',
  unauthorized: 'Clay refuses the token of the webhook',
  'none-usable': 'no webhook can be used',
  proposed: 'the webhook in use takes no more, and that another one takes over is only proposed',
};

const look = (context: Counted): Seen => {
  const { control, tally, choice, now } = context;
  const [hold] = control.holds;
  if (hold)
    return {
      finding: 'held',
      says: `${rows(waitingIn(context))} wait, because sending is stopped since ${duration(now - hold.since)}: ${hold.why.replace(/\.$/, '')}`,
    };
  // What is wrong with the webhooks is theirs to say; the rows are not stuck on our side.
  if (choice.kind === 'none')
    return { finding: 'held', says: `${rows(waitingIn(context))} wait, because ${NOWHERE[choice.why]}` };
  const stuck = notLooking(context) ?? ageing(context);
  if (stuck) return stuck;
  const isEmpty = tally.emptyAt !== null && now - tally.emptyAt <= sinceLastRun(context);
  if (tally.lookedAt !== null && (isEmpty || answeredLately(context) > 0))
    return {
      finding: 'forwarding',
      says: isEmpty ? 'every row that came was sent' : `rows are sent, and ${rows(waitingIn(context))} wait`,
    };
  return { finding: 'idle', says: `${rows(waitingIn(context))} wait, and nothing was sent yet` };
};

/** The queue of a feed: does our own forwarder work it off, while nothing holds it? */
export const observeQueue = (context: RelayContext): Observation => {
  const { feed, depth, control } = context;
  const said = { surface: 'relay', subject: `${feed}/relay` } as const;
  if (depth === null)
    return seenInRelay(context, {
      ...said,
      finding: 'not-run',
      summary: `Rows of ${feed} on their way to Clay: the queue does not say how many wait.`,
    });
  const { finding, says, attempts } = look({ ...context, depth });
  return seenInRelay(context, {
    ...said,
    finding,
    summary: `Rows of ${feed} on their way to Clay: ${says}.`,
    facts: {
      waiting: waitingIn({ depth }),
      inFlight: depth.inFlight,
      holds: control.holds.length,
    },
    ...(attempts === undefined ? {} : { attempts }),
  });
};
