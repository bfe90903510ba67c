import type { RotationState, RotationStore } from '../../shared/rotate/state.ts';
import type { SecretUseLog } from '../../shared/rotate/use.ts';

export const createMemoryRotationStore = (): RotationStore => {
  const kept = new Map<string, RotationState>();
  return {
    load: async (secret) => kept.get(secret) ?? null,
    all: async () => [...kept.values()],
    save: async (next) => {
      if ((kept.get(next.secret)?.version ?? 0) !== next.version - 1) return 'conflict';
      kept.set(next.secret, structuredClone(next));
      return 'written';
    },
  };
};

export const createMemoryUseLog = (): SecretUseLog => {
  const kept = new Map<string, Map<string, Record<string, number>>>();
  return {
    note: async ({ secret, sender, version, at }) => {
      const senders = kept.get(secret) ?? new Map<string, Record<string, number>>();
      kept.set(secret, senders.set(sender, { ...senders.get(sender), [version]: at }));
    },
    ofSecret: async (secret) =>
      [...(kept.get(secret) ?? [])].map(([sender, versions]) => ({ sender, versions })),
  };
};
