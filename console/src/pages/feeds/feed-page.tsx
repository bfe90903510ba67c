import type { UsageDocument } from '../../../../shared/usage/document.ts';
import { useSession } from '../../api/context.ts';
import { formatCount } from '../../format.ts';
import { hrefOf, type Route } from '../../route.ts';
import { LinkButton } from '../../ui/button.tsx';
import { Notice, PageHead, Panel } from '../../ui/panel.tsx';
import { spanOf } from '../../ui/span.ts';
import { SpanSwitch } from '../../ui/span-switch.tsx';
import { Empty, Loaded, Skeleton } from '../../ui/state.tsx';
import { Worded } from '../../ui/worded.tsx';
import { Breakdown } from './breakdown.tsx';
import { Limit, LimitForecast } from './capacity.tsx';
import { Counted } from './counted.tsx';
import { RelayBadge } from './feeds-page.tsx';
import { FlowCharts } from './flow-charts.tsx';
import { ForecastChart } from './forecast-chart.tsx';
import { RowFigures } from './row-figures.tsx';
import { type FeedUsage, useFeedRelay, useUsage } from './use-usage.ts';

const Limits = ({ usage }: { readonly usage: FeedUsage }) => (
  <Panel title="Webhooks and tables" note="toward their limits; bands hold 8 of 10 forecasts">
    {[...usage.webhooks, ...usage.tables].map((limited) => (
      <div key={'webhook' in limited ? `w ${limited.webhook}` : `t ${limited.table}`} class="limit-full">
        <Limit limited={limited} />
        <LimitForecast limited={limited} />
      </div>
    ))}
    {usage.webhooks.length === 0 && <p class="muted">No webhook is configured for it.</p>}
    {usage.unconfigured.length > 0 && (
      <p class="muted small">
        Counted once, and no longer in the configuration:{' '}
        {usage.unconfigured
          .map(({ webhook, accepted }) => `${webhook} (${formatCount(accepted)})`)
          .join(', ')}
        .
      </p>
    )}
  </Panel>
);

const Holding = ({ feed }: { readonly feed: string }) => {
  const relay = useFeedRelay(feed);
  if (!relay || relay.reasons.length === 0) return null;
  return (
    <Notice
      tone={relay.mode === 'holding' ? 'serious' : 'warn'}
      title={relay.mode === 'holding' ? 'Rows are taken and held.' : 'Rows go later than they could.'}
      action={
        <LinkButton href={hrefOf('operations')} small>
          Operations
        </LinkButton>
      }
    >
      <Worded text={relay.reasons.join(' ')} />
    </Notice>
  );
};

const Feed = ({
  usage,
  at,
  route,
}: {
  readonly usage: FeedUsage;
  readonly at: string;
  readonly route: Route;
}) => {
  const span = spanOf(route.query.span, useSession());
  const relay = useFeedRelay(usage.feed);
  return (
    <div class="stack">
      <Holding feed={usage.feed} />
      <Panel title="Rows" note={<Counted usage={usage} />}>
        {usage.rows ? (
          <RowFigures rows={usage.rows} relay={relay} />
        ) : (
          <Empty title="No row was counted yet">
            Once rows pass through Claywatch, or their submissions are reported to it, they are counted here.
          </Empty>
        )}
      </Panel>
      <Panel title="Over time" actions={<SpanSwitch route={route} span={span} />}>
        <FlowCharts feed={usage.feed} span={span} />
      </Panel>
      <Limits usage={usage} />
      <ForecastChart usage={usage} at={at} />
      {usage.rows && <Breakdown rows={usage.rows} />}
    </div>
  );
};

const Found = ({
  usage,
  name,
  route,
}: {
  readonly usage: UsageDocument;
  readonly name: string;
  readonly route: Route;
}) => {
  const feed = usage.feeds.find((each) => each.feed === name);
  return feed ? (
    <Feed usage={feed} at={usage.at} route={route} />
  ) : (
    <Empty title="There is no such feed">
      The configuration names {usage.feeds.map(({ feed: each }) => each).join(', ') || 'none'}.
    </Empty>
  );
};

export const FeedPage = ({ name, route }: { readonly name: string; readonly route: Route }) => {
  const usage = useUsage();
  const description = usage.data?.feeds.find(({ feed }) => feed === name)?.description;
  return (
    <>
      <PageHead
        title={name}
        lead={description ?? undefined}
        back={{ href: hrefOf('feeds'), label: 'Feeds' }}
        actions={<RelayBadge feed={name} />}
      />
      <Loaded
        of={usage}
        skeleton={
          <div class="stack">
            <Skeleton height={150} />
            <Skeleton height={620} />
          </div>
        }
      >
        {(data) => <Found usage={data} name={name} route={route} />}
      </Loaded>
    </>
  );
};
