import { useMemo, useState } from 'preact/hooks';
import { formatCount } from '../../format.ts';
import { Chart, type ChartLimit, type ChartSeries } from '../../ui/chart/chart.tsx';
import { fanOf, type Goal } from '../../ui/chart/data.ts';
import { SelectField } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { FeedUsage } from './use-usage.ts';

type Limited = FeedUsage['webhooks'][number] | FeedUsage['tables'][number];

const nameOf = (limited: Limited): string =>
  'webhook' in limited ? `Webhook ${limited.webhook}` : `Table ${limited.table}`;

const goalsOf = (limited: Limited): readonly Goal[] =>
  [...('warn' in limited ? [limited.warn, limited.rotate] : []), limited.full].flatMap((mark) =>
    mark?.reach.kind === 'forecast' && (mark.reach.p10 ?? mark.reach.p50) !== null
      ? [{ rows: mark.rows, at: mark.reach }]
      : [],
  );

const limitsOf = (limited: Limited): readonly ChartLimit[] => [
  ...('warn' in limited && limited.warn
    ? [{ value: limited.warn.rows, label: 'warn', tone: 'warn' as const }]
    : []),
  ...('rotate' in limited && limited.rotate
    ? [{ value: limited.rotate.rows, label: 'rotate', tone: 'serious' as const }]
    : []),
  ...(limited.full ? [{ value: limited.full.rows, label: 'full', tone: 'bad' as const }] : []),
];

const BAND: readonly [number, number] = [0, 2];

const Course = ({ limited, at }: { readonly limited: Limited; readonly at: string }) => {
  // The counts are polled; the forecast is drawn anew only when it says something else.
  const key = JSON.stringify([limited.count, goalsOf(limited)]);
  const { x, series, limits, lowest } = useMemo(() => {
    const fan = fanOf(at, limited.count.low, goalsOf(limited));
    const drawn: readonly ChartSeries[] = [
      { label: 'Soonest (p10)', values: fan.early, color: 'chart-1', dashed: true, format: formatCount },
      { label: 'Middle (p50)', values: fan.middle, color: 'chart-1', format: formatCount },
      { label: 'Latest (p90)', values: fan.late, color: 'chart-1', dashed: true, format: formatCount },
    ];
    return { x: fan.x, series: drawn, limits: limitsOf(limited), lowest: limited.count.low };
  }, [key]);
  const range = useMemo<readonly [number, null]>(
    () => [Math.floor((lowest * 0.9) / 1_000) * 1_000, null],
    [lowest],
  );
  return (
    <Chart
      title={`${nameOf(limited)}: rows ahead`}
      note="8 of 10 forecasts lie within the band"
      x={x}
      series={series}
      limits={limits}
      range={range}
      band={BAND}
      latest={false}
      height={230}
    />
  );
};

/** The course that the counts are forecast to take, of those that are forecast to reach anything. */
export const ForecastChart = ({ usage, at }: { readonly usage: FeedUsage; readonly at: string }) => {
  const drawable = [...usage.webhooks, ...usage.tables].filter((each) => goalsOf(each).length > 0);
  const [chosen, choose] = useState<string | null>(null);
  const limited = drawable.find((each) => nameOf(each) === chosen) ?? drawable[0];
  if (!limited) return null;
  return (
    <Panel
      title="Forecast"
      actions={
        drawable.length > 1 ? (
          <div class="forecast-choice">
            <SelectField
              label="Of"
              required
              value={nameOf(limited)}
              onInput={choose}
              choices={drawable.map((each) => ({ value: nameOf(each), label: nameOf(each) }))}
            />
          </div>
        ) : undefined
      }
    >
      <Course key={nameOf(limited)} limited={limited} at={at} />
    </Panel>
  );
};
