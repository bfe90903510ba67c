import { useMemo } from 'preact/hooks';
import type { FeedSeriesResponse } from '../../../../shared/report/series-shape.ts';
import { useResource } from '../../api/use-resource.ts';
import { formatCount, formatSeconds, formatShare } from '../../format.ts';
import { Chart, type ChartSeries } from '../../ui/chart/chart.tsx';
import { fillSteps, finishedSteps } from '../../ui/chart/data.ts';
import type { Span } from '../../ui/span.ts';
import { Loaded, Skeleton } from '../../ui/state.tsx';

type Point = FeedSeriesResponse['points'][number];

const PICKS = {
  submitted: (point: Point) => point.submitted,
  back: (point: Point) => point.called_back,
  hitRate: (point: Point) => point.hit_rate,
  p50: (point: Point) => point.round_trip_p50_seconds,
  p95: (point: Point) => point.round_trip_p95_seconds,
};
const MISSING = { submitted: 0, back: 0, hitRate: null, p50: null, p95: null };

const WHOLE: readonly [number, number] = [0, 1];

const Charts = ({ data }: { readonly data: FeedSeriesResponse }) => {
  const charts = useMemo(() => {
    const { x, y } = finishedSteps(data, data.points, fillSteps(data, data.points, PICKS, MISSING));
    const rows: readonly ChartSeries[] = [
      { label: 'In', values: y.submitted, kind: 'area', color: 'chart-1', format: formatCount },
      { label: 'Out', values: y.back, color: 'chart-2', format: formatCount },
    ];
    const hitRate: readonly ChartSeries[] = [{ label: 'Found', values: y.hitRate, color: 'chart-1' }];
    const roundTrip: readonly ChartSeries[] = [
      { label: 'p50', values: y.p50, kind: 'step', color: 'chart-2' },
      { label: 'p95', values: y.p95, kind: 'step', color: 'chart-3' },
    ];
    return { x, rows, hitRate, roundTrip };
  }, [data]);
  const step = data.step_seconds >= 3_600 ? 'per hour' : `per ${data.step_seconds / 60} min`;
  return (
    <div class="stack loose">
      <Chart title="Rows" note={step} x={charts.x} series={charts.rows} height={210} />
      <div class="grid">
        <Chart
          title="Hit rate"
          note="found, of those looked up"
          x={charts.x}
          series={charts.hitRate}
          format={formatShare}
          range={WHOLE}
          empty="No row came back in this time."
        />
        <Chart
          title="Round trip"
          note="at most"
          x={charts.x}
          series={charts.roundTrip}
          format={formatSeconds}
          empty="No row came back in this time."
        />
      </div>
    </div>
  );
};

/** Rows, hit rate and round trip over time. */
export const FlowCharts = ({ feed, span }: { readonly feed: string; readonly span: Span }) => {
  const series = useResource<FeedSeriesResponse>(
    `v1/feeds/${encodeURIComponent(feed)}/series?${span.query}`,
    span.everyMs,
  );
  return (
    <Loaded
      of={series}
      skeleton={
        <div class="stack loose">
          <Skeleton height={266} />
          <div class="grid">
            <Skeleton height={246} />
            <Skeleton height={246} />
          </div>
        </div>
      }
    >
      {(data) => <Charts data={data} />}
    </Loaded>
  );
};
