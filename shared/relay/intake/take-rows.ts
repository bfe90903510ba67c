import type { Clock } from '../../clock.ts';
import { type RowPlace, rowIdAt } from '../../rows/row-id.ts';
import type { QueuedRow } from '../queue.ts';
import type { RowSink } from './coalesce.ts';
import { refuseDuplicates } from './duplicates.ts';
import type { FeedIntake } from './feed-intake.ts';
import type { Refusal, RowOutcome } from './outcome.ts';
import { parseRows } from './parse-rows.ts';
import type { IdempotencyStore, RememberedRequest, SeenStore, Waker } from './ports.ts';
import { faultOf, type PreparedRow, prepared } from './prepare.ts';

export interface RowsRequest {
  readonly feed: string;
  readonly text: string;
  readonly contentType: string;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  readonly settings: FeedIntake;
}

export interface TakeRowsPorts {
  readonly queue: RowSink;
  readonly idempotency: IdempotencyStore;
  readonly seen: SeenStore;
  readonly waker: Waker;
  /** One for the whole process, so that rows which come one by one are counted together. */
  readonly takePlaces: (count: number) => readonly RowPlace[];
  readonly clock: Clock;
  /** A digest of a text that nobody can make another text for. */
  readonly digest: (text: string) => string;
  /** Told of what went wrong once the rows were durable; never thrown on. */
  readonly onFault: (error: unknown) => void;
}

export type RowsTaken =
  /** In the order of the rows. `single`: the body was an object, not an array. */
  | { readonly kind: 'outcomes'; readonly outcomes: readonly RowOutcome[]; readonly single: boolean }
  | { readonly kind: 'malformed'; readonly detail: string }
  | { readonly kind: 'unsupported'; readonly detail: string }
  | { readonly kind: 'too-many' }
  /** The key was used for another body. */
  | { readonly kind: 'conflict' };

/** How long an answer waits, once the rows are durable, for what only serves a later request, ms. */
const REMEMBER_MS = 1_000;
/** A function is frozen with its answer, so a first connection is waited for: else rows wait for the schedule. */
const WAKE_MS = 500;

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

/** A row with what is known of it so far. */
interface Candidate {
  readonly row: PreparedRow | null;
  readonly fault: Refusal | null;
}

/** Refuses, and issues ids to the rest. */
const outcomesOf = async (
  { seen, takePlaces }: TakeRowsPorts,
  { feed, settings }: RowsRequest,
  candidates: readonly Candidate[],
  now: number,
): Promise<readonly RowOutcome[]> => {
  const { duplicatesWithinMs: windowMs, entity: key } = settings;
  const faults = await refuseDuplicates(seen, candidates, { feed, windowMs, key, now });
  const places = takePlaces(faults.filter((fault) => fault === null).length).values();
  return faults.map((fault): RowOutcome => {
    if (fault) return fault;
    const { value: place } = places.next();
    if (!place) throw new Error('fewer places were given than were asked for');
    return { outcome: 'queued', rowId: rowIdAt(place) };
  });
};

/** The rows that have an id. Made of what was sent, and not of what is thought of it now: a repetition sends the same. */
const queuedRows = (
  feed: string,
  candidates: readonly Candidate[],
  { outcomes, takenAt }: RememberedRequest,
): readonly QueuedRow[] =>
  candidates.flatMap(({ row }, index): QueuedRow[] => {
    const outcome = outcomes[index];
    if (row === null || outcome?.outcome !== 'queued') return [];
    const { rowId: id } = outcome;
    const entity = row.entity === undefined ? {} : { entity: row.entity };
    return [{ feed, id, json: row.json(id), takenAt, ...entity, after: 0, tries: 0, origin: 'sender' }];
  });

/** What makes the next request better, and what starts the forwarder: the rows are safe without either. */
const afterwards = async (
  { idempotency, seen, waker, clock, onFault }: TakeRowsPorts,
  { feed, idempotencyKey, settings: { duplicatesWithinMs } }: RowsRequest,
  rows: readonly QueuedRow[],
): Promise<void> => {
  const over = new AbortController();
  const atMost = async (ms: number, work: Promise<void> | undefined): Promise<void> => {
    const done = work?.catch(onFault);
    await Promise.race([done, clock.sleep(ms, over.signal).catch(() => undefined)]);
  };
  const entities = [...new Set(rows.flatMap(({ entity }) => entity ?? []))];
  await Promise.all([
    atMost(WAKE_MS, waker.wake(feed)),
    atMost(REMEMBER_MS, idempotencyKey === undefined ? undefined : idempotency.done(feed, idempotencyKey)),
    duplicatesWithinMs > 0 && entities.length > 0
      ? atMost(REMEMBER_MS, seen.taken(feed, entities, clock.now(), duplicatesWithinMs))
      : undefined,
  ]);
  over.abort();
};

/**
 * Takes the rows of a request: each is refused with its reason, or durable in the queue when this resolves.
 *
 * With a key the outcomes are written down before the rows go into the queue, and that they are there is written down
 * after. So a repetition, wherever the first request ended, sends rows with the same ids, and the ledger lets none of
 * them reach Clay a second time. Without a key a repetition is a new request.
 *
 * Throws what the queue and the stores throw; nothing was promised then, and repeating is safe.
 */
export const takeRows = async (ports: TakeRowsPorts, request: RowsRequest): Promise<RowsTaken> => {
  const { feed, text, contentType, idempotencyKey, settings } = request;
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    return { kind: 'malformed', detail: 'Idempotency-Key is not 1 to 255 printable ASCII characters.' };
  }
  const parsed = parseRows(text, contentType);
  if (parsed.kind !== 'rows') return parsed;
  const { single } = parsed;
  await settings.ready?.();
  const candidates = parsed.rows.map((sent): Candidate => {
    const row = prepared(sent, settings);
    return { row, fault: faultOf(row, settings) };
  });

  const takenAt = ports.clock.now();
  const outcomes = await outcomesOf(ports, request, candidates, takenAt);
  let remembered: RememberedRequest = { outcomes, takenAt };
  // Nothing is remembered of a request of which no row could be taken: after a correction the same key is as good. What
  // looks like a duplicate may be a repetition.
  if (idempotencyKey !== undefined && candidates.some(({ fault }) => fault === null)) {
    const digest = ports.digest(text);
    const begun = await ports.idempotency.begin(feed, idempotencyKey, { digest, ...remembered });
    if (begun.kind === 'conflict') return begun;
    if (begun.kind === 'known') {
      remembered = begun;
      if (begun.done) return { kind: 'outcomes', outcomes: begun.outcomes, single };
    }
  }
  const rows = queuedRows(feed, candidates, remembered);
  if (rows.length > 0) {
    await ports.queue.send(feed, rows);
    await afterwards(ports, request, rows);
  }
  return { kind: 'outcomes', outcomes: remembered.outcomes, single };
};
