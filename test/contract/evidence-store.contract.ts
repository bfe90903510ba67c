import { beforeEach, describe, expect, it } from 'vitest';
import type { EvidenceSnapshot, EvidenceStore } from '../../shared/postmortem/postmortem.ts';

const NOON = Date.UTC(2026, 10, 3, 12);

/** The contract of `EvidenceStore`. Real tables are not emptied between tests, so each has an incident of its own. */
export const evidenceStoreContract = (name: string, storeOf: () => EvidenceStore): void => {
  describe(`evidence store, ${name}`, () => {
    let store: EvidenceStore;
    let incidentId = '';
    let made = 0;
    beforeEach(() => {
      store = storeOf();
      made += 1;
      incidentId = `inc-20261103-${String(made).padStart(8, '0')}`;
    });

    const snapshot = (at: number, over: Partial<EvidenceSnapshot> = {}): EvidenceSnapshot => ({
      incidentId,
      at,
      occasion: 'opened',
      probes: [
        { probe: 'clay.web', outcome: 'ok', finding: 'reachable', summary: 'GET answered 200 — ü', at },
      ],
      feeds: [
        {
          ...{ feed: 'leads', submitted: 10, calledBack: 4, outstanding: 6, waiting: null, onHold: false },
          cost: { from: at, to: at, credits: 1.25, creditsWasted: 0, actions: 2, actionsWasted: 0.67 },
        },
      ],
      credits: { balance: -0.5, actions: null },
      ownErrors: ['watch: "timeout"'],
      health: null,
      ...over,
    });

    it('gives back exactly what was kept, oldest first', async () => {
      const later = snapshot(NOON + 60_000, { occasion: 'resolved' });
      const first = snapshot(NOON);
      const second = snapshot(NOON + 1);
      for (const one of [later, first, second]) await store.keep(one);
      expect(await store.ofIncident(incidentId)).toStrictEqual([first, second, later]);
      expect(await store.latest(incidentId)).toStrictEqual(later);
    });

    it('keeps the first look at a moment, however often it is kept', async () => {
      const first = snapshot(NOON);
      await store.keep(first);
      await Promise.all([store.keep(first), store.keep(snapshot(NOON, { occasion: 'another' }))]);
      expect(await store.ofIncident(incidentId)).toStrictEqual([first]);
    });

    it('knows incidents apart, and has nothing of one that it never saw', async () => {
      await store.keep(snapshot(NOON));
      await store.keep(snapshot(NOON, { incidentId: `${incidentId}0` }));
      expect(await store.ofIncident(incidentId)).toHaveLength(1);
      expect(await store.ofIncident('inc-20261103-ffffffff')).toEqual([]);
      expect(await store.latest('inc-20261103-ffffffff')).toBeNull();
    });

    it('holds a whole night of looks of full size', async () => {
      // Random, so that it cannot be packed: more than one page of an answer.
      const noise = () => Array.from({ length: 1_200 }, () => Math.random().toString(36).slice(2)).join('');
      const looks = Array.from({ length: 60 }, (_, index) =>
        snapshot(NOON + index, { ownErrors: [noise(), noise()] }),
      );
      await Promise.all(looks.map((one) => store.keep(one)));
      expect(await store.ofIncident(incidentId)).toStrictEqual(looks);
    }, 30_000);
  });
};
