import { ClaywatchError } from '../errors.ts';
import { foldSample, SAMPLE_SLOT } from './fold.ts';
import { type CreditState, lastSample, type MeterHistory } from './state.ts';
import type { BalanceSample, CreditStore } from './store.ts';

const ATTEMPTS = 8;

export interface RecordDependencies {
  readonly store: CreditStore;
  /**
   * The present, epoch ms. Left out, it is the time of the sample, which is right for whoever reads or types the
   * balance now; who receives samples of others must say it.
   */
  readonly now?: number;
}

const sameSlot = (before: MeterHistory | null, after: MeterHistory | null): boolean => {
  const one = lastSample(before);
  const other = lastSample(after);
  if (!one || !other) return one === other;
  return (
    Math.floor(one.at / SAMPLE_SLOT) === Math.floor(other.at / SAMPLE_SLOT) &&
    before?.totals.refilled === after?.totals.refilled
  );
};

/**
 * Within five minutes of the last saved sample a further one adds nothing that the next slot will not say: its burn is
 * part of the difference. So a watch of every minute writes once in five; a refill and what a person typed are written
 * at once.
 */
const canWait = (before: CreditState, after: CreditState, sample: BalanceSample): boolean =>
  sample.source === 'api' &&
  sameSlot(before.credits, after.credits) &&
  sameSlot(before.actions, after.actions);

/**
 * Folds a balance sample into the stored history, and gives the history with it. Safe to repeat and to run at once
 * with others. Throws `credits.contended` when others keep writing first.
 */
export const recordBalance = async (
  sample: BalanceSample,
  { store, now }: RecordDependencies,
): Promise<CreditState> => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await store.load();
    const present =
      now ?? (sample.source === 'pushed' ? Math.max(sample.at, before.last?.at ?? 0) : sample.at);
    const after = foldSample(before, sample, present);
    if (after === before || canWait(before, after, sample)) return after;
    const next = { ...after, version: before.version + 1 };
    if ((await store.save(next)) === 'written') return next;
  }
  throw new ClaywatchError(
    'credits.contended',
    `The credit history was changed by others ${ATTEMPTS} times in a row.`,
    'Record the balance again; look for more than one installation on the same table.',
  );
};
