import { useState } from 'preact/hooks';
import type { IncidentBrief } from '../../../../shared/respond/incident-shape.ts';
import { useSession } from '../../api/context.ts';
import { useAct } from '../../api/use-act.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, useConfirm } from '../../ui/dialog.tsx';
import { Checkbox, SelectField, TextArea, TextField } from '../../ui/field.tsx';
import { type ActionName, actionsFor } from './words.ts';

interface Form {
  readonly title: string;
  readonly button: string;
  readonly why: string;
  readonly danger?: boolean;
}

const FORMS: Readonly<Record<ActionName, Form>> = {
  acknowledge: {
    title: 'Acknowledge',
    button: 'Acknowledge',
    why: 'You have it: nobody else is paged, and everybody hears that you do.',
  },
  unacknowledge: {
    title: 'Give it back',
    button: 'Give back',
    why: 'Nobody has it then: it is paged again, from the first step of the escalation.',
    danger: true,
  },
  mitigate: {
    title: 'Mitigated',
    button: 'Mark as mitigated',
    why: 'People are no longer hit, though the cause is still there. Everybody who was told hears it.',
  },
  resolve: {
    title: 'Resolve',
    button: 'Resolve',
    why: 'Claywatch closes an incident by itself once it saw it working. Closing it by your word keeps it closed for a while, even when the cause is seen again.',
    danger: true,
  },
  note: { title: 'Add a note', button: 'Add note', why: 'For responders; it stands on the timeline.' },
  assign: { title: 'Assign', button: 'Assign', why: 'Whose it is. Everybody who looks sees it.' },
  severity: {
    title: 'Set the severity',
    button: 'Set severity',
    why: 'It holds until the diagnosis itself sees another one. A raise pages.',
    danger: true,
  },
  review: {
    title: 'Review',
    button: 'Mark as reviewed',
    why: 'The postmortem was read, completed and its actions have owners.',
  },
};

const DONE: Readonly<Record<ActionName, string>> = {
  acknowledge: 'You have it.',
  unacknowledge: 'Given back.',
  mitigate: 'Marked as mitigated.',
  resolve: 'Resolved.',
  note: 'Noted.',
  assign: 'Assigned.',
  severity: 'Severity set.',
  review: 'Marked as reviewed.',
};

const SEVERITIES = ['P1', 'P2', 'P3', 'P4'] as const;
const WITH_TEXT: readonly ActionName[] = ['mitigate', 'resolve', 'note', 'severity'];

const bodyOf = (action: ActionName, form: FormState): Record<string, unknown> => {
  const text = form.text.trim();
  const said = WITH_TEXT.includes(action) && text !== '' ? { text } : {};
  if (action === 'assign') return { to: form.to.trim() };
  if (action === 'severity') return { severity: form.severity, ...said };
  return action === 'resolve' ? { force: form.force, ...said } : said;
};

interface FormState {
  readonly text: string;
  readonly to: string;
  readonly severity: (typeof SEVERITIES)[number];
  readonly force: boolean;
}

const isComplete = (action: ActionName, form: FormState): boolean => {
  if (action === 'note') return form.text.trim() !== '';
  return action !== 'assign' || form.to.trim() !== '';
};

const ActionDialog = ({
  action,
  incident,
  onClose,
}: {
  readonly action: ActionName;
  readonly incident: IncidentBrief;
  readonly onClose: () => void;
}) => {
  const session = useSession();
  const { busy, act } = useAct();
  const [form, setForm] = useState<FormState>({
    text: '',
    to: incident.assignee ?? session.name,
    severity: incident.severity,
    force: false,
  });
  const { title, button, why, danger = false } = FORMS[action];
  const set = (part: Partial<FormState>): void => setForm((before) => ({ ...before, ...part }));
  const submit = async (): Promise<void> => {
    const sent = await act(`v1/incidents/${incident.id}/${action}`, bodyOf(action, form), DONE[action]);
    if (sent.kind === 'done') onClose();
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look={danger ? 'danger' : 'primary'}
            busy={busy}
            disabled={!isComplete(action, form)}
            onClick={() => void submit()}
          >
            {button}
          </Button>
        </>
      }
    >
      <p>{why}</p>
      {action === 'assign' && (
        <TextField label="To" required value={form.to} onInput={(to) => set({ to })} maxLength={200} />
      )}
      {action === 'severity' && (
        <SelectField
          label="Severity"
          required
          value={form.severity}
          onInput={(severity) => set({ severity })}
          choices={SEVERITIES.map((value) => ({ value, label: value }))}
        />
      )}
      {WITH_TEXT.includes(action) && (
        <TextArea
          label={action === 'note' ? 'Note' : 'What others should know'}
          required={action === 'note'}
          value={form.text}
          onInput={(text) => set({ text })}
          maxLength={2_000}
        />
      )}
      {action === 'resolve' && (
        <Checkbox
          label="Close it although its cause is still seen"
          checked={form.force}
          onChange={(force) => set({ force })}
        />
      )}
    </Dialog>
  );
};

/** The buttons of an incident: the most likely one stands out, each asks before it does anything. */
export const IncidentActions = ({ incident }: { readonly incident: IncidentBrief }) => {
  const { canAct } = useSession();
  const confirm = useConfirm();
  const { busy, act } = useAct();
  const [open, setOpen] = useState<ActionName | null>(null);
  if (!canAct) return null;
  const acknowledge = async (): Promise<void> => {
    const { title, button, why } = FORMS.acknowledge;
    if (await confirm({ title, body: why, action: button }))
      await act(`v1/incidents/${incident.id}/acknowledge`, {}, DONE.acknowledge);
  };
  return (
    <>
      <section class="row" aria-label="Actions">
        {actionsFor(incident).map((action, index) => (
          <Button
            key={action}
            look={index === 0 ? 'primary' : 'plain'}
            busy={busy && action === 'acknowledge'}
            onClick={() => (action === 'acknowledge' ? void acknowledge() : setOpen(action))}
          >
            {FORMS[action].button}
          </Button>
        ))}
      </section>
      {open && <ActionDialog action={open} incident={incident} onClose={() => setOpen(null)} />}
    </>
  );
};
