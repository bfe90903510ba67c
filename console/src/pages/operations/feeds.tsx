import { useState } from 'preact/hooks';
import type { FailoverResponse } from '../../../../shared/operate/operate-shape.ts';
import type { RelayResponse } from '../../../../shared/report/relay-shape.ts';
import { useSession } from '../../api/context.ts';
import { useAct } from '../../api/use-act.ts';
import { usePlan } from '../../api/use-plan.ts';
import { useResource } from '../../api/use-resource.ts';
import { formatCount, formatSpan, humanize } from '../../format.ts';
import { hrefOf } from '../../route.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, useConfirm } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Facts, Notice, Panel } from '../../ui/panel.tsx';
import { Empty, Failed, Loaded, Skeleton } from '../../ui/state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import type { Tone } from '../../ui/tone.ts';
import { ReplayButton } from './replay.tsx';

type Feed = RelayResponse['feeds'][number];
type Pooled = Feed['pool'][number];

const MODES: Readonly<Record<Feed['mode'], readonly [words: string, tone: Tone]>> = {
  normal: ['Flowing', 'good'],
  degraded: ['Later than usual', 'warn'],
  holding: ['Held', 'serious'],
};

const ROLES: Readonly<Record<Pooled['role'], Tone>> = {
  'in-use': 'good',
  standby: 'note',
  spare: 'warn',
  unusable: 'bad',
};

const POOL: readonly Column<Pooled>[] = [
  { key: 'webhook', head: 'Webhook', rowHead: true, cell: ({ webhook }) => webhook },
  { key: 'table', head: 'Table', cell: ({ table }) => table ?? '–' },
  {
    key: 'role',
    head: 'Role',
    narrow: true,
    cell: ({ role }) => <Badge tone={ROLES[role]}>{humanize(role)}</Badge>,
  },
  { key: 'standing', head: 'Clay said', cell: ({ standing }) => humanize(standing) },
  {
    key: 'count',
    head: 'Used',
    number: true,
    cell: ({ count, limit }) =>
      `${formatCount(count.high)} of ${limit === null ? 'no limit' : formatCount(limit)}`,
  },
];

