import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api } from './client.ts';
import type { Resources } from './resources.ts';
import type { Session } from './session.ts';

/** What every page can reach. */
export interface Console {
  readonly api: Api;
  readonly resources: Resources;
  readonly session: Session;
  /** The server's time, epoch ms. */
  readonly now: () => number;
  readonly signOut: () => void;
}

export const ConsoleContext = createContext<Console | null>(null);

export const useConsole = (): Console => {
  const found = useContext(ConsoleContext);
  if (!found) throw new Error('a page is drawn outside of the console');
  return found;
};

/** Who is signed in, and whether they may change anything. */
export const useSession = (): Session & { readonly canAct: boolean } => {
  const { session } = useConsole();
  return { ...session, canAct: session.role === 'responder' };
};
