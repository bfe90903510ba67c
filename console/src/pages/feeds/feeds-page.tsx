import type { UsageDocument } from '../../../../shared/usage/document.ts';
import { hrefOf } from '../../route.ts';
import { Badge } from '../../ui/badge.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { PageHead, Panel } from '../../ui/panel.tsx';
import { Empty, Loaded, Skeleton } from '../../ui/state.tsx';
import { Limit } from './capacity.tsx';
import { Counted } from './counted.tsx';
import { RowFigures } from './row-figures.tsx';
import { type FeedUsage, useFeedRelay, useUsage } from './use-usage.ts';

const MODES = {
  normal: { tone: 'good', word: 'Sending' },
  degraded: { tone: 'warn', word: 'Sending slowly' },
  holding: { tone: 'serious', word: 'Holding' },
} as const;

export const RelayBadge = ({ feed }: { readonly feed: string }) => {
  const relay = useFeedRelay(feed);
  return relay && <Badge tone={MODES[relay.mode].tone}>{MODES[relay.mode].word}</Badge>;
};

const Feed = ({ usage }: { readonly usage: FeedUsage }) => {
  const relay = useFeedRelay(usage.feed);
  return (
    <Panel
      title={<a href={hrefOf('feeds', usage.feed)}>{usage.feed}</a>}
      note={<Counted usage={usage} />}
      actions={
        <>
          <RelayBadge feed={usage.feed} />
          <LinkButton href={hrefOf('feeds', usage.feed)} small>
            Details<span class="visually-hidden"> of {usage.feed}</span>
          </LinkButton>
        </>
      }
    >
      <div class="stack">
        {usage.rows ? (
          <RowFigures rows={usage.rows} relay={relay} />
        ) : (
          <p class="muted">No row was counted yet.</p>
        )}
        <div class="limits">
          {[...usage.webhooks, ...usage.tables].map((limited) => (
            <Limit
              key={'webhook' in limited ? `w ${limited.webhook}` : `t ${limited.table}`}
              limited={limited}
              withForecast
            />
          ))}
        </div>
        {usage.webhooks.length === 0 && <p class="muted">No webhook is configured for it.</p>}
      </div>
    </Panel>
  );
};

const Feeds = ({ usage }: { readonly usage: UsageDocument }) =>
  usage.feeds.length === 0 ? (
    <Empty title="No feed is configured">
      Add one under <code>feeds</code> in <code>claywatch.config.ts</code>.
    </Empty>
  ) : (
    <div class="stack">
      {usage.feeds.map((each) => (
        <Feed key={each.feed} usage={each} />
      ))}
    </div>
  );

export const FeedsPage = () => {
  const usage = useUsage();
  return (
    <>
      <PageHead
        title="Feeds"
        lead="Each flow of rows into Clay and back, and how much of its limits is used."
      />
      <Loaded
        of={usage}
        skeleton={
          <div class="stack">
            <Skeleton height={300} />
            <Skeleton height={300} />
          </div>
        }
      >
        {(data) => <Feeds usage={data} />}
      </Loaded>
    </>
  );
};
