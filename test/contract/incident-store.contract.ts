import { beforeEach, describe, expect, it } from 'vitest';
import { act } from '../../shared/incident/act.ts';
import { decide } from '../../shared/incident/decide.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { tick } from '../../shared/incident/tick.ts';
import {
  allDelivered,
  DAY,
  evidence,
  HOUR,
  MINUTE,
  NOON,
  OUTAGE,
  opened,
  policy,
  resolved,
  verdict,
  WEBHOOK,
} from '../incident/fixtures.ts';

const written = async (
  store: IncidentStore,
  next: Incident,
  expected: Incident | null,
): Promise<Incident> => {
  expect(await store.write(next, expected)).toBe('written');
  return next;
};

/** Opened, told, resolved, told; in as many writes. */
const lived = async (store: IncidentStore, first: Incident): Promise<Incident> => {
  let current = await written(store, first, null);
  for (const step of [
    (incident: Incident) => allDelivered(incident, first.openedAt + 1),
    (incident: Incident) => ({ ...resolved(incident, first.openedAt + MINUTE) }),
    (incident: Incident) => allDelivered(incident, first.openedAt + MINUTE + 1),
  ])
    current = await written(store, step(current), current);
  return current;
};

/** Like `resolved`, told with its recovery in one version: what the next opening replaces. */
const openNext = (old: Incident, now: number): Incident =>
  decide(old, old, { kind: 'verdict', verdict: verdict(old), detectedAt: now }, policy, now) as Incident;

/**
 * The contract of `IncidentStore`. `subject` makes keys that no other test of the run uses, since real tables are not
 * emptied between tests.
 */
