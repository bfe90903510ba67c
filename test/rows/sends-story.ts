import fc from 'fast-check';
import { expect } from 'vitest';
import type { OutstandingRow, SendsLedger } from '../../shared/relay/sends.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import type { FeedSnapshot } from '../../shared/rows/snapshot.ts';
import { createMemoryRowsLedger, type MemoryRowsFeed } from '../support/memory-rows-ledger.ts';
import type { Dies } from './dying.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const START = Date.UTC(2026, 10, 3, 22, 47, 13, 250);
export const RETAIN_DAYS = 3;
const WEBHOOKS = ['first', 'second'] as const;

type Ledger = RowsLedger & SendsLedger;

/** What a process does with some rows. */
export type Act =
  /** `next`: the attempt that follows what it reads; else just that one. */
  | {
      readonly do: 'claim';
      readonly attempt: 'next' | number;
      readonly webhook: string;
      readonly late: number;
    }
  | {
      readonly do: 'settle';
      readonly attempt: number;
      readonly webhook: string;
      readonly outcome: 'accepted' | 'refused';
      readonly late: number;
    }
  /** Reads, claims the next attempt and settles it: what a forwarder does. */
  | { readonly do: 'forward'; readonly webhook: string; readonly outcome: 'accepted' | 'refused' }
  | { readonly do: 'submit'; readonly webhook: string; readonly outcome: 'accepted' | 'unknown' }
  | { readonly do: 'call-back' }
  | { readonly do: 'fold' };

export interface Deed {
  readonly act: Act;
  readonly rows: readonly number[];
  readonly dies: Dies | null;
}

export type Step =
  | { readonly step: 'together'; readonly deeds: readonly Deed[] }
  | { readonly step: 'time'; readonly ms: number }
  | { readonly step: 'rebase'; readonly count: number };

