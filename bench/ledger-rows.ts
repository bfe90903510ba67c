import { randomUUID } from 'node:crypto';
import type { CallbackRecord, SubmissionRecord } from '../shared/rows/ledger.ts';
import { createPlaces, rowIdAt } from '../shared/rows/row-id.ts';

/** A clock that the bench moves. */
export const createBenchClock = (start: number) => {
  let now = start;
  return {
    now: () => now,
    move: (ms: number) => {
      now += ms;
    },
  };
};
export type BenchClock = ReturnType<typeof createBenchClock>;

/** A small seeded generator: every run of the bench records the same rows. */
export const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const uuidV7 = (now: number): string => {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
};

/** Where row ids come from. */
export const ID_KINDS = {
  'issued by Claywatch': (clock: BenchClock) => {
    const take = createPlaces({ clock });
    return (count: number) => take(count).map(rowIdAt);
  },
  'numbered ("row-17")': () => {
    let next = 0;
    return (count: number) =>
      Array.from({ length: count }, () => {
        next += 1;
        return `row-${next}`;
      });
  },
  UUIDv7: (clock: BenchClock) => (count: number) => Array.from({ length: count }, () => uuidV7(clock.now())),
  UUIDv4: () => (count: number) => Array.from({ length: count }, () => randomUUID()),
} as const;
export type IdKind = keyof typeof ID_KINDS;

export const submissionOf = (rowId: string, at: number): SubmissionRecord => ({
  rowId,
  webhook: 'main',
  at,
  outcome: 'accepted',
});

const PROVIDERS = ['clearbit', 'apollo', 'people-data-labs', 'hunter'];
const COLUMNS = ['Work e-mail', 'Mobile number', 'Company domain'];
const pick = <T>(from: readonly T[], random: () => number): T =>
  from[Math.floor(random() * from.length)] as T;

/** A callback as a table with three enrichment columns and four providers sends it: 60 % hits, all kinds of failures. */
export const callbackOf = (rowId: string, at: number, random: () => number): CallbackRecord => {
  const draw = random();
  const result = draw < 0.6 ? 'hit' : draw < 0.85 ? 'missed' : draw < 0.92 ? 'skipped' : 'failed';
  const statuses = {
    hit: ['SUCCESS'],
    missed: ['SUCCESS_NO_DATA'],
    skipped: ['ERROR_RUN_CONDITION_NOT_MET'],
    failed: ['rate-limited', 'timeout', 'ERROR'],
  };
  return {
    rowId,
    at,
    result,
    status: pick(statuses[result], random),
    provider: pick(PROVIDERS, random),
    column: pick(COLUMNS, random),
    ...(random() < 0.5 && { crm: random() < 0.97 ? 'ok' : 'failed' }),
    credits: 2 + Math.floor(random() * 18),
    actions: 1,
  };
};

/** Cuts a list into parts of `size`. */
export const partsOf = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );

export const shuffled = <T>(all: readonly T[], random: () => number): readonly T[] =>
  all
    .map((value) => ({ value, order: random() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ value }) => value);
