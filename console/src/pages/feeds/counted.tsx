import { Time } from '../../ui/time.tsx';
import type { FeedUsage } from './use-usage.ts';

/** How present the counts of a feed are. */
export const Counted = ({ usage: { counts } }: { readonly usage: FeedUsage }) => {
  if (counts.asOf === null) return <>nothing counted yet</>;
  return (
    <>
      counted <Time at={counts.asOf} />
      {counts.kind === 'stale' && ': the watch has not run since'}
    </>
  );
};
