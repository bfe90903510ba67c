/** One attempt of a forwarder to send a row. One that was refused is as if it had never been. */
export interface Attempt {
  readonly attempt: number;
  readonly webhook: string;
  /** When it was sent, epoch ms. */
  readonly at: number;
  /** `open`: under way, or uncertain for good. */
  readonly outcome: 'open' | 'accepted';
  /** Names the claim, so that the same one, repeated, is known again. */
  readonly token?: string;
}

/** What came of an attempt. */
export interface AttemptResult {
  readonly attempt: number;
  readonly webhook: string;
  /** When the answer came, epoch ms. */
  readonly at: number;
  readonly outcome: 'accepted' | 'refused';
}

/** The highest attempt that was begun and not refused; 0 when there is none. */
export const lastAttempt = (sends: readonly Attempt[]): number =>
  sends.reduce((last, { attempt }) => Math.max(last, attempt), 0);

const byNumber = (one: Attempt, other: Attempt): number => one.attempt - other.attempt;

/**
 * The attempts with one more, in order; null when it is not the next one. The same array when this very claim was made
 * before and nobody has gone on since.
 */
export const withClaim = (
  sends: readonly Attempt[],
  { attempt, token, ...rest }: Omit<Attempt, 'outcome'>,
): readonly Attempt[] | null => {
  const last = lastAttempt(sends);
  const known = sends.find((each) => each.attempt === attempt);
  const isSame = token !== undefined && known?.outcome === 'open' && known.token === token;
  if (isSame && attempt === last) return sends;
  if (attempt !== last + 1) return null;
  const claim: Attempt = { ...rest, attempt, outcome: 'open', ...(token !== undefined && { token }) };
  return [...sends, claim];
};

/**
 * The attempts with what came of one, in order; the same array when it says nothing new.
 *
 * An acceptance is a fact, whoever has gone on since, and even if the claim is not known: then it was sent when the
 * answer came. A refusal takes away the claim that it answers; as its number may be in use again, one that was made
 * later or for another webhook is left alone, and an acceptance is never taken back.
 */
export const withResult = (
  sends: readonly Attempt[],
  { attempt, webhook, at, outcome }: AttemptResult,
): readonly Attempt[] => {
  const known = sends.find((each) => each.attempt === attempt);
  const others = sends.filter((each) => each !== known);
  if (outcome === 'accepted') {
    if (known?.outcome === 'accepted') return sends;
    return [...others, { attempt, webhook, at: known?.at ?? at, outcome }].toSorted(byNumber);
  }
  const isAnswered = known?.outcome === 'open' && known.webhook === webhook && known.at <= at;
  return isAnswered ? others : sends;
};
