import { useState } from 'preact/hooks';
import { formatAmount, formatCount, formatShare, formatSpan } from '../../format.ts';
import { Segmented } from '../../ui/field.tsx';
import { BarList } from '../../ui/meter.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import './breakdown.css';
import type { FeedUsage } from './use-usage.ts';

type Rows = NonNullable<FeedUsage['rows']>;
type Period = Rows['day'];

const Providers = ({ period }: { readonly period: Period }) => (
  <Table
    caption="Providers"
    rows={period.providers}
    keyOf={({ name }) => name}
    empty="No callback of this time names a provider."
    columns={[
      { key: 'name', head: 'Provider', rowHead: true, cell: ({ name }) => name },
      { key: 'hit', head: 'Found', number: true, cell: ({ hit }) => formatCount(hit) },
      { key: 'missed', head: 'Not found', number: true, cell: ({ missed }) => formatCount(missed) },
      {
        key: 'rate',
        head: 'Hit rate',
        number: true,
        cell: ({ hitRate }) => (
          <>
            {formatShare(hitRate.share)}
            {!hitRate.enough && <span class="muted small"> few</span>}
          </>
        ),
      },
      {
        key: 'failed',
        head: 'Failed',
        number: true,
        cell: ({ failed, rateLimited }) => (
          <>
            {formatCount(failed)}
            {rateLimited > 0 && <span class="muted small"> {formatCount(rateLimited)} limited</span>}
          </>
        ),
      },
      { key: 'credits', head: 'Credits', number: true, cell: ({ credits }) => formatAmount(credits) },
    ]}
  />
);

const Failures = ({
  title,
  counts,
  none,
}: {
  readonly title: string;
  readonly counts: readonly { readonly name: string; readonly rows: number }[];
  readonly none: string;
}) => (
  <div class="stack tight">
    <h3>{title}</h3>
    {counts.length === 0 ? (
      <p class="muted">{none}</p>
    ) : (
      <BarList label={title} bars={counts.map(({ name, rows }) => ({ name, value: rows }))} />
    )}
  </div>
);

/** Who found what, and what failed where, side by side. */
export const Breakdown = ({ rows }: { readonly rows: Rows }) => {
  const [of, choose] = useState<'recent' | 'day'>('day');
  const period = rows[of];
  const { results, crmFailed } = period;
  return (
    <div class="breakdown">
      <Panel
        title="Providers"
        actions={
          <Segmented
            label="Time"
            value={of}
            onChange={choose}
            choices={[
              { value: 'recent', label: formatSpan(rows.recent.minutes * 60_000) },
              { value: 'day', label: '24 h' },
            ]}
          />
        }
        flush
      >
        <Providers period={period} />
      </Panel>
      <Panel title="Columns" note={`${formatCount(results.failed)} rows failed`}>
        <div class="stack">
          <Failures title="By column" counts={period.failures.byColumn} none="No column failed." />
          <Failures title="By status" counts={period.failures.byStatus} none="No status of failure." />
          <p class="muted small">
            CRM: {formatCount(crmFailed.part)} of {formatCount(crmFailed.of)} failed
            {crmFailed.share !== null && ` (${formatShare(crmFailed.share)})`}. Callbacks that could not be
            read: {formatCount(period.refused)}.
          </p>
        </div>
      </Panel>
    </div>
  );
};
