import fc from 'fast-check';
import { expect } from 'vitest';
import type { CallbackRecord, RowsLedger, SubmissionRecord } from '../../shared/rows/ledger.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import type { FeedSnapshot } from '../../shared/rows/snapshot.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.UTC(2026, 10, 3, 22, 47, 13, 250);
export const RETAIN_DAYS = 2;

/** Something that a process does. What a row says of itself follows from its number, so that repetitions agree. */
export type Act =
  | { readonly do: 'submit'; readonly rows: readonly number[]; readonly outcome: 'accepted' | 'unknown' }
  | { readonly do: 'submit-elsewhere'; readonly rows: readonly number[] }
  | { readonly do: 'call-back'; readonly rows: readonly number[] }
  | { readonly do: 'count'; readonly key: number }
  | { readonly do: 'fold' };

/** A process that does something, and may die at its n-th call to the store: before it is made, or answered. */
export interface Deed {
  readonly act: Act;
  readonly dies: { readonly at: number; readonly when: 'before' | 'after' } | null;
}

/** What happens: things at the same time, time passing, a true count learned, malformed callbacks. */
export type Step =
  | { readonly step: 'together'; readonly deeds: readonly Deed[] }
  | { readonly step: 'time'; readonly ms: number }
  | { readonly step: 'rebase'; readonly count: number; readonly why: 'limit-answer' | 'operator' }
  | { readonly step: 'refused'; readonly count: number };

/** How far clocks may differ for nothing to be overlooked, even for a while. */
const SET_BACK = 25 * MINUTE;

const rows = fc.array(fc.nat({ max: 39 }), { minLength: 1, maxLength: 12 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('submit'), rows, outcome: fc.constant('accepted') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('submit'), rows, outcome: fc.constant('unknown') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('submit-elsewhere'), rows }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('call-back'), rows }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('count'), key: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fold') }) },
) as fc.Arbitrary<Act>;

const deed: fc.Arbitrary<Deed> = fc.record({
  act,
  dies: fc.option(
    fc.record({
      at: fc.integer({ min: 1, max: 12 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  ),
});

const passing = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 10 * MINUTE }) },
  { weight: 2, arbitrary: fc.integer({ min: 10 * MINUTE, max: 6 * HOUR }) },
  { weight: 1, arbitrary: fc.integer({ min: 6 * HOUR, max: 36 * HOUR }) },
  // A clock that is set back.
  { weight: 1, arbitrary: fc.integer({ min: -HOUR, max: -1 }) },
);

export const story: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        step: fc.constant('together' as const),
        deeds: fc.array(deed, { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ step: fc.constant('time' as const), ms: passing }) },
    {
      weight: 1,
      arbitrary: fc.record({
        step: fc.constant('rebase' as const),
        count: fc.integer({ min: 0, max: 50_000 }),
        why: fc.constantFrom('limit-answer' as const, 'operator' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ step: fc.constant('refused' as const), count: fc.integer({ min: 1, max: 9 }) }),
    },
  ),
  { minLength: 1, maxLength: 25 },
);

const PROVIDERS = [undefined, 'alpha', 'beta', 'constructor'];
const RESULTS = ['hit', 'missed', 'skipped', 'failed'] as const;

/** Ids of rows by number: a third each ours, plain and in a row, and of some other kind. */
const createRows = (clock: { now(): number }) => {
  const ids = new Map<number, string>();
  const idOf = (row: number): string => {
    const known = ids.get(row);
    if (known) return known;
    const [issued = ''] = issueRowIds(1, clock);
    const id = row % 3 === 0 ? issued : row % 3 === 1 ? `row-${row}` : `${row}@Example~${row * 7}x`;
    ids.set(row, id);
    return id;
  };
  // Rows are reported somewhat after they were sent.
  const at = (row: number) => clock.now() - (row % 5) * 90_500;
  return {
    submission: (row: number, outcome: 'accepted' | 'unknown', elsewhere = false): SubmissionRecord => ({
      rowId: idOf(row),
      webhook: (row % 2 === 0) === elsewhere ? 'second' : 'first',
      at: at(row),
      outcome,
      ...(row % 4 === 0 && { entity: `entity-${row % 8}` }),
    }),
    callback: (row: number): CallbackRecord => {
      const provider = PROVIDERS[row % 4];
      return {
        rowId: idOf(row),
        at: clock.now(),
        result: RESULTS[row % 4] ?? 'hit',
        status: row % 5 === 0 ? 'RATE_LIMITED' : 'SUCCESS',
        ...(provider && { provider }),
        ...(row % 3 === 0 && { column: 'Work e-mail' }),
        ...(row % 6 === 0 && { crm: 'ok' as const }),
        credits: row / 10,
        actions: row % 3,
      };
    },
  };
};

