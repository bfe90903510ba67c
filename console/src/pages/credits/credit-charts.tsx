import { useMemo } from 'preact/hooks';
import type { CreditSeriesResponse } from '../../../../shared/report/series-shape.ts';
import { useResource } from '../../api/use-resource.ts';
import { formatCount } from '../../format.ts';
import { Chart, type ChartMark, type ChartSeries } from '../../ui/chart/chart.tsx';
import { fillSteps } from '../../ui/chart/data.ts';
import type { Span } from '../../ui/span.ts';
import { Empty, Loaded, Skeleton } from '../../ui/state.tsx';

type Points = NonNullable<CreditSeriesResponse['credits']>;
type Meter = 'credits' | 'actions';

const NAMES: Readonly<Record<Meter, string>> = { credits: 'Data credits', actions: 'Actions' };

const PICKS = {
  left: ({ left }: Points[number]) => left,
  burnt: ({ burnt }: Points[number]) => burnt,
};
const MISSING = { left: null, burnt: null };

const marksOf = ({ refills }: CreditSeriesResponse, meter: Meter): readonly ChartMark[] =>
  refills
    .filter((refill) => refill.meter === meter)
    .map(({ at, by }) => ({
      at: Math.floor(Date.parse(at) / 1_000),
      label: `+${formatCount(by)}`,
      tone: 'good' as const,
    }));

const MeterCharts = ({
  data,
  meter,
  points,
}: {
  readonly data: CreditSeriesResponse;
  readonly meter: Meter;
  readonly points: Points;
}) => {
  const { x, left, burnt, marks } = useMemo(() => {
    const filled = fillSteps(data, points, PICKS, MISSING);
    const lines: readonly ChartSeries[] = [
      { label: 'Left', values: filled.y.left, kind: 'area', color: 'chart-1', format: formatCount },
    ];
    const bars: readonly ChartSeries[] = [
      { label: 'Burnt', values: filled.y.burnt, kind: 'bars', color: 'chart-3' },
    ];
    return { x: filled.x, left: lines, burnt: bars, marks: marksOf(data, meter) };
  }, [data, meter, points]);
  const step = data.step_seconds >= 3_600 ? 'per hour' : `per ${data.step_seconds / 60} min`;
  return (
    <div class="grid">
      <Chart title={`${NAMES[meter]} left`} x={x} series={left} marks={marks} />
      <Chart title={`${NAMES[meter]} burnt`} note={step} x={x} series={burnt} />
    </div>
  );
};

const Charts = ({ data }: { readonly data: CreditSeriesResponse }) =>
  data.credits === null && data.actions === null ? (
    <Empty title="No balance was read yet">
      Name the Clay API key as <code>clay.apiKey</code>, and both meters are watched.
    </Empty>
  ) : (
    <div class="stack loose">
      {data.credits && <MeterCharts data={data} meter="credits" points={data.credits} />}
      {data.actions && <MeterCharts data={data} meter="actions" points={data.actions} />}
    </div>
  );

/** What was left and what was burnt, over time. */
export const CreditCharts = ({ span }: { readonly span: Span }) => {
  const series = useResource<CreditSeriesResponse>(`v1/credits/series?${span.query}`, span.everyMs);
  return (
    <Loaded
      of={series}
      skeleton={
        <div class="stack loose">
          <div class="grid">
            <Skeleton height={246} />
            <Skeleton height={246} />
          </div>
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
