/** A part of a whole, in rows. */
export interface Share {
  readonly part: number;
  readonly of: number;
}

/** 95 %, two-sided. */
const Z = 1.959964;

/**
 * Bounds between which the true share lies with 95 % confidence (Wilson's score interval). They hold for small samples
 * and for shares near 0 and 1, which is where rates of failure are; of no rows nothing is known: 0 to 1.
 */
export const bounds = ({ part, of }: Share): { readonly low: number; readonly high: number } => {
  if (of <= 0) return { low: 0, high: 1 };
  const observed = part / of;
  const z2 = Z * Z;
  const middle = observed + z2 / (2 * of);
  const spread = Z * Math.sqrt((observed * (1 - observed)) / of + z2 / (4 * of * of));
  const whole = 1 + z2 / of;
  return {
    low: part <= 0 ? 0 : Math.max(0, (middle - spread) / whole),
    high: part >= of ? 1 : Math.min(1, (middle + spread) / whole),
  };
};

export const shareOf = ({ part, of }: Share): number => (of > 0 ? part / of : 0);
