import type { ShowResponse } from '../../../../shared/respond/incident-shape.ts';
import { useSession } from '../../api/context.ts';
import { useAct } from '../../api/use-act.ts';
import { Badge, StateDot } from '../../ui/badge.tsx';
import { cx } from '../../ui/class-names.ts';
import { useConfirm } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Time } from '../../ui/time.tsx';
import { actorWords } from './words.ts';

type Runbook = ShowResponse['runbook'];
type Step = Runbook['steps'][number];

const Bullets = ({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) =>
  lines.length === 0 ? null : (
    <div class="stack tight">
      <h3>{title}</h3>
      <ul class="bullets prose">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );

const StepCard = ({ id, step }: { readonly id: string; readonly step: Step }) => {
  const { canAct } = useSession();
  const confirm = useConfirm();
  const { busy, act } = useAct();
  const tick = async (done: boolean): Promise<void> => {
    const asked = await confirm({
      title: done ? `Step ${step.step} is done` : `Step ${step.step} is not done after all`,
      body: step.do,
      action: done ? 'Tick it off' : 'Take the tick back',
    });
    if (asked)
      await act(`v1/incidents/${id}/step`, { step: step.step, done }, done ? 'Ticked off.' : 'Taken back.');
  };
  return (
    <li class={cx('step', step.done !== null && 'is-done')}>
      <Checkbox
        label={<span class="visually-hidden">Step {step.step} is done</span>}
        checked={step.done !== null}
        disabled={!canAct || busy}
        onChange={(done) => void tick(done)}
      />
      <div class="step-body prose">
        <span class="step-do">{step.do}</span>
        {step.where !== null && <span class="step-where">{step.where}</span>}
        {step.expect !== null && <span class="step-note">Then you see: {step.expect}</span>}
        {step.done !== null && (
          <span class="step-note">
            {actorWords(step.done.by)}, <Time at={step.done.at} />
          </span>
        )}
      </div>
    </li>
  );
};

/** What Claywatch does by itself, ticked by it, and what is left to a person. */
export const RunbookPanel = ({ id, runbook }: { readonly id: string; readonly runbook: Runbook }) => {
  const { automatic, steps, verify, afterwards } = runbook;
  const left = steps.filter(({ done }) => done === null).length;
  return (
    <Panel
      title="Runbook"
      note={steps.length === 0 ? 'Nothing is left to a person' : `${left} of ${steps.length} steps left`}
    >
      <div class="stack">
        {automatic.length > 0 && (
          <details class="automatic" open={steps.length === 0}>
            <summary>
              <h3>Claywatch does by itself</h3>{' '}
              <span class="small muted">
                {automatic.filter(({ done_at: doneAt }) => doneAt !== null).length} of {automatic.length} done
              </span>
            </summary>
            <ul class="steps">
              {automatic.map(({ action, done_at: doneAt }) => (
                <li key={action} class={cx('step', doneAt !== null && 'is-automatic')}>
                  <StateDot
                    tone={doneAt === null ? 'quiet' : 'good'}
                    shape={doneAt === null ? 'clock' : 'check'}
                  />
                  <div class="step-body prose">
                    <span>{action}</span>
                    <span class="step-note">
                      {doneAt === null ? (
                        'When it is its turn'
                      ) : (
                        <>
                          Done <Time at={doneAt} />
                        </>
                      )}
                    </span>
                  </div>
                </li>
              ))}
            </ul>
          </details>
        )}
        {steps.length > 0 && (
          <div class="stack tight">
            <h3>You do</h3>
            <ol class="steps">
              {steps.map((step) => (
                <StepCard key={step.step} id={id} step={step} />
              ))}
            </ol>
          </div>
        )}
        <Bullets title="How to see that it works again" lines={verify} />
        <Bullets title="Afterwards" lines={afterwards} />
        {steps.length === 0 && automatic.length === 0 && <Badge>There is nothing to do</Badge>}
      </div>
    </Panel>
  );
};