const webhook = fc.constantFrom(...WEBHOOKS);
const late = fc.constantFrom(0, 0, 1_000, 90_000);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      attempt: fc.constantFrom('next' as const, 'next' as const, 1, 2, 3),
      webhook,
      late,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      attempt: fc.constantFrom(1, 1, 2, 2, 3),
      webhook,
      outcome: fc.constantFrom('accepted' as const, 'refused' as const),
      late,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('forward' as const),
      webhook,
      outcome: fc.constantFrom('accepted' as const, 'accepted' as const, 'refused' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      webhook,
      outcome: fc.constantFrom('accepted' as const, 'unknown' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'call-back' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'fold' as const }) },
);
const deed: fc.Arbitrary<Deed> = fc.record({
  act,
  rows: fc.uniqueArray(fc.nat({ max: 23 }), { minLength: 1, maxLength: 8 }),
  dies: fc.option(
    fc.record({
      at: fc.integer({ min: 1, max: 8 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  ),
});
export const story: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        step: fc.constant('together' as const),
        deeds: fc.array(deed, { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        step: fc.constant('time' as const),
        ms: fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 1, max: 10 * MINUTE }) },
          { weight: 2, arbitrary: fc.integer({ min: 10 * MINUTE, max: 6 * HOUR }) },
          { weight: 1, arbitrary: fc.integer({ min: 6 * HOUR, max: 30 * HOUR }) },
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        step: fc.constant('rebase' as const),
        count: fc.integer({ min: 0, max: 50_000 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 25 },
);

/** All that is kept of a row's attempts, as text: the port shows only the last of them. */
export const attemptsText = (
  sends: readonly {
    readonly attempt: number;
    readonly webhook: string;
    readonly at: number;
    readonly state: 'open' | 'accepted';
  }[],
): string =>
  sends
    .toSorted((one, other) => one.attempt - other.attempt)
    .map(({ attempt, webhook: to, at, state }) => `${attempt} ${state} ${to} ${at}`)
    .join(', ');

export const attemptsInMemory = (feed: MemoryRowsFeed | undefined, rowId: string): string =>
  attemptsText(feed?.byId.get(rowId)?.sends ?? []);

/** One thing said of one row, and what came of it as far as anybody knows. */
interface Said {
  readonly now: number;
  readonly tell: (ledger: Ledger) => Promise<string>;
  /** Null: whoever said it got no answer; it may or may not have been heard. */
  readonly answer: string | null;
}

/** What may come first of these lists, and what is left of them then. */
const firsts = (lists: readonly (readonly Said[])[]) =>
  lists.flatMap(([first, ...rest], index) =>
    first ? [[first, lists.map((list, at) => (at === index ? rest : list))] as const] : [],
  );

/**
 * Finds an order in which all this may have happened to a row, each list in its own order, and what got no answer
 * perhaps not at all, so that every answer is right and the row has these attempts in the end. `attemptsAfter` says
 * which it has after so much, null when an answer would have been another.
 */
const findOrder = async (
  history: readonly Said[],
  lists: readonly (readonly Said[])[],
  end: string,
  attemptsAfter: (past: readonly Said[]) => Promise<string | null>,
): Promise<readonly Said[] | null> => {
  const tried = new Set<string>();
  const open: { readonly past: readonly Said[]; readonly left: typeof lists }[] = [
    { past: history, left: lists },
  ];
  for (let state = open.pop(); state; state = open.pop()) {
    const { past, left } = state;
    const attempts = await attemptsAfter(past);
    const isEnd = left.every((list) => list.length === 0);
    if (isEnd && attempts === end) return past;
    const here = `${left.map((list) => list.length)}: ${attempts}`;
    if (attempts === null || tried.has(here)) continue;
    tried.add(here);
    for (const [next, others] of firsts(left)) {
      if (next.answer === null) open.push({ past, left: others });
      open.push({ past: [...past, next], left: others });
    }
  }
  return null;
};

/** What a process says of rows, one call after the other; each call is recorded for every row that it is about. */
const perform = async (
  deed: Deed,
  ledger: Ledger,
  { feed, idOf, now, name }: { feed: string; idOf: (row: number) => string; now: number; name: string },
  record: (row: number, tell: Said['tell'], answers: Promise<readonly string[]>, index: number) => void,
): Promise<void> => {
  const { act: what } = deed;
  const all = async (
    call: (to: Ledger, rows: readonly number[]) => Promise<readonly string[]>,
  ): Promise<readonly string[]> => {
    const answers = call(ledger, deed.rows);
    answers.catch(() => undefined);
    for (const [index, row] of deed.rows.entries())
      record(row, async (to) => (await call(to, [row]))[0] ?? '', answers, index);
    return answers;
  };
  const nextOf = async (): Promise<ReadonlyMap<number, number>> => {
    const states = await ledger.sends(feed, deed.rows.map(idOf));
    return new Map(deed.rows.map((row, index) => [row, (states[index]?.attempts ?? 0) + 1]));
  };
  const claim = (attempts: ReadonlyMap<number, number>, at: number, to: string) =>
    all((each, rows) =>
      each.claim(
        feed,
        rows.map((row) => ({
          rowId: idOf(row),
          webhook: to,
          at,
          attempt: attempts.get(row) ?? 1,
          token: `${name}/${row}`,
        })),
      ),
    );
  const settle = (
    attempts: ReadonlyMap<number, number>,
    at: number,
    to: string,
    outcome: 'accepted' | 'refused',
  ) =>
    all(async (each, rows) => {
      const mine = rows.filter((row) => attempts.has(row));
      await each.settle(
        feed,
        mine.map((row) => ({ rowId: idOf(row), webhook: to, at, attempt: attempts.get(row) ?? 1, outcome })),
      );
      return rows.map(() => '');
    });
  const same = (attempt: number) => new Map(deed.rows.map((row) => [row, attempt]));

  switch (what.do) {
    case 'claim':
      await claim(
        what.attempt === 'next' ? await nextOf() : same(what.attempt),
        now - what.late,
        what.webhook,
      );
      return;
    case 'settle':
      await settle(same(what.attempt), now - what.late, what.webhook, what.outcome);
      return;
    case 'forward': {
      const attempts = await nextOf();
      const outcomes = await claim(attempts, now, what.webhook);
      const won = new Map([...attempts].filter((_, index) => outcomes[index] === 'claimed'));
      await settle(won, now, what.webhook, what.outcome);
      return;
    }
    case 'submit':
      await all(async (each, rows) => {
        const { webhook: to, outcome } = what;
        await each.recordSubmissions(
          feed,
          rows.map((row) => ({ rowId: idOf(row), webhook: to, at: now, outcome })),
        );
        return rows.map(() => '');
      });
      return;
    case 'call-back':
      await all(async (each, rows) => {
        await each.recordCallbacks(
          feed,
          rows.map((row) => ({ rowId: idOf(row), at: now, result: 'hit', status: 'SUCCESS' })),
        );
        return rows.map(() => '');
      });
      return;
    default:
      await ledger.fold(feed, now);
  }
};

const counts = ({ repeats: _, ...snapshot }: FeedSnapshot) => snapshot;

/**
 * Lets a story happen to processes that may die. After each step there must be, for every row, some order of what was
 * said of it in which a ledger in memory gives the same answers and ends in the same state; told in these orders, it
 * must count the same in the end.
 */
export const play = async (
  feed: string,
  steps: readonly Step[],
  clock: { now(): number; move(ms: number): void },
  start: (dies: Dies | null) => { readonly ledger: Ledger; readonly isDead: () => boolean },
  /** The row's attempts as they are stored, by `attemptsText`. */
  attemptsOf: (rowId: string) => Promise<string>,
): Promise<void> => {
  const ids = new Map<number, string>();
  const idOf = (row: number): string => {
    const known = ids.get(row);
    if (known !== undefined) return known;
    const [issued = ''] = row % 6 === 0 ? [`row-${row}`] : issueRowIds(1, clock);
    ids.set(row, issued);
    return issued;
  };
  // Some rows share a bucket.
  for (const [index, id] of issueRowIds(9, clock).entries()) ids.set(2 * index + 1, id);

  const history = new Map<number, Said[]>();
  const rebases: { readonly now: number; readonly count: number }[] = [];
  let steady = start(null).ledger;
  let foldedAt = clock.now();
  await steady.fold(feed, clock.now());
  let told = 0;

  /** A ledger in memory that was told all this in this order; null when it answers otherwise. */
  const retell = async (all: readonly Said[]) => {
    let now = START;
    const feeds = new Map<string, MemoryRowsFeed>();
    const model = createMemoryRowsLedger({ clock: { now: () => now }, retainDays: RETAIN_DAYS, feeds });
    for (const said of all) {
      now = said.now;
      const answer = await said.tell(model);
      if (said.answer !== null && said.answer !== answer) return null;
    }
    now = clock.now();
    return { model, attemptsOf: (rowId: string) => attemptsInMemory(feeds.get(feed), rowId) };
  };

  const together = async (deeds: readonly Deed[]): Promise<void> => {
    const now = clock.now();
    const said = deeds.map(
      () => new Map<number, { tell: Said['tell']; answers: Promise<readonly string[]>; index: number }[]>(),
    );
    const carryOut = async (deed: Deed, at: number): Promise<void> => {
      told += 1;
      const context = { feed, idOf, now, name: `deed-${told}` };
      const record = (
        row: number,
        tell: Said['tell'],
        answers: Promise<readonly string[]>,
        index: number,
      ) => {
        const list = said[at]?.get(row) ?? [];
        list.push({ tell, answers, index });
        said[at]?.set(row, list);
      };
      const process = deed.dies ? start(deed.dies) : { ledger: steady, isDead: () => false };
      try {
        await perform(deed, process.ledger, context, record);
      } catch (error) {
        if (!process.isDead()) throw error;
        // Whoever asked gets no answer, and asks again.
        await perform(deed, start(null).ledger, context, record);
      }
    };
    await Promise.all(deeds.map(carryOut));
    const rows = new Set(said.flatMap((each) => [...each.keys()]));
    for (const row of rows) {
      const lists = said.map((each) =>
        Promise.all(
          (each.get(row) ?? []).map(async ({ tell, answers, index }): Promise<Said> => {
            const answer = await answers.then(
              (given) => given[index] ?? '',
              () => null,
            );
            return { now, tell, answer };
          }),
        ),
      );
      const stored = await attemptsOf(idOf(row));
      const past = history.get(row) ?? [];
      const order = await findOrder(past, await Promise.all(lists), stored, async (all) => {
        return (await retell(all))?.attemptsOf(idOf(row)) ?? null;
      });
      if (!order) throw new Error(`no order explains row ${row}, whose attempts are: ${stored}`);
      history.set(row, [...order]);
    }
  };

  for (const step of steps) {
    if (step.step === 'time') {
      clock.move(step.ms);
      if (step.ms > HOUR) steady = start(null).ledger;
    } else if (step.step === 'rebase') {
      const now = clock.now();
      await steady.rebase(feed, 'first', { count: step.count, at: now, why: 'operator' });
      rebases.push({ now, count: step.count });
    } else {
      await together(step.deeds);
    }
  }

  const everything: readonly Said[] = [
    ...[...history.values()].flat(),
    ...rebases.map(
      ({ now, count }): Said => ({
        now,
        answer: null,
        tell: async (to) => {
          await to.rebase(feed, 'first', { count, at: now, why: 'operator' });
          return '';
        },
      }),
    ),
  ].toSorted((one, other) => one.now - other.now);
  const retold = await retell(everything);
  if (!retold) throw new Error('rows are not independent of each other');
  const { model } = retold;
  const expected = counts(await model.fold(feed, clock.now()));
  const runs = 1 + Math.ceil(Math.max(0, clock.now() - foldedAt) / DAY);
  for (let run = 0; run < runs; run += 1) await steady.fold(feed, clock.now());
  foldedAt = clock.now();
  expect(counts(await steady.fold(feed, clock.now()))).toEqual(expected);
  const all = [...ids.values()];
  expect(await steady.sends(feed, all)).toEqual(await model.sends(feed, all));
  const query = { from: START - HOUR, to: clock.now() + 1, limit: 7 };
  expect(await allOutstanding(steady, feed, query)).toEqual(await allOutstanding(model, feed, query));
};

const allOutstanding = async (
  ledger: SendsLedger,
  feed: string,
  query: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<readonly OutstandingRow[]> => {
  const rows: OutstandingRow[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await ledger.outstanding(feed, { ...query, ...(cursor !== undefined && { cursor }) });
    rows.push(...page.rows);
    cursor = page.cursor;
  }
  return rows;
};
