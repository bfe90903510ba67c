import type { SendAnswer } from '../../relay/answer.ts';
import type { WebhookStanding } from '../../relay/control.ts';
import { FAILURES } from '../../relay/control-tally.ts';
import type { FindingOf } from '../findings.ts';
import type { Fact, Observation } from '../observation.ts';
import { duration, number, rows } from '../rows/words.ts';
import {
  type Answers,
  answersIn,
  LATELY_MINUTES,
  MINUTE,
  type RelayContext,
  seenInRelay,
  sinceLastRun,
  tallyOf,
  totalOf,
  type WebhookTally,
} from './context.ts';
import { webhookPart } from './probes.ts';

/** So many rows in a row must have failed before it is the webhook and not the moment. */
const STREAK = 3;
/** Where failures and accepted rows mix: so many answers at least, and more than half of them. */
const MIN_ANSWERS = 10;
const MOST = 0.5;
/** So many refused rows are not a row's own fault any more. */
const MIN_REFUSED = 5;
/** A webhook that took over works when it still accepted rows so long after. */
const PROVEN_AFTER = 5 * MINUTE;

/** What an answer that speaks against the webhook is called where webhooks are watched. */
const AGAINST: Readonly<Partial<Record<SendAnswer, FindingOf<'webhook'>>>> = {
  server: 'server-error',
  uncertain: 'timed-out',
  unreachable: 'connection-refused',
  unauthorized: 'unauthorized',
  gone: 'gone',
  unknown: 'unexpected-answer',
};

const SAYS: Readonly<Partial<Record<FindingOf<'webhook'>, string>>> = {
  'server-error': 'Clay answers its rows with server errors',
  'timed-out': 'its rows get no answer',
  'connection-refused': 'its rows do not reach Clay',
  unauthorized: 'Clay refuses its token',
  gone: 'Clay says that there is no such webhook',
  'unexpected-answer': 'its rows get an answer that nobody can read meaning into',
};

interface Seen {
  readonly finding: FindingOf<'webhook'>;
  readonly says: string;
  /** How many rows say so; a failure that rows agree on needs no second look. */
  readonly attempts?: number;
  /** When the last of them was answered, epoch ms. */
  readonly at?: number;
}

const mostOf = (answers: Answers, among: ReadonlySet<SendAnswer>): SendAnswer | undefined =>
  (Object.entries(answers) as [SendAnswer, number][])
    .filter(([answer]) => among.has(answer))
    .toSorted(([a, most], [b, more]) => more - most || (a < b ? -1 : 1))[0]?.[0];

const countOf = (answers: Answers, among: ReadonlySet<SendAnswer>): number =>
  totalOf(Object.fromEntries(Object.entries(answers).filter(([answer]) => among.has(answer as SendAnswer))));

const withStatus = (status: number | null | undefined): string =>
  typeof status === 'number' ? ` (${status})` : '';

/** One failure after another, or more failures than anything else. */
const failing = (tally: WebhookTally, lately: Answers, now: number): Seen | null => {
  const { streak, lastFailure } = tally;
  if (!lastFailure || lastFailure.at <= now - LATELY_MINUTES * MINUTE) return null;
  const answer = FAILURES.has(lastFailure.answer) ? lastFailure.answer : mostOf(lately, FAILURES);
  const finding = answer && AGAINST[answer];
  if (!finding) return null;
  const status = FAILURES.has(lastFailure.answer) ? lastFailure.status : null;
  if (streak >= STREAK)
    return {
      finding,
      says: `${number(streak)} answers in a row: ${SAYS[finding]}${withStatus(status)}`,
      attempts: streak,
      at: Math.min(now, lastFailure.at),
    };
  const failed = countOf(lately, FAILURES);
  const isStillSo = lastFailure.at > now - 2 * MINUTE;
  if (!isStillSo || failed < MIN_ANSWERS || failed <= totalOf(lately) * MOST) return null;
  return {
    finding,
    says: `${number(failed)} of ${number(totalOf(lately))} answers of the last ${LATELY_MINUTES} min: ${SAYS[finding]}${withStatus(status)}`,
    attempts: failed,
    at: Math.min(now, lastFailure.at),
  };
};

const REFUSED: ReadonlySet<SendAnswer> = new Set(['too-large', 'bad-request']);

const rejecting = (lately: Answers): Seen | null => {
  const refused = countOf(lately, REFUSED);
  const accepted = lately.accepted ?? 0;
  if (refused < MIN_REFUSED || refused <= (refused + accepted) * MOST) return null;
  return {
    finding: 'rejecting',
    says: `Clay refused ${number(refused)} of ${rows(refused + accepted)} of the last ${LATELY_MINUTES} min for what they are (400, 413 or the like)`,
    attempts: refused,
  };
};

