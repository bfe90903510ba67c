import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { formatAmount, formatCompact, formatInstant, UNKNOWN } from '../../format.ts';
import { Button } from '../button.tsx';
import { Table } from '../table.tsx';
import { useScheme } from './colors.ts';
import { hasValues, lastKnown } from './data.ts';
import type { ChartLimit, ChartMark, ChartSeries, PlotLook } from './plot.ts';

export type { ChartColor, ChartLimit, ChartMark, ChartSeries } from './plot.ts';

export interface ChartProps {
  readonly title: string;
  readonly note?: ComponentChildren;
  /** Epoch seconds, ascending; the series have as many values. */
  readonly x: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly height?: number;
  /** Of the axis, and of series that have none of their own. */
  readonly format?: (value: number) => string;
  /** Of the axis; null follows the values, from 0. */
  readonly range?: readonly [number | null, number | null];
  readonly limits?: readonly ChartLimit[];
  readonly marks?: readonly ChartMark[];
  /** Between which two series the space is filled, by their place. */
  readonly band?: readonly [number, number];
  /** False: values are told at the pointer only, since the last ones say nothing. */
  readonly latest?: boolean;
  /** What stands there when there is nothing to draw. */
  readonly empty?: string;
}

const HEIGHT = 190;

const wordsOf = (
  { values, format }: ChartSeries,
  place: number,
  usual: (value: number) => string,
): string => {
  const value = values[place] ?? null;
  return value === null ? UNKNOWN : (format ?? usual)(value);
};

/** Draws it once the library is there; again when its look changes, and only new data otherwise. */
const usePlot = (
  x: readonly number[],
  look: PlotLook,
  shown: boolean,
  onCursor: (place: number | null) => void,
) => {
  const target = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const scheme = useScheme();
  const latest = useRef({ x, look });
  latest.current = { x, look };
  // What a plot cannot change once it is drawn.
  const shape = JSON.stringify([
    look.series.map(({ label, kind, color, dashed }) => [label, kind, color, dashed]),
    [look.height, look.range, look.limits, look.marks, look.band],
  ]);

  useEffect(() => {
    const box = target.current;
    if (!shown || !box) return;
    let gone = false;
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: Math.max(1, box.clientWidth), height: latest.current.look.height });
    });
    void Promise.all([import('uplot'), import('./plot.ts')]).then(([library, { drawPlot }]) => {
      if (gone) return;
      plot.current = drawPlot(library.default, box, latest.current.x, latest.current.look, onCursor);
      resized.observe(box);
    });
    return () => {
      gone = true;
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
    // `shape` and `scheme` stand for all that is drawn.
  }, [shape, scheme, shown]);

  useEffect(() => {
    plot.current?.setData([[...x], ...look.series.map(({ values }) => [...values])]);
  }, [x, look.series]);

  return { target, plot };
};

const SWATCHES: Readonly<Record<NonNullable<ChartSeries['kind']>, string>> = {
  line: 'line',
  step: 'line',
  area: 'area',
  bars: 'bars',
};

const Legend = ({
  series,
  place,
  format,
}: {
  readonly series: readonly ChartSeries[];
  readonly place: number;
  readonly format: (value: number) => string;
}) => (
  <ul class="chart-legend">
    {series.map((each) => (
      <li key={each.label}>
        <span
          class={`chart-swatch ${SWATCHES[each.kind ?? 'line']} ${each.dashed ? 'dashed' : ''} ${each.color ?? 'chart-1'}`}
          aria-hidden="true"
        />
        <span>{each.label}</span>
        <span class="chart-value">{place >= 0 && wordsOf(each, place, format)}</span>
      </li>
    ))}
  </ul>
);

