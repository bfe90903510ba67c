import { useState } from 'preact/hooks';
import type { DrillResponse } from '../../../../shared/operate/operate-shape.ts';
import type { ListResponse } from '../../../../shared/respond/incident-shape.ts';
import { useSession } from '../../api/context.ts';
import { useAct } from '../../api/use-act.ts';
import { usePlan } from '../../api/use-plan.ts';
import { useResource } from '../../api/use-resource.ts';
import { hrefOf } from '../../route.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, useConfirm } from '../../ui/dialog.tsx';
import { Checkbox, SelectField } from '../../ui/field.tsx';
import { Notice, Panel } from '../../ui/panel.tsx';
import { Failed } from '../../ui/state.tsx';
import { Time } from '../../ui/time.tsx';
import { isOver } from '../incidents/words.ts';

const SEVERITIES = (['P1', 'P2', 'P3', 'P4'] as const).map((value) => ({ value, label: value }));
const MINUTES = ['5', '10', '30', '60'].map((value) => ({ value, label: `${value} minutes` }));

const StartDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const { busy, act } = useAct();
  const [severity, setSeverity] = useState<(typeof SEVERITIES)[number]['value']>('P3');
  const [minutes, setMinutes] = useState('10');
  const [force, setForce] = useState(false);
  const body = { severity, minutes: Number(minutes), force };
  const { plan, problem } = usePlan<DrillResponse>('v1/drills', body);
  const submit = async (): Promise<void> => {
    const sent = await act('v1/drills', body, 'The drill has begun.');
    if (sent.kind === 'done') onClose();
  };
  return (
    <Dialog
      title="Start a drill"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} disabled={plan === null} onClick={() => void submit()}>
            Start it
          </Button>
        </>
      }
    >
      <p>
        Everybody who hears of this severity is told, paged too if it pages; each message says that it is a
        drill. Rows are not touched. It ends by itself.
      </p>
      <div class="two-fields">
        <SelectField label="Severity" required value={severity} onInput={setSeverity} choices={SEVERITIES} />
        <SelectField
          label="How long at most"
          required
          value={minutes}
          onInput={setMinutes}
          choices={MINUTES}
        />
      </div>
      {plan && (
        <div class="stack tight">
          <strong>{plan.told.length === 0 ? 'Nobody hears of it.' : 'These hear of it:'}</strong>
          <ul class="bullets prose">
            {plan.told.map((who) => (
              <li key={who}>{who}</li>
            ))}
          </ul>
          {plan.cautions.map((caution) => (
            <Notice key={caution} tone="warn">
              {caution}
            </Notice>
          ))}
        </div>
      )}
      {problem && <Failed problem={problem} />}
      <Checkbox label="Also while a real P1 or P2 is open" checked={force} onChange={setForce} />
    </Dialog>
  );
};

export const DrillsPanel = () => {
  const { canAct } = useSession();
  const confirm = useConfirm();
  const { act } = useAct();
  const [starting, setStarting] = useState(false);
  const { data } = useResource<ListResponse>('v1/incidents?status=open&limit=200', 5_000);
  const running = data?.incidents.find((incident) => incident.cause === 'drill' && !isOver(incident));
  const end = async (): Promise<void> => {
    const sure = await confirm({
      title: 'End the drill',
      body: 'It is resolved with the next look, and everybody who was told hears that it is over.',
      action: 'End the drill',
    });
    if (sure) await act('v1/drills/end', {}, 'The drill ends.');
  };
  return (
    <Panel
      title="Drills"
      note="Practise on the live installation"
      actions={
        canAct &&
        (running ? (
          <Button small onClick={() => void end()}>
            End the drill
          </Button>
        ) : (
          <Button small icon="play" onClick={() => setStarting(true)}>
            Start a drill
          </Button>
        ))
      }
    >
      {running ? (
        <p class="prose">
          <a href={hrefOf('incidents', running.id)}>{running.id}</a> runs, {running.severity}, since{' '}
          <Time at={running.opened_at} as="instant" />.
        </p>
      ) : (
        <p class="muted">
          None is running. A drill shows whether messages arrive, who answers, and how soon.
        </p>
      )}
      {starting && <StartDialog onClose={() => setStarting(false)} />}
    </Panel>
  );
};
