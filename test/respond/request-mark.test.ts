import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Actor, Incident } from '../../shared/incident/incident.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { actOnIncident, type Request } from '../../shared/respond/act-on-incident.ts';
import { markOf } from '../../shared/respond/request-mark.ts';
import { allDelivered, MINUTE, NOON, OUTAGE, opened, policy, resolved } from '../incident/fixtures.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';

const ANNA: Actor = { name: 'Anna', via: 'api' };
const BEN: Actor = { name: 'Ben', via: 'api' };
const incident = opened();
const { id } = incident;
const KEY = 'fake-key-1';
const note = (text: string): Request => ({ kind: 'note', text });

const setUp = async (over: (store: IncidentStore) => Partial<IncidentStore> = () => ({})) => {
  const memory = createMemoryIncidentStore();
  for (const one of [incident, opened(OUTAGE)]) await memory.write(one, null);
  const deps = { store: { ...memory, ...over(memory) }, policy, clock: { now: () => NOON + MINUTE } };
  const stored = async () => (await memory.byId(id)) as Incident;
  return {
    memory,
    stored,
    notes: async () => (await stored()).timeline.flatMap(({ kind, text }) => (kind === 'note' ? [text] : [])),
    does: (request: Request, key?: string, by = ANNA, of = id) => actOnIncident(deps, of, request, by, key),
  };
};

