import { useCallback, useState } from 'preact/hooks';
import { useToast } from '../ui/toast.tsx';
import type { Sent } from './client.ts';
import { useConsole } from './context.ts';

export interface Act {
  /** Something of this component is under way. */
  readonly busy: boolean;
  /**
   * Sends it, tells the outcome as a toast (`done`: the words when it worked; null: none), and reads again all that is
   * on the screen. The answer is returned for whoever needs more of it.
   */
  readonly act: <T>(path: string, body: unknown, done: string | null) => Promise<Sent<T>>;
}

/** For buttons that change something. */
export const useAct = (): Act => {
  const { api, resources, signOut } = useConsole();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const act = useCallback(
    async <T>(path: string, body: unknown, done: string | null): Promise<Sent<T>> => {
      setBusy(true);
      const sent = await api.send<T>(path, body);
      if (sent.kind === 'failed') {
        const { title, detail, kind } = sent.problem;
        toast({ tone: 'bad', title, ...(detail !== null && { text: detail }) });
        if (kind === 'signed-out') signOut();
      } else if (done !== null) toast({ tone: 'good', title: done });
      await resources.refreshShown();
      setBusy(false);
      return sent;
    },
    [api, resources, signOut, toast],
  );
  return { busy, act };
};
