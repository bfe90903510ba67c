import type UPlot from 'uplot';
import type { AlignedData, Axis, Band, Options, Series } from 'uplot';
import { formatDay, formatTime } from '../../format.ts';
import { faint, resolveColors } from './colors.ts';
import type { Values } from './data.ts';

export type ChartColor = 'chart-1' | 'chart-2' | 'chart-3' | 'chart-4';

export interface ChartSeries {
  readonly label: string;
  readonly values: Values;
  readonly kind?: 'line' | 'area' | 'bars' | 'step';
  readonly color?: ChartColor;
  readonly format?: (value: number) => string;
  readonly dashed?: boolean;
}

/** A line across the chart, with its name. */
export interface ChartLimit {
  readonly value: number;
  readonly label: string;
  readonly tone: 'warn' | 'serious' | 'bad' | 'good' | 'text-3';
}

/** A moment, with its name. */
export interface ChartMark {
  /** Epoch seconds. */
  readonly at: number;
  readonly label: string;
  readonly tone: ChartLimit['tone'];
}

export interface PlotLook {
  readonly series: readonly ChartSeries[];
  readonly height: number;
  readonly format: (value: number) => string;
  readonly range: readonly [number | null, number | null];
  readonly limits: readonly ChartLimit[];
  readonly marks: readonly ChartMark[];
  /** Between which two series the space is filled, by their place. */
  readonly band: readonly [number, number] | null;
}

const COLORS = [
  'chart-1',
  'chart-2',
  'chart-3',
  'chart-4',
  'chart-grid',
  'text-3',
  'surface',
  'warn',
  'serious',
  'bad',
  'good',
] as const;
type Colors = Readonly<Record<(typeof COLORS)[number], string>>;

const DAY = 86_400;
const FONT = '11px system-ui, sans-serif';

const timeLabels: Axis.Values = (_, splits, __, ___, increment) =>
  splits.map((at) => {
    const date = new Date(at * 1_000);
    const midnight = date.getHours() === 0 && date.getMinutes() === 0;
    return increment >= DAY || midnight ? formatDay(at * 1_000) : formatTime(at * 1_000);
  });

/** More bars than this are narrower than a few pixels: steps look the same, and are drawn in one go. */
const MOST_BARS = 200;

const pathsOf = (plot: typeof UPlot, { kind, values }: ChartSeries): Series['paths'] => {
  if (kind === 'bars' && values.length > MOST_BARS) return plot.paths.stepped?.({ align: 1 });
  if (kind === 'bars') return plot.paths.bars?.({ size: [0.72, 28], radius: 0.15 });
  if (kind === 'step') return plot.paths.stepped?.({ align: 1 });
  return undefined;
};

const seriesOf = (plot: typeof UPlot, each: ChartSeries, colors: Colors): Series => {
  const color = colors[each.color ?? 'chart-1'];
  const { kind = 'line', dashed = false } = each;
  const paths = pathsOf(plot, each);
  return {
    label: each.label,
    stroke: color,
    width: kind === 'bars' ? 0 : 1.75,
    ...(kind === 'area' && { fill: faint(color, 0.12) }),
    ...(kind === 'bars' && { fill: faint(color, 0.85) }),
    ...(dashed && { dash: [5, 4] }),
    ...(paths && { paths }),
    // A lone value between gaps has no line: it is a dot.
    points: {
      show: kind !== 'bars',
      size: 4,
      fill: color,
      filter: (self, index) => lonePoints(self.data[index] ?? []),
    },
  };
};

const lonePoints = (values: ArrayLike<number | null | undefined>): number[] =>
  Array.from(values, (_, index) => index).filter(
    (index) =>
      (values[index] ?? null) !== null &&
      (values[index - 1] ?? null) === null &&
      (values[index + 1] ?? null) === null,
  );

const write = (plot: UPlot, text: string, x: number, y: number, color: string, ground: string): void => {
  const { ctx } = plot;
  const ratio = devicePixelRatio;
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = 'bottom';
  ctx.lineWidth = 3 * ratio;
  ctx.strokeStyle = ground;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = color;
  ctx.fillText(text, x, y);
};

const rule = (plot: UPlot, color: string, from: [number, number], to: [number, number]): void => {
  const { ctx } = plot;
  ctx.beginPath();
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  ctx.strokeStyle = color;
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
  ctx.setLineDash([]);
};