const AsTable = ({
  title,
  x,
  series,
  format,
}: Pick<ChartProps, 'title' | 'x' | 'series'> & { readonly format: (value: number) => string }) => {
  const now = Date.now();
  const places = x.map((_, place) => place).toReversed();
  return (
    <div class="chart-table">
      <Table
        caption={title}
        rows={places}
        keyOf={(place) => x[place] ?? place}
        columns={[
          {
            key: 'time',
            head: 'Time',
            rowHead: true,
            cell: (place) => <span class="nowrap">{formatInstant((x[place] ?? 0) * 1_000, now)}</span>,
          },
          ...series.map((each) => ({
            key: each.label,
            head: each.label,
            number: true,
            cell: (place: number) => wordsOf(each, place, format),
          })),
        ]}
      />
    </div>
  );
};

/** The values at one time, moved by the arrow keys: how a chart is read without a pointer. */
const Reader = ({
  title,
  x,
  series,
  place,
  format,
  onMove,
}: {
  readonly title: string;
  readonly x: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly place: number;
  readonly format: (value: number) => string;
  readonly onMove: (place: number | null) => void;
}) => (
  <input
    type="range"
    class="chart-reader"
    aria-label={`${title}: time`}
    min={0}
    max={Math.max(0, x.length - 1)}
    value={Math.max(0, place)}
    aria-valuetext={
      place < 0
        ? 'no values'
        : `${formatInstant((x[place] ?? 0) * 1_000, Date.now())}: ${series
            .map((each) => `${each.label} ${wordsOf(each, place, format)}`)
            .join(', ')}`
    }
    onInput={(event) => onMove(Number(event.currentTarget.value))}
    onBlur={() => onMove(null)}
  />
);

/** Values over time: as a drawing, and as a table for whoever does not see it. */
export const Chart = ({
  title,
  note,
  x,
  series,
  height = HEIGHT,
  format = formatAmount,
  range = [null, null],
  limits = [],
  marks = [],
  band,
  latest = true,
  empty = 'Nothing in this time.',
}: ChartProps) => {
  const [asTable, setAsTable] = useState(false);
  const [cursor, setCursor] = useState<number | null>(null);
  const heading = useId();
  const drawable = x.length > 0 && hasValues(series);
  const look = useMemo<PlotLook>(
    () => ({ series, height, format: axisFormat(format), range, limits, marks, band: band ?? null }),
    [series, height, format, range, limits, marks, band],
  );
  const { target, plot } = usePlot(x, look, drawable && !asTable, setCursor);
  const place = cursor ?? (latest ? lastKnown(series, x.length) : -1);
  const moveTo = (to: number | null): void => {
    setCursor(to);
    const at = to === null ? undefined : x[to];
    const left = at === undefined ? -10 : (plot.current?.valToPos(at, 'x') ?? -10);
    plot.current?.setCursor({ left, top: 10 }, false);
  };
  return (
    <figure class="chart" aria-labelledby={heading}>
      <figcaption class="chart-head">
        <span class="chart-title">
          <span id={heading}>{title}</span>
          {note !== undefined && <span class="panel-note">{note}</span>}
        </span>
        {drawable && (
          <Button
            look="quiet"
            small
            icon={asTable ? 'chart' : 'rows'}
            iconOnly
            pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {`${title} as a table`}
          </Button>
        )}
      </figcaption>
      <div class="chart-line">
        <Legend series={series} place={place} format={format} />
        <span class="chart-time">
          {place >= 0 && (cursor === null ? 'latest' : formatInstant((x[place] ?? 0) * 1_000, Date.now()))}
        </span>
      </div>
      <div class="chart-body" style={{ minHeight: `${height}px` }}>
        {!drawable && <p class="chart-empty">{empty}</p>}
        {drawable && asTable && <AsTable title={title} x={x} series={series} format={format} />}
        {drawable && !asTable && (
          <>
            <Reader title={title} x={x} series={series} place={place} format={format} onMove={moveTo} />
            <div ref={target} class="chart-plot" aria-hidden="true" />
          </>
        )}
      </div>
    </figure>
  );
};

/** Axes are short of room: thousands are written as K. */
const axisFormat = (format: (value: number) => string) => (value: number) =>
  format === formatAmount && Math.abs(value) >= 10_000 ? formatCompact(value) : format(value);
