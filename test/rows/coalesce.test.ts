import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coalesceCallbacks } from '../../shared/rows/coalesce.ts';
import type { CallbackRecord, RecordOutcome } from '../../shared/rows/ledger.ts';

const record = (rowId: string): CallbackRecord => ({ rowId, at: 0, result: 'hit', status: 'SUCCESS' });

interface Write {
  readonly feed: string;
  readonly rowIds: readonly string[];
  finish(): void;
  fail(error: Error): void;
}

/** A ledger whose writes take until the test ends them. */
const createSlowLedger = () => {
  const writes: Write[] = [];
  const seen = new Set<string>();
  const ledger = coalesceCallbacks({
    recordRefused: async () => undefined,
    recordCallbacks: (feed, records) =>
      new Promise((resolve, reject) => {
        const rowIds = records.map(({ rowId }) => rowId);
        const finish = () =>
          resolve(
            rowIds.map((rowId): RecordOutcome => {
              const name = `${feed}/${rowId}`;
              if (seen.has(name)) return 'duplicate';
              seen.add(name);
              return 'recorded';
            }),
          );
        writes.push({ feed, rowIds, finish, fail: reject });
      }),
  });
  const send = (feed: string, ...rowIds: string[]) => ledger.recordCallbacks(feed, rowIds.map(record));
  return { writes, send };
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('coalescing', () => {
  it('writes a callback that comes alone at once', () => {
    const { writes, send } = createSlowLedger();
    void send('leads', 'a');
    expect(writes.map(({ rowIds }) => rowIds)).toEqual([['a']]);
  });

  it('puts what comes during a write into one write after it, each answered with its own outcome', async () => {
    const { writes, send } = createSlowLedger();
    const first = send('leads', 'a');
    const rest = [send('leads', 'b', 'a'), send('leads', 'c'), send('leads', 'b')];
    expect(writes).toHaveLength(1);
    writes[0]?.finish();
    expect(await first).toEqual(['recorded']);
    await turn();
    expect(writes.map(({ rowIds }) => rowIds)).toEqual([['a'], ['b', 'a', 'c', 'b']]);
    writes[1]?.finish();
    expect(await Promise.all(rest)).toEqual([['recorded', 'duplicate'], ['recorded'], ['duplicate']]);
  });

  it('answers nobody before the write that it is in is done', async () => {
    const { writes, send } = createSlowLedger();
    let answered = 0;
    for (const rowId of ['a', 'b', 'c']) void send('leads', rowId).then(() => (answered += 1));
    writes[0]?.finish();
    await turn();
    expect(answered).toBe(1);
    writes[1]?.finish();
    await turn();
    expect(answered).toBe(3);
  });

  it('fails those whose write failed, and goes on with the next', async () => {
    const { writes, send } = createSlowLedger();
    const first = send('leads', 'a');
    const second = send('leads', 'b');
    writes[0]?.fail(new Error('throttled'));
    await expect(first).rejects.toThrow('throttled');
    await turn();
    writes[1]?.finish();
    expect(await second).toEqual(['recorded']);
    await turn();
    void send('leads', 'c');
    expect(writes).toHaveLength(3);
  });

  it('makes no feed wait for another', () => {
    const { writes, send } = createSlowLedger();
    void send('leads', 'a');
    void send('accounts', 'a');
    expect(writes.map(({ feed }) => feed)).toEqual(['leads', 'accounts']);
  });

  it('puts at most 500 rows into a write, and never splits a request', async () => {
    const { writes, send } = createSlowLedger();
    const batch = (size: number, name: string) =>
      Array.from({ length: size }, (_, index) => `${name}${index}`);
    void send('leads', 'a');
    for (const [size, name] of [
      [300, 'b'],
      [200, 'c'],
      [1, 'd'],
      [500, 'e'],
    ] as const) {
      void send('leads', ...batch(size, name));
    }
    for (let index = 0; index < 4; index += 1) {
      writes[index]?.finish();
      await turn();
    }
    expect(writes.map(({ rowIds }) => rowIds.length)).toEqual([1, 500, 1, 500]);
  });

  it('writes every row of every request once, whatever the order of sending and finishing', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ send: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 }) }),
        fc.constantFrom('finish' as const, 'fail' as const),
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const { writes, send } = createSlowLedger();
        const sent: string[] = [];
        const answers: Promise<number | 'failed'>[] = [];
        let ended = 0;
        const end = async (how: 'finish' | 'fail') => {
          const write = writes[ended];
          if (!write) return;
          ended += 1;
          if (how === 'finish') write.finish();
          else write.fail(new Error('down'));
          await turn();
        };
        for (const step of script) {
          if (typeof step === 'string') await end(step);
          else {
            const rowIds = step.send.map(String);
            sent.push(...rowIds);
            answers.push(
              send('leads', ...rowIds).then(
                (outcomes) => outcomes.length - rowIds.length,
                () => 'failed' as const,
              ),
            );
          }
        }
        while (ended < writes.length) await end('finish');
        for (const answer of await Promise.all(answers)) expect([0, 'failed']).toContain(answer);
        expect(writes.flatMap(({ rowIds }) => rowIds)).toEqual(sent);
      }),
      { numRuns: 60 },
    );
  });
});
