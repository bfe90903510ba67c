import type { Config } from '../config/schema.ts';
import { type BurnRate, meterBurnRate } from '../credits/burn.ts';
import { meterRunOut, type RunOut } from '../credits/run-out.ts';
import { compareSpend, type Spend, type SpendComparison, spendOf } from '../credits/spend.ts';
import {
  type CreditState,
  lastSample,
  type MeterHistory,
  type MeterName,
  type Refill,
} from '../credits/state.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';

const DAY = 86_400_000;

/** Against the thresholds of the configuration. */
export type MeterLevel = 'fine' | 'low' | 'very-low' | 'critical' | 'exhausted';

/** One of the two meters. */
export interface MeterUsage {
  readonly left: number;
  /** When it was read, epoch ms. */
  readonly asOf: number;
  /** Read too long ago to say anything of now. */
  readonly stale: boolean;
  readonly level: MeterLevel;
  readonly burn: BurnRate;
  readonly runOut: RunOut;
  readonly lastRefill: Refill | null;
}

export interface CreditUsage {
  /** When and from where the balance was last learned; null when never. */
  readonly last: CreditState['last'];
  /** Null before the first reading. */
  readonly credits: MeterUsage | null;
  /** Null before the first reading, and on legacy billing, which has one meter. */
  readonly actions: MeterUsage | null;
  /** What callbacks of the last 24 hours said that their rows cost; of all feeds. */
  readonly spend: Spend;
  /** What the balance lost beside what callbacks explain of it. */
  readonly comparison: SpendComparison;
}

const levelOf = (left: number, thresholds: Config['credits']): MeterLevel => {
  if (left <= 0) return 'exhausted';
  if (left < thresholds.criticalBelow) return 'critical';
  if (left < thresholds.veryLowBelow) return 'very-low';
  return left < thresholds.lowBelow ? 'low' : 'fine';
};

const meterUsage = (
  name: MeterName,
  meter: MeterHistory | null,
  config: Config,
  now: number,
): MeterUsage | null => {
  const last = lastSample(meter);
  if (!meter || !last) return null;
  const { staleAfterMinutes, nextRefill } = config.burn;
  const burn = meterBurnRate(meter, now, staleAfterMinutes);
  return {
    left: last.left,
    asOf: last.at,
    stale: burn.stale,
    level: levelOf(last.left, config[name]),
    burn,
    runOut: meterRunOut(meter, now, { nextRefill, staleAfterMinutes }),
    lastRefill: meter.refills.at(-1) ?? null,
  };
};

/** Both meters, and where the credits went. `snapshots` are those of every feed, for the balance is of all of them. */
export const creditUsage = (
  state: CreditState,
  snapshots: readonly FeedSnapshot[],
  config: Config,
  now: number,
): CreditUsage => ({
  last: state.last,
  credits: meterUsage('credits', state.credits, config, now),
  actions: meterUsage('actions', state.actions, config, now),
  spend: spendOf(snapshots, now - DAY, now),
  comparison: compareSpend(state, snapshots),
});
