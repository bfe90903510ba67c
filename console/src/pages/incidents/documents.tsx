import { useEffect, useState } from 'preact/hooks';
import type { DraftResponse } from '../../../../shared/respond/incident-shape.ts';
import { useConsole, useSession } from '../../api/context.ts';
import { offline, type Problem } from '../../api/problem.ts';
import { useAct } from '../../api/use-act.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { useConfirm } from '../../ui/dialog.tsx';
import { Segmented, TextArea } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Failed, Skeleton } from '../../ui/state.tsx';

type Audience = DraftResponse['audience'];

const AUDIENCES: readonly { readonly value: Audience; readonly label: string }[] = [
  { value: 'responders', label: 'Responders' },
  { value: 'stakeholders', label: 'Stakeholders' },
  { value: 'public', label: 'Public' },
];

const WHERE: Readonly<Record<Audience, string>> = {
  responders: 'Everybody who is told of this incident.',
  stakeholders: 'Colleagues whose work depends on it; what may be said differs.',
  public: 'It goes to the public status page, in these very words.',
};

/** The draft by the runbook's template for an audience, to be edited and sent. */
export const DraftPanel = ({ id }: { readonly id: string }) => {
  const { api } = useConsole();
  const { canAct } = useSession();
  const confirm = useConfirm();
  const { busy, act } = useAct();
  const [audience, setAudience] = useState<Audience>('responders');
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    const gone = new AbortController();
    const read = async (): Promise<void> => {
      const path = `v1/incidents/${id}/draft?audience=${audience}`;
      const answer = await api.load<DraftResponse>(path, null, gone.signal);
      if (gone.signal.aborted) return;
      if (answer.kind === 'fresh') setText(answer.data.text);
      if (answer.kind === 'failed') setProblem(answer.problem);
    };
    setText(null);
    setProblem(null);
    void read();
    return () => gone.abort();
  }, [api, id, audience, asked]);

  const send = async (): Promise<void> => {
    const words = (text ?? '').trim();
    const isPublic = audience === 'public';
    const sure = await confirm({
      title: isPublic ? 'Send it to the public?' : 'Send this update?',
      body: (
        <>
          <p>{WHERE[audience]}</p>
          <blockquote class="words">{words}</blockquote>
        </>
      ),
      action: isPublic ? 'I have read it: send' : 'Send',
      danger: isPublic,
    });
    if (!sure) return;
    const body = { text: words, audience, ...(isPublic && { confirmed: true }) };
    const sent = await act(`v1/incidents/${id}/update`, body, 'The update is on its way.');
    if (sent.kind === 'done') setAsked((times) => times + 1);
  };

  return (
    <Panel
      title="Update"
      note={WHERE[audience]}
      actions={<Segmented label="For whom" value={audience} onChange={setAudience} choices={AUDIENCES} />}
    >
      {problem && <Failed problem={problem} retry={() => setAsked((times) => times + 1)} />}
      {text === null && !problem && <Skeleton height={170} />}
      {text !== null && (
        <div class="stack tight">
          <TextArea label="Words" required rows={8} value={text} onInput={setText} maxLength={8_000} />
          <div class="row">
            {canAct && (
              <Button
                look="primary"
                icon="send"
                busy={busy}
                disabled={text.trim() === ''}
                onClick={() => void send()}
              >
                Send update
              </Button>
            )}
            <CopyButton text={text} />
            <Button small look="quiet" onClick={() => setAsked((times) => times + 1)}>
              Draft it anew
            </Button>
          </div>
        </div>
      )}
    </Panel>
  );
};

const keyOf = (id: string): string => `claywatch.postmortem.${id}`;

/** What was edited stays in this browser until it is thrown away; the product keeps the facts that it is made from. */
const edited = {
  read: (id: string): string | null => {
    try {
      return localStorage.getItem(keyOf(id));
    } catch {
      return null;
    }
  },
  write: (id: string, text: string | null): void => {
    try {
      if (text === null) localStorage.removeItem(keyOf(id));
      else localStorage.setItem(keyOf(id), text);
    } catch {
      // Without storage the text lives as long as the page.
    }
  },
};

const download = (text: string, name: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
};

/** The postmortem as it is made from what is stored, to be completed and downloaded. */
export const PostmortemPanel = ({ id }: { readonly id: string }) => {
  const { api } = useConsole();
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [open, setOpen] = useState(false);
  const [isEdited, setEdited] = useState(false);
  const path = `v1/incidents/${id}/postmortem`;

  const readAnew = async (): Promise<void> => {
    setProblem(null);
    try {
      const response = await fetch(api.address(`${path}?format=md`), { credentials: 'same-origin' });
      if (!response.ok) throw new Error(String(response.status));
      setText(await response.text());
    } catch {
      setProblem(offline('The postmortem could not be read.'));
    }
  };
  const show = async (): Promise<void> => {
    setOpen(true);
    dispatchEvent(new CustomEvent('claywatch:postmortem-read'));
    const kept = edited.read(id);
    setEdited(kept !== null);
    if (kept === null) await readAnew();
    else setText(kept);
  };
  const edit = (next: string): void => {
    setText(next);
    setEdited(true);
    edited.write(id, next);
  };
  const forget = async (): Promise<void> => {
    edited.write(id, null);
    setEdited(false);
    await readAnew();
  };

  return (
    <Panel title="Postmortem" note="Every number is from what was stored">
      {!open && (
        <Button icon="rows" onClick={() => void show()}>
          Read the postmortem
        </Button>
      )}
      {problem && <Failed problem={problem} retry={() => void readAnew()} />}
      {open && text === null && !problem && <Skeleton height={320} />}
      {open && text !== null && (
        <div class="stack tight document-editor">
          <TextArea
            label="Postmortem"
            required
            rows={24}
            value={text}
            onInput={edit}
            hint={
              isEdited ? 'Your changes are kept in this browser; download them to keep them for good.' : null
            }
          />
          <div class="row">
            <Button look="primary" icon="download" onClick={() => download(text, `postmortem-${id}.md`)}>
              Download
            </Button>
            <CopyButton text={text} />
            {isEdited && (
              <Button small look="quiet" onClick={() => void forget()}>
                Throw my changes away
              </Button>
            )}
          </div>
        </div>
      )}
    </Panel>
  );
};
