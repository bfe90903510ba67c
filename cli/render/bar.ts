import type { Style } from '../terminal.ts';

export interface BarParts {
  /** Certainly taken. */
  readonly low: number;
  /** Possibly taken. */
  readonly high: number;
  readonly limit: number;
  /** On the way to the limit, e.g. where a warning opens. */
  readonly marks: readonly number[];
}

/** How many cells an amount fills: something is never shown as nothing, and all but everything never as everything. */
const cellsOf = (value: number, limit: number, width: number): number => {
  if (!(value > 0)) return 0;
  if (value >= limit) return width;
  return Math.max(1, Math.min(width - 1, Math.floor((value / limit) * width)));
};

/** `█████▒▒░░░│░░│░░`: taken, possibly taken, free, and the marks. Exactly `width` columns. */
export const bar = (
  { low, high, limit, marks }: BarParts,
  width: number,
  filled: (text: string) => string,
  style: Style,
): string => {
  const sure = cellsOf(low, limit, width);
  const maybe = Math.max(sure, cellsOf(high, limit, width));
  const marked = new Set(marks.map((mark) => Math.min(width - 1, Math.floor((mark / limit) * width))));
  let line = '';
  for (let cell = 0; cell < width; cell += 1) {
    if (marked.has(cell)) line += style.bold('│');
    else if (cell < sure) line += filled('█');
    else line += cell < maybe ? filled('▒') : style.dim('░');
  }
  return line;
};
