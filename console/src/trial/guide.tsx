import { useEffect, useState } from 'preact/hooks';
import type { TrialResponse } from '../../../local/trial/shape.ts';
import type { ListResponse } from '../../../shared/respond/incident-shape.ts';
import { useNow } from '../api/use-now.ts';
import { useResource } from '../api/use-resource.ts';
import { formatSpan } from '../format.ts';
import { hrefOf, parseRoute } from '../route.ts';
import { StateDot } from '../ui/badge.tsx';
import { Button, LinkButton } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { Notice } from '../ui/panel.tsx';
import { useToast } from '../ui/toast.tsx';
import { type Guide as GuideState, guideOf, type Progress, type StepId } from './progress.ts';
import './trial.css';
import { type Trial, useTrial } from './use-trial.ts';

const KEY = 'claywatch.guide';
const CLOSED = 'closed';

/** Of this tab: a drill that was begun goes on when the page is read again. */
const kept = {
  read: (): Progress | typeof CLOSED | null => {
    try {
      const text = sessionStorage.getItem(KEY);
      if (text === null || text === CLOSED) return text;
      return JSON.parse(text) as Progress;
    } catch {
      return null;
    }
  },
  write: (progress: Progress | typeof CLOSED | null): void => {
    try {
      if (progress === null) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, progress === CLOSED ? CLOSED : JSON.stringify(progress));
    } catch {
      // Then it lasts as long as the page.
    }
  },
};

const TITLES: Readonly<Record<StepId, string>> = {
  break: 'Break something',
  found: 'Claywatch finds it',
  acknowledge: 'Say that you have it',
  mend: 'Mend it',
  closed: 'Claywatch closes it',
  read: 'Read what happened',
};

const NOW: Readonly<Record<StepId, string>> = {
  break:
    'The Clay that you see is a simulated one. Switch a fault on and watch what Claywatch does about it.',
  found:
    'It looks every few seconds, looks twice before it is sure, and opens one incident with its cause, its evidence and what to do.',
  acknowledge:
    'Open the incident and acknowledge it: nobody else is paged then. Its runbook is there, with what was done already.',
  mend: 'Switch the fault off again, as if the provider had mended it.',
  closed:
    'It closes an incident only once it saw the pipeline working again, twice. What waited goes on by itself.',
  read: 'Every number in the postmortem comes from what was stored: times, rows, credits, messages with proof.',
};

const Steps = ({ guide }: { readonly guide: GuideState }) => (
  <ol class="guide-steps">
    {guide.steps.map(({ id, state, tookMs }, index) => (
      <li
        key={id}
        class={cx('guide-step', state === 'now' && 'is-now')}
        aria-current={state === 'now' ? 'step' : undefined}
      >
        <StateDot
          tone={state === 'done' ? 'good' : state === 'now' ? 'accent' : 'quiet'}
          shape={state === 'done' ? 'check' : state === 'now' ? 'play' : 'clock'}
        />
        <span>
          {index + 1}. {TITLES[id]}
          {tookMs !== null && <span class="guide-took">after {formatSpan(tookMs)}</span>}
        </span>
      </li>
    ))}
  </ol>
);

const Faults = ({
  trial,
  onSwitch,
}: {
  readonly trial: TrialResponse;
  readonly onSwitch: (id: string) => Promise<void>;
}) => (
  <ul class="guide-faults">
    {trial.faults.map(({ id, title, what_happens: whatHappens }) => (
      <li key={id} class="guide-fault">
        <div>
          <strong>{title}</strong>
          <p class="small">{whatHappens}</p>
        </div>
        <div>
          <Button small icon="play" onClick={() => void onSwitch(id)}>
            Switch it on<span class="visually-hidden">, {title}</span>
          </Button>
        </div>
      </li>
    ))}
  </ul>
);

