import { useState } from 'preact/hooks';
import type { ReplayPlanResponse } from '../../../../shared/operate/operate-shape.ts';
import type { ReplaysResponse } from '../../../../shared/report/setup-shape.ts';
import { useConsole, useSession } from '../../api/context.ts';
import type { Problem } from '../../api/problem.ts';
import { useAct } from '../../api/use-act.ts';
import { useResource } from '../../api/use-resource.ts';
import { formatAmount, formatCount, formatSpan, plural } from '../../format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, useConfirm } from '../../ui/dialog.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Facts, Notice, Panel } from '../../ui/panel.tsx';
import { Failed, Loaded, Skeleton } from '../../ui/state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

type ReplayPlan = ReplayPlanResponse['plan'];
type Source = ReplayPlan['source'];
type Job = ReplaysResponse['replays'][number];

const SOURCES: readonly { readonly value: Source; readonly label: string }[] = [
  { value: 'uncalled', label: 'Rows that Clay took and never brought back' },
  { value: 'dead-letters', label: 'Rows that were set aside' },
  { value: 'held', label: 'Rows that are held back' },
];

const VERDICTS = {
  ok: ['Possible', 'good'],
  split: ['Possible in part', 'warn'],
  refuse: ['Refused', 'bad'],
  nothing: ['Nothing to send again', 'quiet'],
} as const;

const needWords = (need: ReplayPlan['credits']): string => {
  if (need === null) return 'none';
  const needed = need.needed === null ? 'not known' : `${formatAmount(need.needed)} needed`;
  return need.left === null
    ? `${needed}, the balance is not known`
    : `${needed}, ${formatAmount(need.left)} left`;
};

const Plan = ({ plan }: { readonly plan: ReplayPlan }) => {
  const [words, tone] = VERDICTS[plan.verdict];
  return (
    <div class="stack tight">
      <div>
        <Badge tone={tone}>{words}</Badge>
      </div>
      {plan.verdict !== 'nothing' && (
        <Facts
          facts={[
            [
              'Rows',
              `${formatCount(plan.rows)}${plan.left_out > 0 ? `, ${formatCount(plan.left_out)} left out` : ''}`,
            ],
            ['Time', formatSpan(plan.seconds * 1_000)],
            ['Room', plan.room === null ? 'no limit' : plural(plan.room, 'row')],
            ['Credits', needWords(plan.credits)],
            ['Actions', needWords(plan.actions)],
          ]}
        />
      )}
      {plan.reasons.map((reason) => (
        <Notice key={reason} tone={plan.verdict === 'refuse' ? 'bad' : 'warn'}>
          {reason}
        </Notice>
      ))}
      {plan.cautions.map((caution) => (
        <Notice key={caution} tone="warn">
          {caution}
        </Notice>
      ))}
    </div>
  );
};

const ReplayDialog = ({ feed, onClose }: { readonly feed: string; readonly onClose: () => void }) => {
  const { api } = useConsole();
  const { busy, act } = useAct();
  const [source, setSource] = useState<Source>('uncalled');
  const [plan, setPlan] = useState<ReplayPlan | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [planning, setPlanning] = useState(false);

  const choose = (next: Source): void => {
    setSource(next);
    setPlan(null);
    setProblem(null);
  };
  const makePlan = async (): Promise<void> => {
    setPlanning(true);
    const sent = await api.send<ReplayPlanResponse>(`v1/feeds/${feed}/replay/plan`, { source });
    setPlanning(false);
    setPlan(sent.kind === 'done' ? sent.data.plan : null);
    setProblem(sent.kind === 'failed' ? sent.problem : null);
  };
  const start = async (rows: number): Promise<void> => {
    const body = { source, confirm: rows };
    const sent = await act(
      `v1/feeds/${feed}/replay`,
      body,
      `The replay of ${plural(rows, 'row')} has begun.`,
    );
    if (sent.kind === 'done') onClose();
    else await makePlan();
  };
  const canStart = plan !== null && (plan.verdict === 'ok' || plan.verdict === 'split') && plan.rows > 0;
  return (
    <Dialog
      title={`Send rows of ${feed} again`}
      onClose={onClose}
      wide
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {canStart ? (
            <Button look="primary" icon="play" busy={busy} onClick={() => void start(plan.rows)}>
              {`Send ${plural(plan.rows, 'row')} again`}
            </Button>
          ) : (
            <Button look="primary" busy={planning} onClick={() => void makePlan()}>
              Make a plan
            </Button>
          )}
        </>
      }
    >
      <SelectField label="Which rows" required value={source} onInput={choose} choices={SOURCES} />
      {plan === null && !problem && (
        <p>The plan says what it would do and cost. Nothing is sent by making it.</p>
      )}
      {problem && <Failed problem={problem} />}
      {plan && <Plan plan={plan} />}
    </Dialog>
  );
};