export const incidentStoreContract = (name: string, storeOf: () => IncidentStore): void => {
  describe(`incident store, ${name}`, () => {
    let store: IncidentStore;
    let key: { cause: 'webhook.intake-failing'; subject: string };
    let tests = 0;

    beforeEach(() => {
      store = storeOf();
      tests += 1;
      key = { cause: 'webhook.intake-failing', subject: `leads/webhook-${tests}` };
    });

    const mine = (incidents: readonly Incident[]) =>
      incidents.filter(({ subject }) => subject === key.subject);
    const listed = async (since = 0, limit = 1_000) => mine(await store.list({ since, limit }));

    it('holds nothing for a key that was never written', async () => {
      expect(await store.current(key.cause, key.subject)).toBeNull();
      expect(await store.byId('inc-20261103-00000000')).toBeNull();
      expect(await store.byId('no such id')).toBeNull();
      expect(mine(await store.active())).toEqual([]);
      expect(await listed()).toEqual([]);
    });

    it('gives back exactly what was written, whichever way it is found', async () => {
      const exotic = evidence({
        summary: 'Signs: ü € 😀 \u2028 "quoted" \\ back',
        facts: { empty: '', zero: 0, fraction: 0.1, big: 2 ** 53, no: false },
      });
      const incident = decide(
        null,
        key,
        { kind: 'verdict', verdict: verdict({ ...key, evidence: [exotic], ruledOut: [] }), detectedAt: 0 },
        policy,
        NOON,
      ) as Incident;
      await written(store, incident, null);

      expect(await store.current(key.cause, key.subject)).toStrictEqual(incident);
      expect(await store.byId(incident.id)).toStrictEqual(incident);
      expect(mine(await store.active())).toStrictEqual([incident]);
      expect(await listed()).toStrictEqual([incident]);
    });

    it('hands out copies: changing what was written or read changes nothing', async () => {
      const incident = structuredClone(opened(key));
      await written(store, incident, null);
      (incident as { summary: string }).summary = 'changed by the writer';
      const read = (await store.current(key.cause, key.subject)) as { summary: string };
      try {
        read.summary = 'changed by a reader';
      } catch {
        // A store may freeze what it hands out.
      }
      expect((await store.current(key.cause, key.subject))?.summary).toBe(verdict().summary);
    });

    it('opens only where nothing is', async () => {
      const first = await written(store, opened(key, NOON), null);
      expect(await store.write(opened(key, NOON + 1), null)).toBe('conflict');
      expect(await store.write(first, null)).toBe('conflict');
      expect(await store.current(key.cause, key.subject)).toStrictEqual(first);
    });

    it('writes only on the version that the writer knew', async () => {
      const first = await written(store, opened(key), null);
      const second = await written(store, allDelivered(first, NOON + 1), first);
      expect(await store.write(resolved(first, NOON + 2), first)).toBe('conflict');
      expect(await store.current(key.cause, key.subject)).toStrictEqual(second);
    });

    it('does not take the same version of another incident for the known one', async () => {
      const first = await written(store, opened(key, NOON), null);
      const other = opened(key, NOON + 1);
      expect(await store.write(resolved(other, NOON + 2), other)).toBe('conflict');
      expect(await store.current(key.cause, key.subject)).toStrictEqual(first);
    });

    it('does not write on what was never stored', async () => {
      const first = opened(key);
      expect(await store.write(resolved(first, NOON + 1), first)).toBe('conflict');
      expect(await store.current(key.cause, key.subject)).toBeNull();
    });

    it('refuses a version that does not follow, and to replace what is open or owes a message', async () => {
      const first = await written(store, opened(key), null);
      await expect(store.write({ ...first, version: 3 }, first)).rejects.toThrow(RangeError);
      await expect(store.write({ ...first, version: 2 }, null)).rejects.toThrow(RangeError);
      await expect(store.write(opened(key, NOON + DAY), first)).rejects.toThrow(RangeError);
      const owing = await written(store, resolved(first, NOON + 1), first);
      await expect(store.write(opened(key, NOON + DAY), owing)).rejects.toThrow(RangeError);
      await expect(store.write({ ...owing, version: 3, subject: 'other' }, owing)).rejects.toThrow(
        RangeError,
      );
    });

    it('is active while open or owing, and not beyond', async () => {
      const first = await written(store, opened(key), null);
      const told = await written(store, allDelivered(first, NOON + 1), first);
      expect(mine(await store.active())).toStrictEqual([told]);
      const owing = await written(store, resolved(told, NOON + 2), told);
      expect(mine(await store.active())).toStrictEqual([owing]);
      const done = await written(store, allDelivered(owing, NOON + 3), owing);
      expect(mine(await store.active())).toEqual([]);
      const again = await written(store, openNext(done, NOON + 4), done);
      expect(again.reopenings).toBe(1);
      expect(mine(await store.active())).toStrictEqual([again]);
    });

    it('is active while somebody holds it closed, and may be replaced all the same', async () => {
      const open = await written(store, opened(key), null);
      const told = await written(store, allDelivered(open, NOON), open);
      const outcome = act(
        told,
        { kind: 'resolve', force: true },
        { name: 'Anna', via: 'cli' },
        { policy, now: NOON + 1 },
      );
      if (outcome.kind !== 'done') throw new Error(outcome.kind);
      const closing = await written(store, outcome.incident, told);
      const closed = await written(store, allDelivered(closing, NOON + 2), closing);
      expect(mine(await store.active())).toStrictEqual([closed]);
      const lapsed = await written(store, tick(closed, policy, NOON + HOUR), closed);
      expect(mine(await store.active())).toEqual([]);
      expect(await store.write(opened(key, NOON + DAY), lapsed)).toBe('written');
    });

    it('keeps a replaced incident readable by id and listed, once', async () => {
      const old = await lived(store, opened(key, NOON));
      const next = await written(store, openNext(old, NOON + DAY), old);
      expect(next.id).not.toBe(old.id);

      expect(await store.current(key.cause, key.subject)).toStrictEqual(next);
      expect(await store.byId(old.id)).toStrictEqual(old);
      expect(await store.byId(next.id)).toStrictEqual(next);
      expect(await listed()).toStrictEqual([next, old]);
      expect(mine(await store.active())).toStrictEqual([next]);
    });

    it('keeps generations apart: what comes after a replacement does not touch the archive', async () => {
      const old = await lived(store, opened(key, NOON));
      const next = await written(store, openNext(old, NOON + DAY), old);
      await written(store, allDelivered(next, NOON + DAY + 1), next);
      expect(await store.write({ ...resolved(old, NOON + DAY), version: old.version + 1 }, old)).toBe(
        'conflict',
      );
      expect(await store.byId(old.id)).toStrictEqual(old);
      expect((await listed()).map(({ id }) => id)).toEqual([next.id, old.id]);
    });

    it('lists newest first, from `since` on, at most `limit`, each id once', async () => {
      let last = await lived(store, opened(key, NOON));
      const all = [last];
      for (let day = 1; day <= 6; day += 1) {
        const next = await written(store, openNext(last, NOON + day * DAY), last);
        const told = await written(store, allDelivered(next, next.openedAt + 1), next);
        const gone = await written(store, resolved(told, next.openedAt + MINUTE), told);
        last = await written(store, allDelivered(gone, next.openedAt + HOUR), gone);
        all.unshift(last);
      }
      const ids = (incidents: readonly Incident[]) => incidents.map(({ id }) => id);
      expect(ids(await listed())).toEqual(ids(all));
      expect(ids(await listed(NOON + 4 * DAY))).toEqual(ids(all.slice(0, 3)));
      expect(ids(await listed(NOON + 4 * DAY + 1))).toEqual(ids(all.slice(0, 2)));
      expect(await store.list({ since: NOON + 5 * DAY, limit: 1 })).toHaveLength(1);
      expect(await store.list({ since: 0, limit: 0 })).toEqual([]);
      expect(ids(mine(await store.list({ since: -1, limit: 1_000 })))).toEqual(ids(all));
      expect(await store.list({ since: Number.POSITIVE_INFINITY, limit: 10 })).toEqual([]);

      // Pages: the incident that a page ends with is not in the next one, whether it is still there or not.
      const [newest, second] = all;
      if (!newest || !second) throw new Error('there are seven');
      const beyond = async (place: Pick<Incident, 'openedAt' | 'id'>, since = 0, limit = 1_000) =>
        ids(mine(await store.list({ since, limit, after: place })));
      expect(await beyond(newest)).toEqual(ids(all.slice(1)));
      expect(await beyond(second, 0, 1_000)).toEqual(ids(all.slice(2)));
      expect(await beyond({ openedAt: newest.openedAt, id: 'inc-99999999-ffffffff' })).toEqual(ids(all));
      expect(await beyond({ openedAt: newest.openedAt, id: 'inc-00000000-00000000' })).toEqual(
        ids(all.slice(1)),
      );
      expect(await beyond(second, NOON + 4 * DAY)).toEqual(ids(all.slice(2, 3)));
      expect(await beyond(second, second.openedAt + 1)).toEqual([]);
    });

    it('keeps causes and subjects apart', async () => {
      const one = await written(store, opened(key), null);
      const other = await written(store, opened({ ...OUTAGE, subject: key.subject }), null);
      expect(await store.current(key.cause, key.subject)).toStrictEqual(one);
      expect(await store.current('clay.outage', key.subject)).toStrictEqual(other);
      expect(await store.current(WEBHOOK.cause, `${key.subject}#`)).toBeNull();
    });

    it('opens one incident when twenty race to', async () => {
      const racers = Array.from({ length: 20 }, (_, index) => opened(key, NOON + index));
      const results = await Promise.all(racers.map((racer) => store.write(racer, null)));
      expect(results.filter((result) => result === 'written')).toHaveLength(1);
      const winner = racers[results.indexOf('written')];
      expect(await store.current(key.cause, key.subject)).toStrictEqual(winner);
      expect(await listed()).toHaveLength(1);
      expect(mine(await store.active())).toHaveLength(1);
    });

    it('opens one incident when twenty race with the very same one', async () => {
      const racer = opened(key);
      const results = await Promise.all(Array.from({ length: 20 }, () => store.write(racer, null)));
      expect(results.filter((result) => result === 'written')).toHaveLength(1);
    });

    it('lets either the re-opening or the new incident win, never both', async () => {
      const old = await lived(store, opened(key, NOON));
      const again = openNext(old, NOON + 30 * MINUTE);
      const fresh = openNext(old, NOON + DAY);
      expect(again.id).toBe(old.id);
      expect(fresh.id).not.toBe(old.id);
      const racers = [again, fresh, again, fresh, again, fresh];
      const results = await Promise.all(racers.map((racer) => store.write(racer, old)));
      expect(results.filter((result) => result === 'written')).toHaveLength(1);

      const winner = racers[results.indexOf('written')] as Incident;
      const current = await store.current(key.cause, key.subject);
      expect(current).toStrictEqual(winner);
      // A loser's archive copy of an incident that lives on must not show through.
      expect(await store.byId(old.id)).toStrictEqual(winner === again ? again : old);
      expect(mine(await store.active())).toStrictEqual([winner]);
      expect(await listed()).toStrictEqual(winner === again ? [again] : [fresh, old]);
    });

    it('archives the newest version even when a slow racer archives an older one afterwards', async () => {
      const old = await lived(store, opened(key, NOON));
      const again = await written(store, openNext(old, NOON + 30 * MINUTE), old);
      const told = await written(store, allDelivered(again, NOON + 31 * MINUTE), again);
      const gone = await written(store, resolved(told, NOON + 32 * MINUTE), told);
      const done = await written(store, allDelivered(gone, NOON + 33 * MINUTE), gone);
      const next = await written(store, openNext(done, NOON + DAY), done);
      // The slow one still knows the version from before the re-opening.
      expect(await store.write(openNext(old, NOON + DAY + 1), old)).toBe('conflict');
      expect(await store.byId(done.id)).toStrictEqual(done);
      expect(await listed()).toStrictEqual([next, done]);
    });

    it('loses no update when writers race and try again', async () => {
      await written(store, opened(key), null);
      const writers = 12;
      const addOne = async (writer: number): Promise<void> => {
        const current = (await store.current(key.cause, key.subject)) as Incident;
        const entry = { at: NOON, kind: 'evidence', text: `writer ${writer}` } as const;
        const next = {
          ...current,
          version: current.version + 1,
          timeline: [...current.timeline, entry],
        };
        if ((await store.write(next, current)) === 'conflict') await addOne(writer);
      };
      await Promise.all(Array.from({ length: writers }, (_, writer) => addOne(writer)));
      const current = await store.current(key.cause, key.subject);
      expect(current?.version).toBe(1 + writers);
      expect(new Set(current?.timeline.map(({ text }) => text)).size).toBe(1 + writers);
    });

    it('reads more active incidents than one page or one batch holds', async () => {
      const cause = 'enrichment.slow';
      const bulk = Array.from({ length: 130 }, (_, index) =>
        opened({ cause, subject: `${key.subject}/bulk-${index}` }, NOON + index),
      );
      for (let start = 0; start < bulk.length; start += 10)
        await Promise.all(bulk.slice(start, start + 10).map((incident) => store.write(incident, null)));
      const prefix = `${key.subject}/bulk-`;
      const active = (await store.active()).filter(({ subject }) => subject.startsWith(prefix));
      expect(active).toHaveLength(bulk.length);
      const newest = await store.list({ since: NOON, limit: 1_000 });
      const own = newest.filter(({ subject }) => subject.startsWith(prefix));
      expect(own.map(({ id }) => id)).toEqual(bulk.map(({ id }) => id).reverse());
    });
  });
};