const HoldDialog = ({ feed, onClose }: { readonly feed: string; readonly onClose: () => void }) => {
  const { busy, act } = useAct();
  const [reason, setReason] = useState('');
  const submit = async (): Promise<void> => {
    const sent = await act(
      `v1/feeds/${feed}/hold`,
      { reason: reason.trim() },
      `The rows of ${feed} are held.`,
    );
    if (sent.kind === 'done') onClose();
  };
  return (
    <Dialog
      title={`Hold the rows of ${feed}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} disabled={reason.trim() === ''} onClick={() => void submit()}>
            Hold {feed}
          </Button>
        </>
      }
    >
      <p>Senders are answered as always: their rows are taken and kept, and wait until you resume.</p>
      <TextField label="Why" required value={reason} onInput={setReason} maxLength={240} />
    </Dialog>
  );
};

const FailoverDialog = ({ feed, onClose }: { readonly feed: Feed; readonly onClose: () => void }) => {
  const { busy, act } = useAct();
  const others = feed.pool.filter(({ active, role }) => !active && role !== 'unusable');
  const [to, setTo] = useState(others[0]?.webhook ?? '');
  const path = `v1/feeds/${feed.feed}/failover`;
  const { plan, problem } = usePlan<FailoverResponse>(to === '' ? null : path, { to });
  const submit = async (): Promise<void> => {
    const sent = await act(path, { to }, `Rows of ${feed.feed} go to ${to}.`);
    if (sent.kind === 'done') onClose();
  };
  return (
    <Dialog
      title={`Send the rows of ${feed.feed} to another webhook`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} disabled={plan === null} onClick={() => void submit()}>
            Fail over
          </Button>
        </>
      }
    >
      {others.length === 0 ? (
        <p>No other webhook of the pool takes rows. Make one in Clay and add it to the configuration.</p>
      ) : (
        <>
          <p>
            New rows, and those that wait, go there from the next one on. Its first row shows whether it
            works.
          </p>
          <SelectField
            label="Webhook"
            required
            value={to}
            onInput={setTo}
            choices={others.map(({ webhook, table, role }) => ({
              value: webhook,
              label: `${webhook}${table === null ? '' : `, ${table}`} (${humanize(role).toLowerCase()})`,
            }))}
          />
          {problem && <Failed problem={problem} />}
          {plan?.cautions.map((caution) => (
            <Notice key={caution} tone="warn">
              {caution}
            </Notice>
          ))}
        </>
      )}
    </Dialog>
  );
};

const Holds = ({ holds }: { readonly holds: Feed['holds'] }) => (
  <ul class="holds">
    {holds.map(({ kind, why, by, since, try_at: tryAt }) => (
      <li key={`${kind} ${since}`} class="prose">
        <Badge tone="serious" icon="pause">
          {kind === 'operator' ? 'By a person' : kind === 'cause' ? 'By an incident' : 'By the breaker'}
        </Badge>{' '}
        {why}{' '}
        <span class="small muted">
          {by === 'claywatch' ? 'Claywatch' : by}, <Time at={since} />
          {tryAt !== null && (
            <>
              ; one row is tried <Time at={tryAt} />
            </>
          )}
        </span>
      </li>
    ))}
  </ul>
);

const FeedPanel = ({ feed }: { readonly feed: Feed }) => {
  const { canAct } = useSession();
  const confirm = useConfirm();
  const { busy, act } = useAct();
  const [open, setOpen] = useState<'hold' | 'failover' | null>(null);
  const [words, tone] = MODES[feed.mode];
  const isHeldByPerson = feed.holds.some(({ kind }) => kind === 'operator');
  const resume = async (): Promise<void> => {
    const sure = await confirm({
      title: `Resume ${feed.feed}`,
      body: 'Rows that wait go on, a few first. An incident that holds them keeps holding them.',
      action: 'Resume',
    });
    const body = isHeldByPerson ? {} : { all: true };
    if (sure) await act(`v1/feeds/${feed.feed}/resume`, body, `The rows of ${feed.feed} go on.`);
  };
  return (
    <Panel
      title={<a href={hrefOf('feeds', feed.feed)}>{feed.feed}</a>}
      note={<Badge tone={tone}>{words}</Badge>}
      actions={
        canAct && (
          <>
            {isHeldByPerson || feed.holds.some(({ kind }) => kind === 'breaker') ? (
              <Button small icon="play" busy={busy} onClick={() => void resume()}>
                Resume
              </Button>
            ) : null}
            {!isHeldByPerson && (
              <Button small icon="pause" onClick={() => setOpen('hold')}>
                Hold
              </Button>
            )}
            <Button small onClick={() => setOpen('failover')}>
              Fail over
            </Button>
            <ReplayButton feed={feed.feed} />
          </>
        )
      }
    >
      <div class="stack">
        {feed.reasons.length > 0 && (
          <ul class="prose">
            {feed.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
        {feed.holds.length > 0 && <Holds holds={feed.holds} />}
        <Facts
          facts={[
            ['Waiting', feed.rows_waiting === null ? 'not known' : `${formatCount(feed.rows_waiting)} rows`],
            [
              'Sent within',
              feed.delay_seconds === null ? 'nobody can say' : formatSpan(feed.delay_seconds * 1_000),
            ],
            ['Pace', humanize(feed.pace)],
            ['Standbys left', feed.standbys_left],
          ]}
        />
        <Table
          caption={`The pool of ${feed.feed}, in the order of preference`}
          captionShown
          columns={POOL}
          rows={feed.pool}
          keyOf={({ webhook }) => webhook}
        />
        {feed.history.length > 0 && (
          <details>
            <summary>What was changed lately</summary>
            <ul class="holds">
              {feed.history.slice(0, 12).map(({ at, text, by }, index) => (
                <li key={`${at} ${index}`} class="prose small">
                  <Time at={at} as="instant" /> {text} <span class="muted">({by})</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {open === 'hold' && <HoldDialog feed={feed.feed} onClose={() => setOpen(null)} />}
      {open === 'failover' && <FailoverDialog feed={feed} onClose={() => setOpen(null)} />}
    </Panel>
  );
};

/** Each relayed feed: what holds it, its pool, and what can be done. */
export const FeedPanels = () => {
  const watched = useResource<RelayResponse>('v1/relay', 5_000);
  return (
    <Loaded of={watched} skeleton={<Skeleton height={320} />}>
      {({ feeds }) =>
        feeds.length === 0 ? (
          <Empty title="No feed goes through the relay">
            Give a feed a `relay` section, and point its sender at it: then rows can be held and sent again.
          </Empty>
        ) : (
          <div class="stack">
            {feeds.map((feed) => (
              <FeedPanel key={feed.feed} feed={feed} />
            ))}
          </div>
        )
      }
    </Loaded>
  );
};
