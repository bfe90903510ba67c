import { byAge, CHANGES, type DeliveryProof, type ProofLedger, partsOf } from '../../shared/notify/proof.ts';

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Proof of delivery in memory; the same contract as the real ledger. */
export const createMemoryProofLedger = (): ProofLedger => {
  const rows = new Map<string, DeliveryProof>();
  const keyOf = (notificationId: string, channel: string) => `${notificationId}#${channel}`;

  return {
    owe: async (owed) => {
      await yieldTurn();
      for (const row of owed) {
        const key = keyOf(row.notificationId, row.channel);
        if (rows.has(key)) continue;
        const { notificationId, incidentId, transition, channel, owedAt } = row;
        rows.set(key, {
          ...{ notificationId, incidentId, transition, channel, owedAt, status: 'owed', attempts: 0 },
          ...{ triedAt: null, deliveredAt: null, receipt: null, lastError: null, fellBackTo: null },
        });
      }
    },

    record: async (notificationId, channel, what) => {
      const parts = partsOf(notificationId);
      if (!parts) throw new RangeError(`${notificationId} is not the id of a message`);
      await yieldTurn();
      const key = keyOf(notificationId, channel);
      const stored = rows.get(key);
      if (stored && !CHANGES[what.status].includes(stored.status)) return 'already';
      const { incidentId, transition } = parts;
      const row: DeliveryProof = stored ?? {
        ...{ notificationId, incidentId, transition, channel, owedAt: what.at, status: 'owed', attempts: 0 },
        ...{ triedAt: null, deliveredAt: null, receipt: null, lastError: null, fellBackTo: null },
      };
      const tried = what.status === 'fallen-back' || what.status === 'superseded' ? 0 : 1;
      rows.set(key, {
        ...row,
        status: what.status,
        attempts: row.attempts + tried,
        ...(tried === 1 && { triedAt: what.at }),
        ...(what.status === 'delivered' && { deliveredAt: what.at, receipt: what.receipt }),
        ...('error' in what && { lastError: what.error }),
        ...(what.status === 'fallen-back' && { fellBackTo: what.to }),
      });
      return 'recorded';
    },

    ofIncident: async (incidentId) => {
      await yieldTurn();
      return [...rows.values()].filter((row) => row.incidentId === incidentId).sort(byAge);
    },

    undelivered: async (before, limit) => {
      await yieldTurn();
      return [...rows.values()]
        .filter(({ status, owedAt }) => status === 'refused' || (status === 'owed' && owedAt < before))
        .sort(byAge)
        .slice(0, Math.max(0, limit));
    },
  };
};