/** What there is to do in the step that is now. */
const Doing = ({
  guide,
  progress,
  trial,
  begin,
  mend,
}: {
  readonly guide: GuideState;
  readonly progress: Progress | null;
  readonly trial: TrialResponse;
  readonly begin: (id: string) => Promise<void>;
  readonly mend: () => Promise<void>;
}) => {
  const now = useNow();
  const step = guide.steps.find(({ state }) => state === 'now')?.id;
  const href = guide.incident && hrefOf('incidents', guide.incident.id);
  const isThere = href !== null && location.hash === href;
  if (step === undefined)
    return (
      <p>That was all of it. Other faults, and the command line that does the same, are in docs/local.md.</p>
    );
  const waitedFrom = step === 'found' ? progress?.startedAt : step === 'closed' ? progress?.endedAt : null;
  return (
    <div class="stack tight">
      <p>
        {NOW[step]}
        {waitedFrom != null && <strong> {formatSpan(Math.max(0, now - waitedFrom))} so far.</strong>}
      </p>
      {step === 'break' && <Faults trial={trial} onSwitch={begin} />}
      <div class="row">
        {href !== null && !isThere && step !== 'break' && (
          <LinkButton href={href} look={step === 'acknowledge' || step === 'read' ? 'primary' : 'plain'}>
            {step === 'read' ? 'Open its postmortem' : 'Open the incident'}
          </LinkButton>
        )}
        {progress !== null && progress.endedAt === null && (
          <Button look={step === 'mend' ? 'primary' : 'plain'} onClick={() => void mend()}>
            Switch the fault off
          </Button>
        )}
      </div>
    </div>
  );
};

const Drill = ({
  trial,
  switchFault,
  close,
}: {
  readonly trial: TrialResponse;
  readonly switchFault: Trial['switchFault'];
  readonly close: () => void;
}) => {
  const first = kept.read();
  const [progress, setProgress] = useState<Progress | null>(first === CLOSED ? null : first);
  const toast = useToast();
  const now = useNow(1_000);
  const { data } = useResource<ListResponse>('v1/incidents?status=all&limit=50', 2_000);
  const guide = guideOf(progress, data?.incidents ?? []);

  const keep = (next: Progress | null): void => {
    kept.write(next);
    setProgress(next);
  };
  const failed = (): void =>
    toast({
      tone: 'bad',
      title: 'The simulated Clay does not answer',
      text: 'Start it again with npm start.',
    });
  const begin = async (fault: string): Promise<void> => {
    const startedAt = now;
    if (await switchFault(fault, true)) keep({ fault, startedAt, endedAt: null, readAt: null });
    else failed();
  };
  const mend = async (): Promise<void> => {
    if (progress === null) return;
    if (await switchFault(progress.fault, false)) keep({ ...progress, endedAt: now });
    else failed();
  };

  // Whoever opens the postmortem has done the last step, wherever they opened it from.
  const incidentId = guide.incident?.id;
  useEffect(() => {
    const onRead = (event: Event): void => {
      const { page, id } = parseRoute(location.hash);
      if (event instanceof CustomEvent && page === 'incidents' && id === incidentId)
        setProgress((before) => {
          const next = before && { ...before, readAt: before.readAt ?? Date.now() };
          kept.write(next);
          return next;
        });
    };
    addEventListener('claywatch:postmortem-read', onRead);
    return () => removeEventListener('claywatch:postmortem-read', onRead);
  }, [incidentId]);

  return (
    <section class="guide" aria-labelledby="guide-title">
      <div class="guide-head">
        <h2 id="guide-title">{guide.done ? 'You have seen it all' : 'A drill, in about two minutes'}</h2>
        <div class="row">
          {progress !== null && (
            <Button
              small
              look="quiet"
              onClick={() => {
                void switchFault(progress.fault, false);
                keep(null);
              }}
            >
              Begin again
            </Button>
          )}
          <Button small look="quiet" icon="cross" iconOnly onClick={close}>
            Close the guided drill
          </Button>
        </div>
      </div>
      <Steps guide={guide} />
      <div aria-live="polite">
        <Doing guide={guide} progress={progress} trial={trial} begin={begin} mend={mend} />
      </div>
      {trial.faults.some(({ id, on }) => on && id !== progress?.fault) && (
        <Notice tone="warn">Another fault is on at the simulated Clay, switched on from elsewhere.</Notice>
      )}
    </section>
  );
};

/** The guided drill of the local runtime; drawn above every page. */
export const Guide = () => {
  const { data, switchFault } = useTrial();
  const [closed, setClosed] = useState(() => kept.read() === CLOSED);
  if (data === null || closed) return null;
  const close = (): void => {
    kept.write(CLOSED);
    setClosed(true);
  };
  return <Drill trial={data} switchFault={switchFault} close={close} />;
};
