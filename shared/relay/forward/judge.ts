import type { FeedConfig } from '../../config/schema.ts';
import { certaintyOf } from '../answers.ts';
import { FAILURES } from '../control-tally.ts';
import type { SendResult } from '../sends.ts';
import { blamedSince, ROW_FAULTS } from './breaker.ts';
import type { Hand } from './hand.ts';
import type { Ready, Sending } from './lane.ts';
import type { Answered } from './post.ts';
import type { Run } from './run.ts';
import type { Steering } from './steering.ts';

/** What becomes of a row once Clay has answered, or has not. */
export interface Judge {
  answered(sending: Sending, answered: Answered, at: number): Promise<void>;
  /** It was claimed, and not sent. */
  unsent(sending: Sending): Promise<void>;
}

export interface JudgeOptions {
  readonly run: Run;
  readonly name: string;
  readonly feed: FeedConfig;
  readonly steering: Steering;
  readonly hand: Hand;
  readonly settle: (result: SendResult) => Promise<void>;
  /** To be sent again as soon as there is a slot. */
  readonly again: (ready: Ready) => void;
  /** How long an attempt counts as under way, ms. */
  readonly claimMs: number;
}

/** A trial that failed is better repeated with another row: the row may be what failed. It goes behind the others. */
const AFTER_TRIAL_S = 60;
const MAX_BACKOFF_S = 300;
/** Other rows pass if one did within this time, ms. */
const LATELY_MS = 600_000;

