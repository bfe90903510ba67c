import { useEffect, useState } from 'preact/hooks';
import { useConsole } from './context.ts';
import type { Resource } from './poller.ts';

export interface Watched<T> extends Resource<T> {
  /** The age after which what is shown counts as old, ms. */
  readonly staleAfterMs: number;
  readonly refresh: () => Promise<void>;
}

/** Slower than the overview, which has 3 s. */
export const USUAL_EVERY_MS = 10_000;

/** Reads `path` while the component is there, and again every `everyMs` while the page is seen. */
export const useResource = <T>(path: string, everyMs: number = USUAL_EVERY_MS): Watched<T> => {
  const { resources } = useConsole();
  const poller = resources.of<T>(path, everyMs);
  const [, redraw] = useState({});
  useEffect(() => poller.listen(() => redraw({})), [poller]);
  return { ...poller.state(), staleAfterMs: Math.max(30_000, 4 * everyMs), refresh: poller.refresh };
};