const perform = async (
  ledger: RowsLedger,
  feed: string,
  what: Act,
  made: ReturnType<typeof createRows>,
  now: number,
): Promise<void> => {
  switch (what.do) {
    case 'submit':
      await ledger.recordSubmissions(
        feed,
        what.rows.map((row) => made.submission(row, what.outcome)),
      );
      return;
    case 'submit-elsewhere':
      await ledger.recordSubmissions(
        feed,
        what.rows.map((row) => made.submission(row, 'unknown', true)),
      );
      return;
    case 'call-back':
      await ledger.recordCallbacks(feed, what.rows.map(made.callback));
      return;
    case 'count':
      await ledger.recordSubmissionCount(feed, {
        idempotencyKey: `batch-${what.key}`,
        webhook: 'first',
        count: what.key * 10,
        at: now,
      });
      return;
    default:
      await ledger.fold(feed, now);
  }
};

/** Repeats are an estimate and take part in no count. */
export const counts = ({ repeats: _, ...snapshot }: FeedSnapshot) => snapshot;

/** Lets a story happen to a model, and to processes that may die; in the end both must count the same. */
export const play = async (
  feed: string,
  steps: readonly Step[],
  clock: { now(): number; move(ms: number): void },
  model: RowsLedger,
  /** A new process on the store under test; `dies` says at which of its calls. */
  start: (dies: Deed['dies']) => { readonly ledger: RowsLedger; readonly isDead: () => boolean },
): Promise<void> => {
  const made = createRows(clock);
  let steady = start(null).ledger;
  await steady.fold(feed, clock.now());
  let foldedAt = clock.now();
  let latest = clock.now();

  const carryOut = async ({ act: what, dies }: Deed): Promise<void> => {
    const process = dies ? start(dies) : { ledger: steady, isDead: () => false };
    try {
      await perform(process.ledger, feed, what, made, clock.now());
    } catch (error) {
      if (!process.isDead()) throw error;
      // Whoever asked gets no answer, and asks again.
      await perform(start(null).ledger, feed, what, made, clock.now());
    }
  };
  const settle = async (): Promise<FeedSnapshot> => {
    const runs = 1 + Math.ceil(Math.max(0, clock.now() - foldedAt) / DAY);
    for (let run = 0; run < runs; run += 1) await steady.fold(feed, clock.now());
    foldedAt = clock.now();
    return steady.fold(feed, clock.now());
  };

  for (const step of steps) {
    if (step.step === 'time') {
      clock.move(Math.max(step.ms, latest - SET_BACK - clock.now()));
      latest = Math.max(latest, clock.now());
      // Processes do not live for ever.
      if (step.ms > HOUR) steady = start(null).ledger;
    } else if (step.step === 'rebase') {
      const to = { count: step.count, at: clock.now(), why: step.why };
      await steady.rebase(feed, 'first', to);
      await model.rebase(feed, 'first', to);
    } else if (step.step === 'refused') {
      await steady.recordRefused(feed, clock.now(), step.count);
      await model.recordRefused(feed, clock.now(), step.count);
    } else {
      await Promise.all(step.deeds.map(carryOut));
      for (const { act: what } of step.deeds) await perform(model, feed, what, made, clock.now());
    }
  }
  // A clock that was set back does not see what was written ahead of it until it is there.
  clock.move(latest - clock.now());
  const expected = counts(await model.fold(feed, clock.now()));
  expect(counts(await settle())).toEqual(expected);
  const read = await steady.snapshot(feed);
  expect(read && counts(read)).toEqual(expected);
};