describe('a request with a key', () => {
  it('is done once, and answered like the first time', async () => {
    const { does, notes, stored } = await setUp();
    const first = await does(note('ticket 4711'), KEY);
    const again = await does(note('ticket 4711'), KEY);
    expect([first.kind, again.kind]).toEqual(['done', 'done']);
    expect(await notes()).toEqual(['ticket 4711']);
    expect((await stored()).version).toBe(2);
  });

  it('is done as often as it is sent without a key, or with another', async () => {
    const { does, notes } = await setUp();
    for (const key of [undefined, undefined, 'one', 'two', 'one']) await does(note('x'), key);
    expect(await notes()).toHaveLength(4);
  });

  it('is known however the incident went on', async () => {
    const { does, stored } = await setUp();
    await does({ kind: 'acknowledge' }, KEY);
    await does({ kind: 'unacknowledge' }, 'another', BEN);
    expect(await does({ kind: 'acknowledge' }, KEY)).toMatchObject({ kind: 'done' });
    expect((await stored()).status).toBe('triggered');
    await does({ kind: 'resolve', force: true }, 'close');
    expect(await does({ kind: 'acknowledge' }, KEY)).toMatchObject({ kind: 'done' });
    expect((await stored()).status).toBe('resolved');
  });

  it('is known although a newer incident has taken the place of this one', async () => {
    const { does, memory } = await setUp();
    await does(note('x'), KEY);
    const over = allDelivered(resolved((await memory.byId(id)) as Incident, NOON + MINUTE), NOON + MINUTE);
    // As far as the store goes: one version after the other.
    const before = (await memory.byId(id)) as Incident;
    await memory.write({ ...over, version: before.version + 1 }, before);
    const later = { ...opened(incident, NOON + 30 * MINUTE), version: 1 };
    await memory.write(later, (await memory.byId(id)) as Incident);
    expect(await does(note('x'), KEY)).toMatchObject({ kind: 'done', incident: { id } });
    expect(await does(note('y'), 'another')).toMatchObject({ kind: 'archived' });
  });

  it.each<[string, Request, Actor]>([
    ['another text', note('y'), ANNA],
    ['another action', { kind: 'acknowledge' }, ANNA],
    ['another person', note('x'), BEN],
  ])('is refused with %s', async (_, request, by) => {
    const { does, stored } = await setUp();
    await does(note('x'), KEY);
    expect(await does(request, KEY, by)).toEqual({ kind: 'conflict' });
    expect((await stored()).version).toBe(2);
  });

  it('belongs to one incident: of another it is a new one', async () => {
    const { does } = await setUp();
    await does(note('x'), KEY);
    expect(await does(note('y'), KEY, ANNA, opened(OUTAGE).id)).toMatchObject({ kind: 'done' });
  });

  it('is not used up by what was refused, or was so already', async () => {
    const { does } = await setUp();
    expect(await does({ kind: 'review' }, KEY)).toMatchObject({ kind: 'refused' });
    expect(await does({ kind: 'unmerge' }, KEY)).toMatchObject({ kind: 'unchanged' });
    expect(await does({ kind: 'merge', intoId: 'inc-20260101-00000000' }, KEY)).toMatchObject({
      kind: 'not-found',
    });
    expect(await does(note('x'), KEY)).toMatchObject({ kind: 'done' });
  });

  it('is done once by many at the same moment', async () => {
    const { does, notes } = await setUp();
    const results = await Promise.all(Array.from({ length: 6 }, () => does(note('x'), KEY)));
    expect(results.map(({ kind }) => kind)).toEqual(Array(6).fill('done'));
    expect(await notes()).toEqual(['x']);
  });

  it('is done once when the answer of the store was lost and the write is tried again', async () => {
    let lost = 0;
    const { does, notes } = await setUp((store) => ({
      write: async (...args) => {
        const result = await store.write(...args);
        lost += 1;
        return lost === 1 ? 'conflict' : result;
      },
    }));
    expect(await does(note('x'), KEY)).toMatchObject({ kind: 'done' });
    expect(await notes()).toEqual(['x']);
  });

  it('is done once when it failed after the write and is sent again', async () => {
    let calls = 0;
    const { does, notes } = await setUp((store) => ({
      write: async (...args) => {
        const result = await store.write(...args);
        calls += 1;
        if (calls === 1) throw new Error('the function ended');
        return result;
      },
    }));
    await expect(does(note('x'), KEY)).rejects.toThrow('ended');
    expect(await does(note('x'), KEY)).toMatchObject({ kind: 'done' });
    expect(await notes()).toEqual(['x']);
  });

  it('adds nothing to what is done, and little to what is stored', async () => {
    const requests = fc.constantFrom<Request>(
      { kind: 'acknowledge' },
      { kind: 'unacknowledge' },
      { kind: 'mitigate', text: 'by hand' },
      { kind: 'resolve', force: true },
      { kind: 'review' },
      { kind: 'note', text: 'x' },
      { kind: 'update', text: 'x', audience: 'stakeholders' },
      { kind: 'assign', to: 'Ben' },
      { kind: 'set-severity', severity: 'P3' },
      { kind: 'merge', intoId: opened(OUTAGE).id },
      { kind: 'unmerge' },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { maxLength: 12 }), async (asked) => {
        const [plain, keyed] = await Promise.all([setUp(), setUp()]);
        for (const [index, request] of asked.entries()) {
          const one = await plain.does(request);
          const other = await keyed.does(request, `key-${index}`);
          expect(other.kind).toBe(one.kind);
          if (one.kind === 'done') expect((await keyed.does(request, `key-${index}`)).kind).toBe('done');
        }
        const { timeline, ...rest } = await keyed.stored();
        const without = { ...rest, timeline: timeline.map(({ request: _, ...entry }) => entry) };
        expect(JSON.parse(JSON.stringify(without))).toEqual(JSON.parse(JSON.stringify(await plain.stored())));
        for (const { request } of timeline)
          if (request) expect(JSON.stringify(request).length).toBeLessThan(64);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the mark of a request', () => {
  it('is the same in whatever order the request is written, and holds nothing of it', async () => {
    const one = await markOf('k', { kind: 'note', text: 'Bearer fake' });
    expect(one).toEqual(await markOf('k', { text: 'Bearer fake', kind: 'note' }));
    expect(Object.values(one).every((hash) => /^[A-Za-z0-9+/]{16}$/.test(hash))).toBe(true);
  });

  it('tells apart what differs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (one, other) => {
        const [first, second] = await Promise.all([
          markOf(one, { text: one }),
          markOf(other, { text: other }),
        ]);
        expect(first.key === second.key).toBe(one === other);
        expect(first.body === second.body).toBe(one === other);
      }),
    );
  });
});
