import { useState } from 'preact/hooks';
import type { PreflightResponse } from '../../../../shared/report/setup-shape.ts';
import { useResource } from '../../api/use-resource.ts';
import { plural } from '../../format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Segmented } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Loaded, Skeleton } from '../../ui/state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import type { Tone } from '../../ui/tone.ts';

type Check = PreflightResponse['checks'][number];

const RESULTS: Readonly<Record<Check['result'], readonly [words: string, tone: Tone]>> = {
  ready: ['Ready', 'good'],
  'not-ready': ['Not ready', 'bad'],
  unknown: ['Not known', 'warn'],
  skipped: ['Not judged', 'quiet'],
};

const COLUMNS: readonly Column<Check>[] = [
  {
    key: 'result',
    head: 'State',
    narrow: true,
    cell: ({ result }) => <Badge tone={RESULTS[result][1]}>{RESULTS[result][0]}</Badge>,
  },
  { key: 'what', head: 'What', rowHead: true, cell: ({ what }) => <span class="prose">{what}</span> },
  {
    key: 'found',
    head: 'Seen',
    cell: ({ found, fix }) => (
      <span class="prose">
        {found}
        {fix !== '' && <span class="small muted"> {fix}</span>}
      </span>
    ),
  },
  {
    key: 'at',
    head: 'When',
    narrow: true,
    cell: ({ at }) => (at === null ? <span class="muted">–</span> : <Time at={at} />),
  },
];

const needsSomebody = ({ result }: Check): boolean => result === 'not-ready' || result === 'unknown';

export const PreflightPanel = () => {
  const [which, setWhich] = useState<'all' | 'needs'>('all');
  const watched = useResource<PreflightResponse>('v1/preflight', 15_000);
  return (
    <Panel
      title="Preflight"
      note="What the watch last saw of everything that it looks at"
      flush
      actions={
        <Segmented
          label="Which checks"
          value={which}
          onChange={setWhich}
          choices={[
            { value: 'all', label: 'All' },
            { value: 'needs', label: 'Needs somebody' },
          ]}
        />
      }
    >
      <Loaded of={watched} skeleton={<Skeleton height={240} />}>
        {({ checks }) => (
          <Table
            caption={`Preflight: ${plural(checks.filter(needsSomebody).length, 'check')} of ${checks.length} needs somebody`}
            columns={COLUMNS}
            rows={which === 'all' ? checks : checks.filter(needsSomebody)}
            keyOf={({ what }, index) => `${what} ${index}`}
            empty="Nothing needs anybody."
          />
        )}
      </Loaded>
    </Panel>
  );
};