/** What Clay said once and for all. */
const BARRED: Readonly<Partial<Record<WebhookStanding, Seen>>> = {
  full: { finding: 'limit-reached', says: 'Clay said that it takes no more rows, ever (403)' },
  gone: { finding: 'gone', says: 'Clay said that there is no such webhook' },
  unauthorized: { finding: 'unauthorized', says: 'Clay refused its token' },
};

/** By its count nothing more fits, and nothing can take over: the relay stops before Clay refuses. */
const NO_ROOM: Seen = {
  finding: 'limit-reached',
  says: 'by their number no further row fits, and nothing can take over',
};

const inUse = (context: RelayContext, webhook: string, standing: WebhookStanding): Seen => {
  const { now, choice, control } = context;
  const tally = tallyOf(context.tally, webhook);
  const lately = answersIn(tally, LATELY_MINUTES, now);
  const hasNoRoom = choice.kind === 'none' && choice.why === 'all-full' && control.active !== null;
  const failed =
    BARRED[standing] ?? (hasNoRoom ? NO_ROOM : null) ?? failing(tally, lately, now) ?? rejecting(lately);
  if (failed) return failed;
  const { lastAcceptedAt } = tally;
  // Each row speaks for one run only, so that several runs in a row are several rows.
  if (lastAcceptedAt !== null && now - lastAcceptedAt <= sinceLastRun(context))
    return {
      finding: 'accepting',
      says: `Clay accepted ${rows(lately.accepted ?? 1)} in the last ${LATELY_MINUTES} min, the latest ${duration(now - lastAcceptedAt)} ago`,
    };
  return {
    finding: 'idle',
    says:
      lastAcceptedAt === null
        ? 'no row has been sent to it yet'
        : `no row was accepted for ${duration(now - lastAcceptedAt)}, and none was refused`,
  };
};

/** Whether the webhook in use works, and whether it has for long enough to say that it took over. */
const standingIn = ({
  control: { active, rotation },
  tally,
}: Pick<RelayContext, 'control' | 'tally'>): 'proven' | 'works' | 'unclear' => {
  const { lastAcceptedAt, streak } = tallyOf(tally, active ?? '');
  const since = rotation?.at ?? 0;
  if (lastAcceptedAt === null || streak > 0 || lastAcceptedAt < since) return 'unclear';
  return lastAcceptedAt >= since + PROVEN_AFTER ? 'proven' : 'works';
};

const outOfUse = (context: RelayContext, webhook: string, standing: WebhookStanding): Seen => {
  const { control, tally } = context;
  const { active, rotation } = control;
  const wasUsed = tallyOf(tally, webhook).lastAcceptedAt !== null || standing !== 'unproven';
  if (!wasUsed) return { finding: 'idle', says: 'a standby that no row was sent to yet' };
  const isLeftLast = rotation?.from === webhook;
  const instead = standingIn(context);
  // One that was left before the last one has been told of, whatever becomes of those after it.
  if (instead === 'proven' || (instead === 'works' && !isLeftLast))
    return { finding: 'retired', says: `rows go to ${active} instead, which accepts them` };
  if (standing === 'full' && isLeftLast)
    return {
      finding: 'failed-over',
      says: `Clay takes no more rows on it, ever; rows go to ${active} now`,
    };
  return { finding: 'idle', says: `rows go to ${active} instead, which has not been seen to work for long` };
};

const observeWebhook = (context: RelayContext, webhook: string): Observation => {
  const { control, feed, now } = context;
  const standing = Object.hasOwn(control.webhooks, webhook)
    ? (control.webhooks[webhook]?.standing ?? 'unproven')
    : 'unproven';
  const isActive = control.active === webhook || control.active === null;
  const { finding, says, attempts, at } = (isActive ? inUse : outOfUse)(context, webhook, standing);
  const tally = tallyOf(context.tally, webhook);
  const lately = answersIn(tally, LATELY_MINUTES, now);
  const facts: Record<string, Fact> = {
    standing,
    answers: totalOf(lately),
    accepted: lately.accepted ?? 0,
    ...(tally.streak > 0 ? { failuresInARow: tally.streak } : {}),
    ...(tally.lastFailure?.status ? { lastStatus: tally.lastFailure.status } : {}),
  };
  return seenInRelay(context, {
    surface: 'webhook',
    probe: webhookPart(webhook),
    subject: `${feed}/${webhook}`,
    finding,
    summary: `By its rows: ${says}.`,
    facts,
    ...(attempts === undefined ? {} : { attempts }),
    ...(at === undefined ? {} : { at }),
  });
};

/** Every webhook of the feed, by what came of the rows that were sent to it: evidence that costs nothing. */
export const observeRelayWebhooks = (context: RelayContext): readonly Observation[] =>
  context.settings.webhooks.map(({ id }) => observeWebhook(context, id));
