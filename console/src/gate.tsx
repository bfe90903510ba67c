import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { type Api, baseOf, createApi } from './api/client.ts';
import { createServerClock } from './api/clock.ts';
import { type Console, ConsoleContext } from './api/context.ts';
import { keyInFragment } from './api/fragment-key.ts';
import type { Problem } from './api/problem.ts';
import { createResources } from './api/resources.ts';
import { SESSION_PATHS, type Session } from './api/session.ts';
import { App } from './app.tsx';
import { rememberedName } from './pages/sign-in/remembered-name.ts';
import { SignIn } from './pages/sign-in/sign-in.tsx';
import { parseRoute } from './route.ts';
import { AnnounceProvider } from './shell/announcer.tsx';
import { BrandMark } from './shell/brand-mark.tsx';
import { prefetchPage } from './shell/page-outlet.tsx';
import { ConfirmProvider } from './ui/dialog.tsx';
import { ToastProvider } from './ui/toast.tsx';

type Entry =
  | { readonly kind: 'asking' }
  | { readonly kind: 'in'; readonly session: Session }
  /** `lapsed`: there was a session in this tab. */
  | {
      readonly kind: 'out';
      readonly oidc: boolean;
      readonly lapsed: boolean;
      readonly problem: Problem | null;
    };

/** Of somebody who was never asked for theirs. */
const FIRST_NAME = 'Somebody at this machine';

const clock = createServerClock(() => Date.now());
const api: Api = createApi({
  fetch: (...request) => fetch(...request),
  base: baseOf(location),
  onDate: clock.told,
});

const askWhoIsIn = async (lapsed: boolean): Promise<Entry> => {
  const answer = await api.load<Session>(SESSION_PATHS.session, null);
  if (answer.kind === 'fresh') return { kind: 'in', session: answer.data };
  const problem = answer.kind === 'failed' ? answer.problem : null;
  return {
    kind: 'out',
    oidc: problem?.body.oidc === true,
    lapsed,
    problem: problem?.kind === 'signed-out' ? null : problem,
  };
};

/** Whoever comes with the key of the local runtime is signed in by it, and it leaves the address bar at once. */
const signInByFragment = async (): Promise<void> => {
  const secret = keyInFragment(location.hash);
  if (secret === null) return;
  history.replaceState(null, '', '#/');
  await api.send(SESSION_PATHS.session, { secret, name: rememberedName() || FIRST_NAME });
};

const useResources = (onSignedOut: () => void) =>
  useMemo(
    () =>
      createResources({
        api,
        onSignedOut,
        now: clock.now,
        setTimer: (run, ms) => window.setTimeout(run, ms),
        clearTimer: (timer) => window.clearTimeout(timer as number),
        visible: () => !document.hidden,
      }),
    [onSignedOut],
  );

const Waiting = () => (
  <div class="entry-wait" aria-busy="true">
    <BrandMark size={32} />
    <span>Claywatch</span>
  </div>
);

/** Lets in whoever has a session, and asks everybody else to sign in. */
export const Gate = () => {
  const [entry, setEntry] = useState<Entry>({ kind: 'asking' });
  const ask = useCallback(async (lapsed: boolean) => setEntry(await askWhoIsIn(lapsed)), []);
  const onSignedOut = useCallback(() => void ask(true), [ask]);
  const resources = useResources(onSignedOut);

  useEffect(() => {
    prefetchPage(parseRoute(location.hash).page);
    void signInByFragment().then(() => ask(false));
  }, [ask]);
  useEffect(() => {
    const onChange = (): void => resources.visibilityChanged();
    document.addEventListener('visibilitychange', onChange);
    window.addEventListener('online', onChange);
    return () => {
      document.removeEventListener('visibilitychange', onChange);
      window.removeEventListener('online', onChange);
    };
  }, [resources]);

  const signOut = useCallback(() => {
    void api.send(SESSION_PATHS.end).then(() => {
      resources.clear();
      return ask(false);
    });
  }, [ask, resources]);

  const session = entry.kind === 'in' ? entry.session : null;
  const context = useMemo<Console | null>(
    () => session && { api, resources, session, now: clock.now, signOut },
    [resources, session, signOut],
  );

  if (entry.kind === 'asking') return <Waiting />;
  if (entry.kind === 'out' || !context)
    return (
      <SignIn
        api={api}
        oidc={entry.kind === 'out' && entry.oidc}
        lapsed={entry.kind === 'out' && entry.lapsed}
        problem={entry.kind === 'out' ? entry.problem : null}
        onIn={() => ask(false)}
      />
    );
  return (
    <ConsoleContext.Provider value={context}>
      <ToastProvider>
        <AnnounceProvider>
          <ConfirmProvider>
            <App />
          </ConfirmProvider>
        </AnnounceProvider>
      </ToastProvider>
    </ConsoleContext.Provider>
  );
};