export const createJudge = (options: JudgeOptions): Judge => {
  const { run, name, feed, steering, hand, settle, again, claimMs } = options;
  const { ports, clock } = run;
  const { relay } = ports.config;
  /** Since the last accepted row: answers that speak against the webhook, and rows that were blamed. */
  let streak: { webhook: string; failures: number; blamed: number } | null = null;
  let acceptedAt: number | null = null;
  /** A full webhook says so to every row that was under way; once is enough. */
  const rebased = new Set<string>();

  const streakOf = (webhook: string) => {
    if (streak?.webhook !== webhook) {
      const tally = steering.tallyAtStart();
      const isFirst = streak === null;
      const known = tally && Object.hasOwn(tally.webhooks, webhook) ? tally.webhooks[webhook] : undefined;
      streak = {
        webhook,
        failures: isFirst ? (known?.streak ?? 0) : 0,
        blamed: isFirst && tally ? blamedSince(tally, webhook) : 0,
      };
      acceptedAt ??= known?.lastAcceptedAt ?? null;
    }
    return streak;
  };

  const othersPass = (at: number): boolean => acceptedAt !== null && Math.abs(at - acceptedAt) < LATELY_MS;

  const holds = (): boolean => (steering.control()?.holds.length ?? 0) > 0;

  /** Counts an answer; the feed is stopped when it is one too many. */
  const countFailure = async (sending: Sending, { answer }: Answered): Promise<void> => {
    const { webhook, isTrial } = sending;
    const own = streakOf(webhook);
    if (FAILURES.has(answer)) own.failures += 1;
    if (ROW_FAULTS.has(answer)) own.blamed += 1;
    if (isTrial) return steering.trialFailed(webhook, answer);
    const control = steering.control();
    if (holds() || control?.active !== webhook) return;
    const isRefusal = answer === 'gone' || answer === 'unauthorized';
    if (isRefusal && control.rotation && !control.rotation.verified && control.rotation.from !== null)
      return steering.refusedAtOnce(webhook, answer);
    const most = relay.breaker.failures;
    if (own.failures >= most || own.blamed >= most) await steering.trip(webhook, answer);
  };

  const accepted = async (sending: Sending, at: number, settled: Promise<void>): Promise<void> => {
    const { webhook, isTrial, ready } = sending;
    const own = streakOf(webhook);
    own.failures = 0;
    own.blamed = 0;
    acceptedAt = at;
    steering.accepted(webhook, isTrial);
    // Clay has it, whether or not that could be written down: it must not be sent again.
    await settled.catch((error: unknown) => run.fault(error, 'noting an accepted row'));
    await hand.remove(ready.received.handle);
  };

  /** It may be at Clay: it is sent again when the attempt can no longer be under way, and counted as uncertain. */
  const uncertain = async ({ ready }: Sending): Promise<void> => {
    await hand.putBack([ready.received], claimMs / 1_000);
  };

  const rebase = async (webhook: string, at: number): Promise<void> => {
    const config = feed.webhooks.find(({ id }) => id === webhook);
    if (!config || config.unlimited || rebased.has(webhook)) return;
    rebased.add(webhook);
    await ports.rows.rebase(name, webhook, { count: config.limit, at, why: 'limit-answer' });
  };

  /** Without a change of anything: the very same row goes again. */
  const repeat = async ({ ready, isTrial }: Sending): Promise<void> => {
    if (isTrial) await hand.putBack([ready.received], 0);
    else again(ready);
  };

  const blamed = async (
    { ready, webhook, isTrial }: Sending,
    { answer, status }: Answered,
  ): Promise<void> => {
    if (isTrial) return hand.renew([ready.received], {}, AFTER_TRIAL_S);
    if (holds()) return hand.putBack([ready.received], 0);
    const isSize = answer === 'too-large';
    await hand.setAside(ready.received, {
      fault: 'row',
      reason: isSize ? 'too-large' : 'bad-request',
      detail: isSize ? 'Clay takes no row of this size.' : 'Clay refused the row as malformed.',
      status,
      webhook,
    });
  };

  /** Not taken, and perhaps because of this row: later again, and not for ever while others pass. */
  const puzzling = async ({ ready, webhook, isTrial }: Sending, { status }: Answered, at: number) => {
    const { received } = ready;
    const tries = received.row.tries + 1;
    if (tries >= relay.tries && othersPass(at) && !isTrial && !holds()) {
      await hand.setAside(received, {
        fault: 'ours',
        reason: 'unknown-answer',
        detail: `Answered ${tries} times in a way that says nothing of the row, while others went through.`,
        status,
        webhook,
      });
      return;
    }
    const backoff = isTrial ? AFTER_TRIAL_S : Math.min(MAX_BACKOFF_S, 2 ** Math.min(tries, 9));
    run.report.putBack += 1;
    await hand.renew([received], { tries: Math.min(tries, relay.tries) }, backoff);
  };

  const dispose = async (sending: Sending, answered: Answered, at: number): Promise<void> => {
    switch (answered.answer) {
      case 'limit':
        return repeat({ ...sending, isTrial: false });
      case 'rate':
      case 'gone':
      case 'unauthorized':
      case 'unreachable':
        return repeat(sending);
      case 'too-large':
      case 'bad-request':
        return blamed(sending, answered);
      default:
        return puzzling(sending, answered, at);
    }
  };

  /** What an answer changes for everybody, before the row is seen to. */
  const announce = async (sending: Sending, answered: Answered, at: number): Promise<void> => {
    const { webhook } = sending;
    if (answered.answer === 'rate') {
      run.pauses.count += 1;
      await ports.pacer.slowDown(answered.pauseMs);
      return;
    }
    if (answered.answer === 'limit') {
      await steering.full(webhook);
      await rebase(webhook, at);
      return;
    }
    await countFailure(sending, answered);
  };

  return {
    unsent: async ({ ready, webhook, claimedAt }) => {
      const { id } = ready.received.row;
      const result = { rowId: id, webhook, attempt: ready.attempt, outcome: 'refused' as const };
      try {
        await settle({ ...result, at: Math.max(clock.now(), claimedAt) });
      } catch (error) {
        await hand.putBack([ready.received], claimMs / 1_000);
        throw error;
      }
      again(ready);
    },

    answered: async (sending, answered, at) => {
      const { ready, webhook, claimedAt } = sending;
      const { answer } = answered;
      ports.trail?.answered({ feed: name, webhook, rowId: ready.received.row.id, answer });
      const certainty = certaintyOf(answer);
      const settled =
        certainty === 'unknown'
          ? Promise.resolve()
          : settle({
              ...{ rowId: ready.received.row.id, webhook, attempt: ready.attempt, outcome: certainty },
              // Never before the claim, though the clock was set back: a refusal would say nothing of it.
              at: Math.max(at, claimedAt),
            });
      if (certainty === 'accepted') return accepted(sending, at, settled);
      const announced = announce(sending, answered, at).catch((error: unknown) =>
        run.fault(error, 'noting a failure'),
      );
      try {
        await settled;
      } catch (error) {
        await uncertain(sending);
        throw error;
      }
      await announced;
      if (certainty === 'unknown') await uncertain(sending);
      else await dispose(sending, answered, at);
    },
  };
};
