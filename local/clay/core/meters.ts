import type { Clock } from '../../../shared/clock.ts';
import type { FaultView } from '../faults/switchboard.ts';
import type { ClayOptions } from './options.ts';

/** Data credits and actions of the workspace. */
export interface Meters {
  credits(): number;
  /** Null on legacy billing, which has no second meter [C, clay-facts]. */
  actions(): number | null;
  /** Spends both, or nothing when either does not suffice. */
  spend(credits: number, actions: number): boolean;
  /** A top-up, a renewal, or a plan change. */
  add(credits: number, actions: number): void;
  readonly spent: { readonly credits: number; readonly actions: number };
}

export const createMeters = (
  options: Pick<ClayOptions, 'credits' | 'actions'>,
  clock: Pick<Clock, 'now'>,
  faults: FaultView,
): Meters => {
  const left = { credits: options.credits, actions: options.actions ?? 0 };
  const spent = { credits: 0, actions: 0 };
  let drainedUntil = 0;

  /** What somebody else has spent since the last look. */
  const drain = () => {
    const since = faults.since('credits-drain');
    const perMinute = faults.get('credits-drain')?.perMinute;
    const now = clock.now();
    if (since !== undefined && perMinute !== undefined) {
      const minutes = Math.max(0, now - Math.max(since, drainedUntil)) / 60_000;
      left.credits = Math.max(0, left.credits - minutes * perMinute);
    }
    drainedUntil = now;
  };

  const credits = () => {
    drain();
    if (faults.get('credits-zero')) return 0;
    return Math.min(left.credits, faults.get('credits-low')?.credits ?? left.credits);
  };

  const actions = () => {
    if (options.actions === null || faults.get('legacy-billing')) return null;
    if (faults.get('actions-zero')) return 0;
    return Math.min(left.actions, faults.get('actions-low')?.actions ?? left.actions);
  };

  return {
    credits,
    actions,
    spend: (creditsWanted, actionsWanted) => {
      const actionsLeft = actions();
      if (credits() < Math.max(1, creditsWanted)) return false;
      if (actionsLeft !== null && actionsLeft < actionsWanted) return false;
      left.credits -= creditsWanted;
      left.actions -= actionsLeft === null ? 0 : actionsWanted;
      spent.credits += creditsWanted;
      spent.actions += actionsLeft === null ? 0 : actionsWanted;
      return true;
    },
    add: (moreCredits, moreActions) => {
      drain();
      left.credits += moreCredits;
      left.actions += moreActions;
    },
    spent,
  };
};
