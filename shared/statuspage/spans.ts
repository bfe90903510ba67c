/** A stretch of time, epoch ms; `to` is no part of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The same time in spans that neither touch nor overlap, in order; empty ones are left out. */
export const joined = (spans: readonly Span[]): readonly Span[] => {
  const all: { from: number; to: number }[] = [];
  const sorted = spans.filter(({ from, to }) => to > from).sort((one, other) => one.from - other.from);
  for (const { from, to } of sorted) {
    const last = all.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
};

/** What of the one is in none of the others. */
export const without = (spans: readonly Span[], others: readonly Span[]): readonly Span[] => {
  const holes = joined(others);
  return joined(spans).flatMap((span) => {
    const left: Span[] = [];
    let from = span.from;
    for (const hole of holes) {
      if (hole.to <= from || hole.from >= span.to) continue;
      left.push({ from, to: hole.from });
      from = hole.to;
    }
    left.push({ from, to: span.to });
    return left.filter((one) => one.to > one.from);
  });
};

/** The time that is in both, ms. `spans` are joined already. */
export const overlapMs = (spans: readonly Span[], { from, to }: Span): number =>
  spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)), 0);

/** How long they are together, ms. `spans` are joined already. */
export const lengthMs = (spans: readonly Span[]): number =>
  spans.reduce((sum, { from, to }) => sum + to - from, 0);
