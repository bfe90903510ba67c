import { useState } from 'preact/hooks';
import type { SilencesResponse } from '../../../../shared/report/setup-shape.ts';
import { useConsole, useSession } from '../../api/context.ts';
import { useAct } from '../../api/use-act.ts';
import { useResource } from '../../api/use-resource.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, useConfirm } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Loaded, Skeleton } from '../../ui/state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

type Silence = SilencesResponse['silences'][number];

const HOURS = [
  { value: '1', label: '1 hour' },
  { value: '2', label: '2 hours' },
  { value: '8', label: '8 hours' },
  { value: '24', label: 'a day' },
  { value: '168', label: 'a week' },
] as const;

const AT_MOST = [
  { value: '', label: 'Every severity' },
  { value: 'P2', label: 'P2 and below' },
  { value: 'P3', label: 'P3 and below' },
  { value: 'P4', label: 'P4 only' },
] as const;

const KINDS = [
  { value: 'silence', label: 'Silence: messages are held back' },
  { value: 'maintenance', label: 'Maintenance: it was planned' },
] as const;

const matchWords = ({ match }: Silence): string => {
  const parts = [
    match.feed === null ? null : `feed ${match.feed}`,
    match.causes === null ? null : match.causes.join(', '),
    match.subject === null ? null : `about ${match.subject}`,
    match.at_most === null ? null : `${match.at_most} and below`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'Everything' : parts.join(', ');
};

const AddDialog = ({
  feeds,
  onClose,
}: {
  readonly feeds: readonly string[];
  readonly onClose: () => void;
}) => {
  const { now } = useConsole();
  const { busy, act } = useAct();
  const [kind, setKind] = useState<Silence['kind']>('silence');
  const [hours, setHours] = useState<string>('2');
  const [feed, setFeed] = useState('');
  const [atMost, setAtMost] = useState<string>('');
  const [reason, setReason] = useState('');
  const submit = async (): Promise<void> => {
    const match = { ...(feed !== '' && { feed }), ...(atMost !== '' && { at_most: atMost }) };
    const body = {
      ...{ kind, reason: reason.trim() },
      to: new Date(now() + Number(hours) * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z'),
      match: Object.keys(match).length === 0 ? { everything: true } : match,
    };
    const sent = await act('v1/silences', body, 'The silence is in force.');
    if (sent.kind === 'done') onClose();
  };
  return (
    <Dialog
      title="Silence"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} disabled={reason.trim() === ''} onClick={() => void submit()}>
            Silence
          </Button>
        </>
      }
    >
      <p>Incidents open and close as always, and stand here; only their messages are held back meanwhile.</p>
      <SelectField label="What it is" required value={kind} onInput={setKind} choices={KINDS} />
      <div class="two-fields">
        <SelectField label="How long" required value={hours} onInput={setHours} choices={HOURS} />
        <SelectField
          label="Feed"
          required
          value={feed}
          onInput={setFeed}
          choices={[{ value: '', label: 'Every feed' }, ...feeds.map((value) => ({ value, label: value }))]}
        />
        <SelectField label="Severity" required value={atMost} onInput={setAtMost} choices={AT_MOST} />
      </div>
      <TextField
        label="Why"
        required
        value={reason}
        onInput={setReason}
        maxLength={240}
        hint="It is what others read when they miss a message."
      />
    </Dialog>
  );
};

const STATES = {
  'in-force': { words: 'In force', tone: 'serious' },
  upcoming: { words: 'To come', tone: 'note' },
  over: { words: 'Over', tone: 'quiet' },
} as const;

export const SilencesPanel = ({ feeds }: { readonly feeds: readonly string[] }) => {
  const { canAct } = useSession();
  const confirm = useConfirm();
  const { act } = useAct();
  const [adding, setAdding] = useState(false);
  const watched = useResource<SilencesResponse>('v1/silences', 10_000);
  const end = async ({ id, reason }: Silence): Promise<void> => {
    const sure = await confirm({
      title: 'End this silence',
      body: `“${reason}”. What is open then is told of at once.`,
      action: 'End it',
    });
    if (sure) await act(`v1/silences/${id}/end`, {}, 'The silence has ended.');
  };
  const columns: readonly Column<Silence>[] = [
    {
      key: 'state',
      head: 'State',
      narrow: true,
      cell: ({ state }) => <Badge tone={STATES[state].tone}>{STATES[state].words}</Badge>,
    },
    { key: 'what', head: 'What', cell: (silence) => matchWords(silence) },
    {
      key: 'why',
      head: 'Why',
      rowHead: true,
      cell: ({ reason, by, kind }) => (
        <span class="prose">
          {reason}{' '}
          <span class="small muted">
            {by}
            {kind === 'maintenance' ? ', maintenance' : ''}
          </span>
        </span>
      ),
    },
    { key: 'to', head: 'Until', narrow: true, cell: ({ to }) => <Time at={to} as="instant" /> },
    {
      key: 'end',
      head: 'End',
      narrow: true,
      cell: (silence) =>
        canAct && silence.state !== 'over' ? (
          <Button small onClick={() => void end(silence)}>
            End
          </Button>
        ) : null,
    },
  ];
  return (
    <Panel
      title="Silences and maintenance"
      flush
      actions={
        canAct && (
          <Button small icon="plus" onClick={() => setAdding(true)}>
            Silence
          </Button>
        )
      }
    >
      <Loaded of={watched} skeleton={<Skeleton height={120} />}>
        {({ silences }) => (
          <Table
            caption="Silences in force and to come"
            columns={columns}
            rows={silences}
            keyOf={({ id }) => id}
            empty="Nothing is silenced: everything that opens is told of."
          />
        )}
      </Loaded>
      {adding && <AddDialog feeds={feeds} onClose={() => setAdding(false)} />}
    </Panel>
  );
};
