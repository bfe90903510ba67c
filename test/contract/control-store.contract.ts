import { beforeEach, describe, expect, it } from 'vitest';
import { type ControlStore, initialControl, type TallySeen } from '../../shared/relay/control.ts';
import { addHold, changeControl, releaseHold, rotate } from '../../shared/relay/control-change.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const WINDOW = Date.UTC(2026, 10, 21, 17, 20);
const MINUTE = 60_000;

const answered = (
  answer: TallySeen['answers'][number]['answer'],
  at = NOW,
  webhook = 'leads-1',
  status: number | null = null,
) => ({ webhook, answer, status, at });

/** The contract of `ControlStore`. `storeOf` gives an empty store each time. */
export const controlStoreContract = (
  name: string,
  storeOf: () => Promise<ControlStore> | ControlStore,
): void => {
  describe(`control store, ${name}`, () => {
    let store: ControlStore;
    beforeEach(async () => {
      store = await storeOf();
    });

    it('starts every feed at the beginning', async () => {
      expect(await store.load('leads')).toStrictEqual(initialControl('leads'));
      expect(await store.tally('leads')).toStrictEqual({
        feed: 'leads',
        webhooks: {},
        lookedAt: null,
        emptyAt: null,
        oldestTakenAt: null,
      });
    });

    it('gives back exactly what was saved, of each feed its own', async () => {
      const held = addHold(initialControl('leads'), {
        kind: 'cause',
        cause: 'clay.outage',
        subject: 'clay',
        since: NOW,
        why: 'Clay is down – “überall”.',
        by: 'claywatch',
      });
      const saved = {
        ...rotate(held, { from: null, to: 'leads-1', why: 'first', at: NOW, by: 'claywatch' }),
        version: 1,
      };
      expect(await store.save(saved)).toBe('written');
      expect(await store.load('leads')).toStrictEqual(saved);
      expect(await store.load('leads-2')).toStrictEqual(initialControl('leads-2'));
    });

    it('saves only the version that follows', async () => {
      const at = (version: number) => ({ ...initialControl('leads'), version });
      expect(await store.save(at(2))).toBe('conflict');
      expect(await store.save(at(1))).toBe('written');
      expect(await store.save(at(1))).toBe('conflict');
      expect(await store.save(at(3))).toBe('conflict');
      expect(await store.save(at(2))).toBe('written');
      expect((await store.load('leads')).version).toBe(2);
    });

    it('makes one rotation of ten that race', async () => {
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          changeControl(store, 'leads', (control) =>
            rotate(control, { from: null, to: `leads-${index}`, why: 'first', at: NOW, by: 'claywatch' }),
          ),
        ),
      );
      const winner = results.findIndex(({ changed }) => changed);
      expect(results.filter(({ changed }) => changed)).toHaveLength(1);
      expect(await store.load('leads')).toMatchObject({ active: `leads-${winner}`, version: 1 });
      for (const { control } of results) expect(control.active).toBe(`leads-${winner}`);
    });

    it('loses no hold when several are set at once, and releases each alone', async () => {
      const subjects = ['leads-1', 'leads-2', 'leads-3', 'leads-4'];
      await Promise.all(
        subjects.map((subject) =>
          changeControl(store, 'leads', (control) =>
            addHold(control, {
              kind: 'cause',
              cause: 'webhook.gone',
              subject,
              since: NOW,
              why: 'It is gone.',
              by: 'claywatch',
            }),
          ),
        ),
      );
      const { control } = await changeControl(store, 'leads', (held) =>
        releaseHold(
          held,
          { kind: 'cause', cause: 'webhook.gone', subject: 'leads-3' },
          { at: NOW, by: 'claywatch', why: 'It is back.', trickleRows: 5 },
        ),
      );
      expect(new Set(control.holds.map(({ subject }) => subject))).toEqual(
        new Set(['leads-1', 'leads-2', 'leads-4']),
      );
      expect(await store.load('leads')).toStrictEqual(control);
    });

    it('adds up what several forwarders count at once', async () => {
      await Promise.all(
        Array.from({ length: 8 }, () =>
          store.count('leads', {
            at: NOW,
            answers: [answered('accepted'), answered('accepted'), answered('server', NOW, 'leads-2', 503)],
          }),
        ),
      );
      expect(await store.tally('leads')).toStrictEqual({
        feed: 'leads',
        webhooks: {
          'leads-1': {
            windows: [{ start: WINDOW, counts: { accepted: 16 } }],
            lastAcceptedAt: NOW,
            lastFailure: null,
            streak: 0,
          },
          'leads-2': {
            windows: [{ start: WINDOW, counts: { server: 8 } }],
            lastAcceptedAt: null,
            lastFailure: { answer: 'server', status: 503, at: NOW },
            streak: 8,
          },
        },
        lookedAt: NOW,
        emptyAt: null,
        oldestTakenAt: null,
      });
    });

    it('counts failures in a row, and begins anew after an accepted row', async () => {
      const streak = async () => (await store.tally('leads')).webhooks['leads-1']?.streak;
      const see = (...answers: readonly TallySeen['answers'][number]['answer'][]) =>
        store.count('leads', { at: NOW, answers: answers.map((answer) => answered(answer)) });
      await see('gone', 'uncertain');
      expect(await streak()).toBe(2);
      await see('unknown');
      expect(await streak()).toBe(3);
      await see('rate', 'too-large', 'bad-request', 'limit');
      expect(await streak()).toBe(3);
      await see('server', 'accepted', 'unreachable');
      expect(await streak()).toBe(1);
      await see('accepted');
      expect(await streak()).toBe(0);
    });

    it('remembers the last failure and the last accepted row beside each other', async () => {
      await store.count('leads', { at: NOW, answers: [answered('rate', NOW - 3, 'leads-1', 429)] });
      await store.count('leads', { at: NOW, answers: [answered('accepted', NOW - 2)] });
      expect((await store.tally('leads')).webhooks['leads-1']).toMatchObject({
        lastAcceptedAt: NOW - 2,
        lastFailure: { answer: 'rate', status: 429, at: NOW - 3 },
      });
    });

    it('says when somebody looked, when nothing waited, and how old what waited was', async () => {
      await store.count('leads', { at: NOW, answers: [], empty: true });
      await store.count('leads', { at: NOW + MINUTE, answers: [], oldestTakenAt: NOW + 5 });
      await store.count('leads', { at: NOW + 2 * MINUTE, answers: [] });
      expect(await store.tally('leads')).toMatchObject({
        lookedAt: NOW + 2 * MINUTE,
        emptyAt: NOW,
        oldestTakenAt: NOW + 5,
      });
    });

    it('keeps two hours of windows of five minutes, oldest first', async () => {
      const starts = Array.from({ length: 40 }, (_, index) => WINDOW + index * 5 * MINUTE);
      for (const start of starts.toReversed())
        await store.count('leads', { at: start, answers: [answered('accepted', start + 1)] });
      await store.count('leads', { at: NOW, answers: [answered('accepted', WINDOW, 'leads-2')] });
      const { webhooks } = await store.tally('leads');
      expect(webhooks['leads-1']?.windows.map(({ start }) => start)).toEqual(starts.slice(-24));
      expect(webhooks['leads-2']?.windows).toEqual([]);
    });

    it('counts answers of two windows in one call each in its own', async () => {
      const before = answered('accepted', WINDOW - 1);
      await store.count('leads', { at: NOW, answers: [before, answered('accepted', WINDOW)] });
      expect((await store.tally('leads')).webhooks['leads-1']?.windows).toEqual([
        { start: WINDOW - 5 * MINUTE, counts: { accepted: 1 } },
        { start: WINDOW, counts: { accepted: 1 } },
      ]);
    });
  });
};