export const ReplayButton = ({ feed }: { readonly feed: string }) => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small onClick={() => setOpen(true)}>
        Replay
      </Button>
      {open && <ReplayDialog feed={feed} onClose={() => setOpen(false)} />}
    </>
  );
};

const STATES: Readonly<Record<string, readonly [words: string, tone: 'accent' | 'warn' | 'good' | 'quiet']>> =
  {
    running: ['Running', 'accent'],
    stopped: ['Stopped', 'warn'],
    done: ['Done', 'good'],
  };

const Progress = ({ job }: { readonly job: Job }) => {
  const handled = job.queued + job.skipped;
  const share = job.planned === 0 ? 1 : Math.min(1, handled / job.planned);
  return (
    <div class="stack tight">
      <span class="nowrap">
        {formatCount(handled)} of {formatCount(job.planned)}
      </span>
      <div class="progress-track" aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
};

export const ReplaysPanel = () => {
  const { canAct } = useSession();
  const confirm = useConfirm();
  const { act } = useAct();
  const watched = useResource<ReplaysResponse>('v1/replays', 3_000);
  const resume = async ({ id, planned, queued, skipped }: Job): Promise<void> => {
    const sure = await confirm({
      title: 'Resume this replay',
      body: `${plural(planned - queued - skipped, 'row')} are left. None is sent twice for it.`,
      action: 'Resume',
    });
    if (sure) await act(`v1/replays/${id}/resume`, {}, 'The replay goes on.');
  };
  const columns: readonly Column<Job>[] = [
    {
      key: 'status',
      head: 'State',
      narrow: true,
      cell: ({ status, stopped }) => {
        const [words, tone] = STATES[status] ?? [status, 'quiet'];
        return (
          <>
            <Badge tone={tone}>{words}</Badge>
            {stopped !== null && <div class="small muted prose">{stopped}</div>}
          </>
        );
      },
    },
    { key: 'id', head: 'Replay', rowHead: true, cell: ({ id }) => <span class="mono">{id}</span> },
    {
      key: 'what',
      head: 'Rows',
      cell: ({ feed, source }) => (
        <span class="prose">
          {feed}: {SOURCES.find(({ value }) => value === source)?.label.toLowerCase() ?? source}
        </span>
      ),
    },
    { key: 'progress', head: 'Progress', cell: (job) => <Progress job={job} /> },
    {
      key: 'by',
      head: 'Began',
      cell: ({ by, started_at: at }) => (
        <span class="prose">
          {by}, <Time at={at} as="instant" />
        </span>
      ),
    },
    {
      key: 'resume',
      head: 'Resume',
      narrow: true,
      cell: (job) =>
        canAct && job.status === 'stopped' ? (
          <Button small onClick={() => void resume(job)}>
            Resume
          </Button>
        ) : null,
    },
  ];
  return (
    <Panel title="Replays" note="Rows that were sent again" flush>
      <Loaded of={watched} skeleton={<Skeleton height={120} />}>
        {({ replays }) => (
          <Table
            caption="Replays, newest first"
            columns={columns}
            rows={replays}
            keyOf={({ id }) => id}
            empty="No row was sent again yet."
          />
        )}
      </Loaded>
    </Panel>
  );
};
