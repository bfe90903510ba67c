import { useEffect, useState } from 'preact/hooks';
import type { OverviewResponse } from '../../../shared/report/overview-shape.ts';
import { useNow } from '../api/use-now.ts';
import { useOverview } from '../api/use-overview.ts';
import type { Watched } from '../api/use-resource.ts';
import { formatRelative } from '../format.ts';
import { cx } from '../ui/class-names.ts';

type Freshness = { readonly state: 'live' | 'waiting' | 'stale' | 'offline'; readonly words: string };

const freshnessOf = (
  { seenAt, problem, staleAfterMs }: Watched<OverviewResponse>,
  online: boolean,
  now: number,
): Freshness => {
  const seen = seenAt === null ? '' : `, last seen ${formatRelative(seenAt, now)}`;
  if (!online) return { state: 'offline', words: `This device is offline${seen}` };
  if (problem?.kind === 'offline') return { state: 'offline', words: `Claywatch does not answer${seen}` };
  if (problem) return { state: 'stale', words: `${problem.title}${seen}` };
  if (seenAt === null) return { state: 'waiting', words: 'Connecting' };
  if (now - seenAt > staleAfterMs)
    return { state: 'stale', words: `Last seen ${formatRelative(seenAt, now)}` };
  return { state: 'live', words: 'Live' };
};

const useOnline = (): boolean => {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const onChange = (): void => setOnline(navigator.onLine);
    window.addEventListener('online', onChange);
    window.addEventListener('offline', onChange);
    return () => {
      window.removeEventListener('online', onChange);
      window.removeEventListener('offline', onChange);
    };
  }, []);
  return online;
};

const useFreshness = (): Freshness => {
  const overview = useOverview();
  return freshnessOf(overview, useOnline(), useNow(5_000));
};

/** Whether what is shown is of now. */
export const FreshnessMark = () => {
  const { state, words } = useFreshness();
  return (
    <span class={cx('freshness', state)}>
      <span class="freshness-dot" aria-hidden="true" />
      {state === 'live' ? 'Live' : words}
    </span>
  );
};

/** Over the page while nothing answers; what was last seen stays below it. */
export const OfflineBar = () => {
  const { state, words } = useFreshness();
  return (
    <div class="offline-bar" role="status" hidden={state !== 'offline'}>
      {state === 'offline' ? `${words}. It is tried again by itself.` : ''}
    </div>
  );
};
