import type { Config } from '../config/schema.ts';
import type { DeadLetter, DeadLetterFault } from '../relay/keeping.ts';
import type { OutstandingRow } from '../relay/sends.ts';
import type { ReplaySource } from './job.ts';
import type { PlanPorts } from './ports.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** Rows that are looked at at once; no row itself is read. */
const PAGE = 2_000;
/** Dead letters that are read at once. */
const LETTERS = 200;
/** A copy that goes sooner than this is worth a word. */
const SOON = 24 * HOUR;

/** Which rows are meant. */
export interface ReplayRequest {
  readonly feed: string;
  readonly source: ReplaySource;
  /** Rows that were taken from then on; dead letters that were set aside from then on. Epoch ms. */
  readonly from: number;
  /** And before then. */
  readonly to: number;
  /**
   * Of `uncalled`: rows that were accepted from then on may still come back, and are left alone. Left out: those of
   * the last `rows.lost.afterMinutes`.
   */
  readonly freshFrom?: number;
  /** No more than so many. */
  readonly limit?: number;
  /** Of dead letters: those of one fault only. */
  readonly fault?: DeadLetterFault;
}

/** What is there of what was asked for. */
export interface Survey {
  /** Rows that can be replayed. */
  readonly rows: number;
  /** When the oldest and the newest of them were taken or set aside; of `held` only the oldest, of the last ones seen. */
  readonly oldestAt: number | null;
  readonly newestAt: number | null;
  /** When the first of the copies goes, and how many of them within a day. */
  readonly keptUntil: number | null;
  readonly expiring: number;
  /** Accepted, never called back, and no longer kept: they cannot be sent again. */
  readonly notKept: number;
  /** Accepted so lately that they may still come back. */
  readonly young: number;
  /** An attempt beside the accepted one whose outcome is not known: Clay may have them twice already. */
  readonly uncertain: number;
  /** Accepted more than once already, and never called back: sending them again did not help before. */
  readonly again: number;
  /** Dead letters that hold no row: a message that could not be read, or one that the key at hand does not open. */
  readonly unusable: number;
  /** Dead letters by whose fault. */
  readonly faults: Readonly<Record<DeadLetterFault, number>>;
}

const NOTHING: Survey = {
  rows: 0,
  oldestAt: null,
  newestAt: null,
  keptUntil: null,
  expiring: 0,
  notKept: 0,
  young: 0,
  uncertain: 0,
  again: 0,
  unusable: 0,
  faults: { row: 0, ours: 0 },
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const earliest = (one: number | null, other: number): number => (one === null ? other : Math.min(one, other));
const latest = (one: number | null, other: number): number => (one === null ? other : Math.max(one, other));

/** Rows that were accepted later than this may still come back. */
export const freshFromOf = (
  config: Config,
  { freshFrom }: Pick<ReplayRequest, 'freshFrom'>,
  now: number,
): number => Math.min(now, freshFrom ?? now - config.rows.lost.afterMinutes * MINUTE);

const surveyUncalled = async (config: Config, request: ReplayRequest, ports: PlanPorts): Promise<Survey> => {
  const now = ports.clock.now();
  const fresh = freshFromOf(config, request, now);
  const seen: Mutable<Survey> = { ...NOTHING };

  const look = (row: OutstandingRow, until: number | undefined): void => {
    if (until === undefined) {
      seen.notKept += 1;
      return;
    }
    seen.rows += 1;
    seen.oldestAt = earliest(seen.oldestAt, row.acceptedAt);
    seen.newestAt = latest(seen.newestAt, row.acceptedAt);
    seen.keptUntil = earliest(seen.keptUntil, until);
    if (until - now < SOON) seen.expiring += 1;
    if (row.uncertain) seen.uncertain += 1;
    if (row.accepted > 1) seen.again += 1;
  };

  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await ports.sends.outstanding(request.feed, {
      from: request.from,
      to: request.to,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    const old = page.rows.filter(({ acceptedAt }) => acceptedAt < fresh);
    seen.young += page.rows.length - old.length;
    const ids = old.map(({ rowId }) => rowId);
    const kept = new Map(
      (ids.length === 0 ? [] : await ports.outbox.kept(request.feed, ids)).map((row) => [
        row.rowId,
        row.until,
      ]),
    );
    for (const row of old) look(row, kept.get(row.rowId));
    cursor = page.cursor;
  }
  return seen;
};

/** Whether a dead letter is one of those that were asked for. */
export const isMeant = (
  { at }: Pick<DeadLetter, 'at'>,
  { from, to }: Pick<ReplayRequest, 'from' | 'to'>,
): boolean => at >= from && at < to;

const surveyDeadLetters = async (request: ReplayRequest, ports: PlanPorts): Promise<Survey> => {
  const seen: Mutable<Survey> = { ...NOTHING };
  const faults = { row: 0, ours: 0 };
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await ports.deadLetters.list(request.feed, { limit: LETTERS, ...(cursor && { cursor }) });
    for (const letter of page.letters.filter((each) => isMeant(each, request))) {
      faults[letter.fault] += 1;
      if (request.fault !== undefined && letter.fault !== request.fault) continue;
      if (letter.row === null) {
        seen.unusable += 1;
        continue;
      }
      seen.rows += 1;
      seen.oldestAt = earliest(seen.oldestAt, letter.at);
      seen.newestAt = latest(seen.newestAt, letter.at);
      if (letter.reason === 'uncertain-too-often') seen.uncertain += 1;
    }
    cursor = page.cursor;
  }
  return { ...seen, faults };
};

const surveyHeld = async ({ feed }: ReplayRequest, ports: PlanPorts): Promise<Survey> => {
  const [depth, tally] = await Promise.all([ports.queue.depth(feed), ports.controls.tally(feed)]);
  const rows = depth.waiting + depth.delayed;
  return { ...NOTHING, rows, oldestAt: rows > 0 ? tally.oldestTakenAt : null };
};

/** Counts what a replay would be made of; changes nothing. */
export const survey = (config: Config, request: ReplayRequest, ports: PlanPorts): Promise<Survey> => {
  if (request.source === 'held') return surveyHeld(request, ports);
  return request.source === 'uncalled'
    ? surveyUncalled(config, request, ports)
    : surveyDeadLetters(request, ports);
};
