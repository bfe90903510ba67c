import { lastAttempt } from '../rows/attempt.ts';
import { openIn, type Row } from '../rows/row.ts';

/** What is known of one row's way to Clay. */
export interface SendState {
  /** The highest attempt that was begun and not refused; 0: never sent. */
  readonly attempts: number;
  /** The highest attempt that Clay accepted; 0: none. */
  readonly accepted: number;
  /** The last attempt that was begun and whose outcome is not known: under way, or uncertain for good. */
  readonly open: { readonly attempt: number; readonly webhook: string; readonly at: number } | null;
  readonly calledBack: boolean;
}

export const NEVER_SENT: SendState = { attempts: 0, accepted: 0, open: null, calledBack: false };

/** What a row of the ledger says of its sending. */
export const sendStateOf = (row: Row): SendState => {
  const open = openIn(row).at(-1);
  return {
    attempts: lastAttempt(row.sends ?? []),
    accepted: lastAttempt((row.sends ?? []).filter(({ outcome }) => outcome === 'accepted')),
    open: open ? { attempt: open.attempt, webhook: open.webhook, at: open.at } : null,
    calledBack: row.back !== undefined,
  };
};

/** An attempt that is about to be made. Written before the request goes out, so that a crash leaves no unknown unknown. */
export interface SendClaim {
  readonly rowId: string;
  /** The id of the webhook within the feed. */
  readonly webhook: string;
  /** When it is sent, epoch ms; the row counts as sent then, and before or after a rebase. */
  readonly at: number;
  /** `SendState.attempts + 1`. An attempt that was open before stays uncertain for good, and is counted so. */
  readonly attempt: number;
  /**
   * Any text that names this claim alone, if the call may have to be repeated: the same claim with the same token is
   * answered `claimed` again as long as nobody has gone on from it. Without one, a repeated claim is `stale`.
   */
  readonly token?: string;
  readonly entity?: string;
}

/** What came of a claimed attempt. What stays unknown (a timeout after sending) is not said: the claim stays open. */
export interface SendResult {
  readonly rowId: string;
  readonly webhook: string;
  readonly attempt: number;
  /** When the answer came, epoch ms. A refusal says nothing of a claim that was made later than it. */
  readonly at: number;
  readonly outcome: 'accepted' | 'refused';
}

/** A row that Clay accepted and that never came back. */
export interface OutstandingRow {
  readonly rowId: string;
  readonly webhook: string;
  /** When the attempt that was accepted last was sent, epoch ms. */
  readonly acceptedAt: number;
  /** The attempt that was accepted. */
  readonly accepted: number;
  /** An attempt beside it whose outcome is not known. */
  readonly uncertain: boolean;
}

/** The row as one that was accepted and never came back; null when it was not, or did. */
export const outstandingOf = (rowId: string, row: Row): OutstandingRow | null => {
  const accepted = (row.sends ?? []).findLast(({ outcome }) => outcome === 'accepted');
  if (!accepted || row.back) return null;
  const { webhook, at, attempt } = accepted;
  return { rowId, webhook, acceptedAt: at, accepted: attempt, uncertain: openIn(row).length > 0 };
};

/**
 * The part of the rows ledger that the forwarder writes: every attempt to send a row, counted once (invariant 2),
 * whatever dies where. Claims of two forwarders on one row: one wins.
 *
 * Each accepted attempt counts at its webhook, for Clay counts it so; the row counts once everywhere else, at the first.
 * An attempt that is open counts in its webhook's band of uncertainty; a refused one counts nowhere, and its number is
 * used again. What is reported from outside of a row that a forwarder saw accepted counts nothing.
 *
 * A row is remembered for `rows.retainDays` after the day on which its id was issued. After that it is `NEVER_SENT` and
 * every claim is `stale`: to be sent again it needs a new id.
 */
export interface SendsLedger {
  /** Strongly consistent, in the order of the ids. */
  sends(feed: string, rowIds: readonly string[]): Promise<readonly SendState[]>;
  /** `stale`: somebody else has begun that attempt; read again before anything is sent. In the order of the claims. */
  claim(feed: string, claims: readonly SendClaim[]): Promise<readonly ('claimed' | 'stale')[]>;
  /** Idempotent; throws only when the store fails, as all of these do. A result for an attempt that a later claim took over is still counted as what it was. */
  settle(feed: string, results: readonly SendResult[]): Promise<void>;
  /**
   * Accepted and not called back, of rows whose ids were issued from `from` to before `to`, epoch ms; oldest first. A
   * page may hold fewer than `limit`, even none, though more follow; after the last one the cursor is null.
   */
  outstanding(
    feed: string,
    query: { readonly from: number; readonly to: number; readonly cursor?: string; readonly limit: number },
  ): Promise<{ readonly rows: readonly OutstandingRow[]; readonly cursor: string | null }>;
}
