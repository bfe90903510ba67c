import { useState } from 'preact/hooks';
import type { AuditResponse } from '../../../../shared/report/setup-shape.ts';
import { useResource } from '../../api/use-resource.ts';
import { hrefOf } from '../../route.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Segmented } from '../../ui/field.tsx';
import { PageHead, Panel } from '../../ui/panel.tsx';
import { Loaded, Skeleton } from '../../ui/state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

type Entry = AuditResponse['entries'][number];
type Whose = 'everybody' | 'people' | 'claywatch';

const STEP = 100;
const MOST = 500;

const About = ({ what, about }: Pick<Entry, 'what' | 'about'>) => {
  if (about.startsWith('inc-')) return <a href={hrefOf('incidents', about)}>{about}</a>;
  return what === 'feed' ? <a href={hrefOf('feeds', about)}>{about}</a> : <span class="mono">{about}</span>;
};

const COLUMNS: readonly Column<Entry>[] = [
  { key: 'at', head: 'When', narrow: true, cell: ({ at }) => <Time at={at} as="instant" /> },
  {
    key: 'by',
    head: 'Who',
    cell: ({ by, via }) => (
      <span class="prose">
        {by === 'claywatch' ? 'Claywatch' : by}
        {via !== null && by !== 'claywatch' && <span class="small muted"> ({via})</span>}
      </span>
    ),
  },
  { key: 'what', head: 'Of', narrow: true, cell: ({ what }) => <Badge>{what}</Badge> },
  { key: 'text', head: 'What', rowHead: true, cell: ({ text }) => <span class="prose">{text}</span> },
  { key: 'about', head: 'About', cell: (entry) => <About {...entry} /> },
];

const isWhose =
  (whose: Whose) =>
  ({ by }: Entry): boolean =>
    whose === 'everybody' || (by === 'claywatch') === (whose === 'claywatch');

export default () => {
  const [limit, setLimit] = useState(STEP);
  const [whose, setWhose] = useState<Whose>('everybody');
  const watched = useResource<AuditResponse>(`v1/audit?limit=${limit}`, 15_000);
  return (
    <>
      <PageHead title="Audit" lead="Who changed what, and what Claywatch did by itself." />
      <Panel
        title="Newest first"
        flush
        actions={
          <Segmented
            label="Whose"
            value={whose}
            onChange={setWhose}
            choices={[
              { value: 'everybody', label: 'Everybody' },
              { value: 'people', label: 'People' },
              { value: 'claywatch', label: 'Claywatch' },
            ]}
          />
        }
      >
        <Loaded of={watched} skeleton={<Skeleton height={320} />}>
          {({ entries }) => (
            <>
              <Table
                caption="Changes, newest first"
                columns={COLUMNS}
                rows={entries.filter(isWhose(whose))}
                keyOf={({ at, about }, index) => `${at} ${about} ${index}`}
                empty="Nothing was changed yet."
              />
              {entries.length >= limit && limit < MOST && (
                <Button small look="quiet" onClick={() => setLimit(Math.min(MOST, limit + STEP))}>
                  Show older ones
                </Button>
              )}
            </>
          )}
        </Loaded>
      </Panel>
    </>
  );
};