const drawLimits = (plot: UPlot, limits: readonly ChartLimit[], colors: Colors): void => {
  const { left, top, width, height } = plot.bbox;
  for (const { value, label, tone } of limits) {
    const y = plot.valToPos(value, 'y', true);
    if (y < top - 1 || y > top + height + 1) continue;
    rule(plot, colors[tone], [left, y], [left + width, y]);
    plot.ctx.textAlign = 'left';
    write(plot, label, left + 6 * devicePixelRatio, y - 2 * devicePixelRatio, colors[tone], colors.surface);
  }
};

const drawMarks = (plot: UPlot, marks: readonly ChartMark[], colors: Colors): void => {
  const { left, top, width, height } = plot.bbox;
  for (const { at, label, tone } of marks) {
    const x = plot.valToPos(at, 'x', true);
    if (x < left || x > left + width) continue;
    rule(plot, colors[tone], [x, top], [x, top + height]);
    const late = x > left + width / 2;
    plot.ctx.textAlign = late ? 'right' : 'left';
    const aside = (late ? -4 : 4) * devicePixelRatio;
    write(plot, label, x + aside, top + 13 * devicePixelRatio, colors[tone], colors.surface);
  }
};

const axesOf = (colors: Colors, format: (value: number) => string): Axis[] => {
  const shared = {
    stroke: colors['text-3'],
    font: FONT,
    ticks: { show: false },
  };
  return [
    { ...shared, grid: { show: false }, values: timeLabels, space: 64, size: 30, gap: 8 },
    {
      ...shared,
      grid: { stroke: colors['chart-grid'], width: 1 },
      values: (_, splits) => splits.map(format),
      space: 34,
      size: 52,
      gap: 6,
    },
  ];
};

const rangeOf =
  ([low, high]: PlotLook['range'], limits: readonly ChartLimit[]) =>
  (_: UPlot, min: number | null, max: number | null): [number, number] => {
    const bottom = low ?? Math.min(0, min ?? 0);
    const top = Math.max(max ?? 0, ...limits.map(({ value }) => value));
    // A series of nothing but zeros still has a height.
    return [bottom, high ?? (top <= bottom ? bottom + 5 : bottom + (top - bottom) * 1.08)];
  };

const bandsOf = ({ band, series }: PlotLook, colors: Colors): Band[] =>
  band
    ? [
        {
          series: [band[0] + 1, band[1] + 1],
          fill: faint(colors[series[band[0]]?.color ?? 'chart-1'], 0.16),
        },
      ]
    : [];

export const toData = (x: readonly number[], series: readonly ChartSeries[]): AlignedData => [
  [...x],
  ...series.map(({ values }) => [...values]),
];

/** Draws into `target`, which has the width. `onCursor` is told which place the pointer is at. */
export const drawPlot = (
  plot: typeof UPlot,
  target: HTMLElement,
  x: readonly number[],
  look: PlotLook,
  onCursor: (place: number | null) => void,
): UPlot => {
  const colors: Colors = resolveColors(target, COLORS);
  const options: Options = {
    width: Math.max(1, target.clientWidth),
    height: look.height,
    padding: [10, 18, 0, 0],
    legend: { show: false },
    cursor: {
      drag: { x: false, y: false, setScale: false },
      y: false,
      points: { size: 7, fill: (self, index) => strokeOf(self, index) },
    },
    scales: { y: { range: rangeOf(look.range, look.limits) } },
    axes: axesOf(colors, look.format),
    series: [{}, ...look.series.map((each) => seriesOf(plot, each, colors))],
    bands: bandsOf(look, colors),
    hooks: {
      draw: [
        (self) => {
          drawLimits(self, look.limits, colors);
          drawMarks(self, look.marks, colors);
        },
      ],
      setCursor: [(self) => onCursor(self.cursor.idx ?? null)],
    },
  };
  return new plot(options, toData(x, look.series), target);
};

const strokeOf = (plot: UPlot, index: number): string => {
  const stroke = plot.series[index]?.stroke;
  const color: unknown = typeof stroke === 'function' ? stroke(plot, index) : stroke;
  return typeof color === 'string' ? color : '#888';
};
