import type { RelayConfig } from '../../config/schema.ts';
import type { SendAnswer } from '../answer.ts';
import type { FeedControl, Hold, RelayTally } from '../control.ts';
import { addHold, holdOf, markStanding } from '../control-change.ts';

type Rules = RelayConfig['breaker'];

const MINUTE = 60_000;
const BY = 'claywatch';

const WORDS: Readonly<Partial<Record<SendAnswer, string>>> = {
  unauthorized: 'it refuses our token',
  gone: 'it is not there any more',
  server: 'Clay answers with errors',
  uncertain: 'Clay does not answer',
  unreachable: 'Clay cannot be reached',
  unknown: 'its answers cannot be understood',
  'too-large': 'every row is too large for it',
  'bad-request': 'it refuses every row',
};

/** When one real row is tried, after so many trials have failed. */
const waitMs = ({ tryAgainAfterMinutes, coolDownMinutes }: Rules, trials: number): number =>
  Math.min(
    tryAgainAfterMinutes * 2 ** Math.min(trials, 30),
    Math.max(tryAgainAfterMinutes, coolDownMinutes),
  ) * MINUTE;

/** Stops the feed, after one failure after another. A breaker that is open already stays as it is. */
export const trip = (
  control: FeedControl,
  { webhook, answer, at }: { readonly webhook: string; readonly answer: SendAnswer; readonly at: number },
  rules: Rules,
): FeedControl => {
  if (holdOf(control, { kind: 'breaker' })) return control;
  const held = addHold(control, {
    kind: 'breaker',
    answer,
    since: at,
    why: `Sending to ${webhook} failed several times in a row: ${WORDS[answer] ?? answer}.`,
    by: BY,
    tryAt: at + waitMs(rules, 0),
    trials: 0,
  });
  return answer === 'gone' || answer === 'unauthorized'
    ? markStanding(held, webhook, answer, { at, by: BY })
    : held;
};

/** The breaker, if it alone holds the feed and it is time for a trial. */
export const trialDue = ({ holds }: FeedControl, now: number): Hold | null => {
  const [hold, ...others] = holds;
  return hold?.kind === 'breaker' && others.length === 0 && now >= (hold.tryAt ?? 0) ? hold : null;
};

/**
 * Takes the trial: the next one is moved on before the row is sent, so that of several forwarders one tries, and a
 * trial that nobody finishes is followed by another. The same state when it is not due, or somebody else took it.
 */
export const takeTrial = (control: FeedControl, now: number, rules: Rules): FeedControl => {
  const due = trialDue(control, now);
  if (!due) return control;
  const trials = (due.trials ?? 0) + 1;
  return addHold(control, { ...due, trials, tryAt: now + waitMs(rules, trials) });
};

/** The trial failed too: what is known now is what it said. */
export const trialFailed = (control: FeedControl, webhook: string, answer: SendAnswer): FeedControl => {
  const hold = holdOf(control, { kind: 'breaker' });
  if (!hold || hold.answer === answer) return control;
  const why = `Sending to ${webhook} failed again: ${WORDS[answer] ?? answer}.`;
  return addHold(control, { ...hold, answer, why });
};

/** Answers that blame the row; if every row is blamed, it is not the rows. */
export const ROW_FAULTS: ReadonlySet<SendAnswer> = new Set(['too-large', 'bad-request']);

/** Rows that were blamed since the last one that was accepted, as far as the tally tells. */
export const blamedSince = (tally: RelayTally, webhook: string | null): number => {
  const own =
    webhook === null || !Object.hasOwn(tally.webhooks, webhook) ? undefined : tally.webhooks[webhook];
  return (own?.windows ?? [])
    .filter(({ start }) => start > (own?.lastAcceptedAt ?? Number.NEGATIVE_INFINITY))
    .reduce(
      (sum, { counts }) =>
        sum + [...ROW_FAULTS].reduce((blamed, answer) => blamed + (counts[answer] ?? 0), 0),
      0,
    );
};
