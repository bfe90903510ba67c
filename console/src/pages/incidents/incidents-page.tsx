import { useState } from 'preact/hooks';
import type { IncidentBrief, ListResponse } from '../../../../shared/respond/incident-shape.ts';
import { useConsole } from '../../api/context.ts';
import type { Problem } from '../../api/problem.ts';
import { useResource } from '../../api/use-resource.ts';
import { formatCount, plural } from '../../format.ts';
import { hrefOf } from '../../route.ts';
import { Badge, IncidentStatusBadge, SeverityBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Segmented, TextField } from '../../ui/field.tsx';
import { PageHead, Panel } from '../../ui/panel.tsx';
import { Empty, Failed, Loaded, Skeleton } from '../../ui/state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Countdown, Time } from '../../ui/time.tsx';
import './incidents.css';
import { isOver } from './words.ts';

const PAGE = 100;

const holder = (incident: IncidentBrief): string =>
  incident.assignee ?? incident.acknowledged?.by.name ?? (isOver(incident) ? '–' : 'Nobody');

const COLUMNS: readonly Column<IncidentBrief>[] = [
  {
    key: 'severity',
    head: 'Severity',
    narrow: true,
    cell: ({ severity }) => <SeverityBadge severity={severity} />,
  },
  {
    key: 'title',
    head: 'What',
    rowHead: true,
    cell: ({ id, title, subject, summary, hidden_by: hiddenBy }) => (
      <div class="incident-row-title prose">
        <a href={hrefOf('incidents', id)}>{title}</a>
        <span class="small muted">
          {subject} · {summary}
        </span>
        {hiddenBy !== null && <Badge>Effect of {hiddenBy}</Badge>}
      </div>
    ),
  },
  {
    key: 'status',
    head: 'Status',
    narrow: true,
    cell: ({ status }) => <IncidentStatusBadge status={status} />,
  },
  { key: 'who', head: 'Who has it', cell: (incident) => <span class="prose">{holder(incident)}</span> },
  {
    key: 'opened',
    head: 'Opened',
    narrow: true,
    cell: ({ opened_at: at }) => <Time at={at} as="instant" />,
  },
  {
    key: 'due',
    head: 'Due',
    narrow: true,
    cell: (incident) => {
      if (isOver(incident)) return <span class="muted">Over</span>;
      return incident.acknowledged === null ? (
        <Countdown label="Respond" at={incident.respond_by} />
      ) : (
        <Countdown label="Update" at={incident.next_update_at} />
      );
    },
  },
];

const matches = (incident: IncidentBrief, words: string): boolean => {
  const text = [
    incident.id,
    incident.title,
    incident.subject,
    incident.summary,
    incident.cause,
    holder(incident),
  ]
    .join(' ')
    .toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

interface Older {
  readonly incidents: readonly IncidentBrief[];
  /** Where the next page begins; null: there is none, undefined: none was asked for yet. */
  readonly next: string | null | undefined;
}

/** Each once: a newer page may have moved an incident that an older one also has. */
const together = (
  newest: readonly IncidentBrief[],
  older: readonly IncidentBrief[],
): readonly IncidentBrief[] => {
  const seen = new Set(newest.map(({ id }) => id));
  return [...newest, ...older.filter(({ id }) => !seen.has(id))];
};

/** `12 incidents`, or `101 to 200 of 1,000 and more`. */
const placeOf = (page: number, rows: number, isMore: boolean): string => {
  if (rows <= PAGE && !isMore) return plural(rows, 'incident');
  const to = Math.min(rows, (page + 1) * PAGE);
  return `${formatCount(page * PAGE + 1)} to ${formatCount(to)} of ${formatCount(rows)}${isMore ? ' and more' : ''}`;
};

const List = ({ status, words }: { readonly status: 'open' | 'all'; readonly words: string }) => {
  const { api } = useConsole();
  // A year; lists reach back 30 days unless they are told to.
  const [since] = useState(() => new Date(Date.now() - 365 * 86_400_000).toISOString().slice(0, 10));
  const path = `v1/incidents?status=${status}&limit=${PAGE}&since=${since}T00:00:00Z`;
  const watched = useResource<ListResponse>(path, 5_000);
  const [older, setOlder] = useState<Older>({ incidents: [], next: undefined });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  // A page at a time is drawn: a thousand rows that count down would keep a phone busy.
  const [at, setAt] = useState(0);

  const more = async (cursor: string): Promise<void> => {
    setBusy(true);
    const answer = await api.load<ListResponse>(`${path}&cursor=${encodeURIComponent(cursor)}`, null);
    setBusy(false);
    if (answer.kind === 'failed') setProblem(answer.problem);
    if (answer.kind !== 'fresh') return;
    setProblem(null);
    const { incidents, next } = answer.data;
    setOlder((before) => ({ incidents: together(before.incidents, incidents), next }));
  };

  return (
    <Loaded of={watched} skeleton={<Skeleton height={280} />}>
      {({ incidents, next }) => {
        const all = together(incidents, older.incidents);
        const shown = words.trim() === '' ? all : all.filter((incident) => matches(incident, words.trim()));
        const cursor = older.next === undefined ? next : older.next;
        const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
        const page = Math.min(at, last);
        const showOlder = async (): Promise<void> => {
          if (page === last && cursor !== null) await more(cursor);
          setAt(page + 1);
        };
        if (all.length === 0)
          return (
            <Empty title={status === 'open' ? 'No incident is open' : 'There was no incident in a year'}>
              {status === 'open' ? 'When something breaks, it stands here within a minute.' : null}
            </Empty>
          );
        return (
          <>
            <Table
              caption={`Incidents, ${status === 'open' ? 'open' : 'open and over'}`}
              columns={COLUMNS}
              rows={shown.slice(page * PAGE, (page + 1) * PAGE)}
              keyOf={({ id }) => id}
              empty="None of those that are loaded has these words."
            />
            <div class="row apart list-foot">
              <span class="muted small" role="status">
                {placeOf(page, shown.length, cursor !== null)}
              </span>
              <div class="row">
                {page > 0 && (
                  <Button small onClick={() => setAt(page - 1)}>
                    Newer
                  </Button>
                )}
                {(page < last || cursor !== null) && (
                  <Button small busy={busy} onClick={() => void showOlder()}>
                    Older
                  </Button>
                )}
              </div>
            </div>
            {problem && <Failed problem={problem} />}
          </>
        );
      }}
    </Loaded>
  );
};

export const IncidentsPage = () => {
  const [status, setStatus] = useState<'open' | 'all'>('open');
  const [words, setWords] = useState('');
  return (
    <>
      <PageHead title="Incidents" lead="What is wrong, who has it, and what is due." />
      <Panel
        title={status === 'open' ? 'Open' : 'All of the last year'}
        flush
        actions={
          <Segmented
            label="Which incidents"
            value={status}
            onChange={setStatus}
            choices={[
              { value: 'open', label: 'Open' },
              { value: 'all', label: 'All' },
            ]}
          />
        }
      >
        <div class="filters list-filters">
          <TextField label="Filter" type="search" value={words} onInput={setWords} placeholder="Words" />
        </div>
        <List key={status} status={status} words={words} />
      </Panel>
    </>
  );
};
