import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../../api/client.ts';
import type { Problem } from '../../api/problem.ts';
import { SESSION_PATHS } from '../../api/session.ts';
import { BrandMark } from '../../shell/brand-mark.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/panel.tsx';
import { rememberedName, rememberName } from './remembered-name.ts';
import './sign-in.css';

const wordsOf = ({ kind, title, detail }: Problem): string => {
  if (kind === 'signed-out') return 'This secret is not known.';
  if (kind === 'busy') return detail ?? 'Too many attempts. Wait a minute and try again.';
  return detail ?? title;
};

export const SignIn = ({
  api,
  oidc,
  lapsed,
  problem,
  onIn,
}: {
  readonly api: Api;
  readonly oidc: boolean;
  readonly lapsed: boolean;
  /** Why it is not even known who is signed in. */
  readonly problem: Problem | null;
  readonly onIn: () => Promise<void>;
}) => {
  const [name, setName] = useState(rememberedName);
  const [secret, setSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Problem | null>(problem);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    document.title = 'Sign in · Claywatch';
    form.current?.querySelector<HTMLInputElement>('input:placeholder-shown, input')?.focus();
  }, []);

  const signIn = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    const sent = await api.send(SESSION_PATHS.session, { secret, name: name.trim() });
    if (sent.kind === 'failed') setFailure(sent.problem);
    else {
      rememberName(name.trim());
      await onIn();
    }
    setBusy(false);
  };

  return (
    <main class="sign-in">
      <form
        ref={form}
        class="sign-in-box"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void signIn();
        }}
      >
        <header class="sign-in-head">
          <BrandMark size={32} />
          <h1>Sign in to Claywatch</h1>
        </header>
        {lapsed && failure === null && (
          <Notice tone="note">Your session has ended. Sign in again; you come back to where you were.</Notice>
        )}
        {failure && (
          <div role="alert">
            <Notice tone="bad">{wordsOf(failure)}</Notice>
          </div>
        )}
        {oidc && (
          <>
            <LinkButton look="primary" href={api.address(SESSION_PATHS.oidc)}>
              Continue with single sign-on
            </LinkButton>
            <p class="sign-in-or">or with the secret of this installation</p>
          </>
        )}
        <TextField
          label="Your name"
          required
          value={name}
          onInput={setName}
          autoComplete="name"
          maxLength={80}
          hint="Stands beside what you do, on timelines and the audit trail."
        />
        <TextField
          label="Secret"
          required
          type="password"
          value={secret}
          onInput={setSecret}
          autoComplete="current-password"
        />
        <Button type="submit" look={oidc ? 'plain' : 'primary'} busy={busy}>
          Sign in
        </Button>
        <p class="small muted">
          The secret is exchanged for a session of this browser and is not kept in it. For the users of the
          pipeline there is a <a href={api.address('status')}>status page</a> without sign-in.
        </p>
      </form>
    </main>
  );
};
