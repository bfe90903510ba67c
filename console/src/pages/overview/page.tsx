import type { OverviewResponse } from '../../../../shared/report/overview-shape.ts';
import { useOverview } from '../../api/use-overview.ts';
import { plural } from '../../format.ts';
import { hrefOf } from '../../route.ts';
import { Badge } from '../../ui/badge.tsx';
import { cx } from '../../ui/class-names.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { Notice, PageHead, Panel } from '../../ui/panel.tsx';
import { Empty, Loaded, Skeleton, useIsOld } from '../../ui/state.tsx';
import { Time } from '../../ui/time.tsx';
import { FLOW_TONES } from '../../ui/tone.ts';
import { Worded } from '../../ui/worded.tsx';
import { AheadPanel } from './ahead.tsx';
import { OpenIncidents } from './open-incidents.tsx';
import { Pipeline } from './pipeline.tsx';
import './overview.css';

const FLOWS: Readonly<Record<OverviewResponse['flow'], { readonly word: string; readonly icon: IconName }>> =
  {
    flowing: { word: 'Flowing', icon: 'check' },
    degraded: { word: 'Degraded', icon: 'clock' },
    stopped: { word: 'Stopped', icon: 'cross' },
    idle: { word: 'Idle', icon: 'pause' },
    unknown: { word: 'Not known', icon: 'question' },
  };

const FlowBadge = ({ flow }: { readonly flow: OverviewResponse['flow'] }) => (
  <Badge tone={FLOW_TONES[flow]} icon={FLOWS[flow].icon}>
    {FLOWS[flow].word}
  </Badge>
);

/** Whether leads are flowing, in one sentence. */
const Verdict = ({ overview, old }: { readonly overview: OverviewResponse; readonly old: boolean }) => {
  const { sentence, watch, silences } = overview;
  // What was true minutes ago is not said of now.
  const flow = old ? 'unknown' : overview.flow;
  return (
    <section class={cx('verdict', `tone-${FLOW_TONES[flow]}`)} aria-label="In one sentence">
      <span class="verdict-sign">
        <Icon name={FLOWS[flow].icon} size={22} />
      </span>
      <div class="verdict-text">
        <p class="verdict-sentence">
          <Worded text={old ? `Not known now. When last seen: ${sentence}` : sentence} />
        </p>
        <p class="verdict-meta">
          {watch.last_run_at === null ? (
            'The watch has not run yet.'
          ) : (
            <span>
              Last looked <Time at={watch.last_run_at} />
            </span>
          )}
          {silences > 0 && <a href={hrefOf('operations')}>{plural(silences, 'silence')} in force</a>}
        </p>
      </div>
    </section>
  );
};

const Feed = ({
  feed,
  told,
}: {
  readonly feed: OverviewResponse['feeds'][number];
  /** What is said of all feeds: of the only one it is the same. */
  readonly told: string;
}) => (
  <Panel
    title={<a href={hrefOf('feeds', feed.feed)}>{feed.feed}</a>}
    note={feed.description ?? undefined}
    actions={
      <>
        <span class="muted small">rates over {plural(feed.window_minutes, 'minute')}</span>
        <FlowBadge flow={feed.flow} />
      </>
    }
  >
    {feed.sentence !== told && (
      <p class="feed-sentence">
        <Worded text={feed.sentence} />
      </p>
    )}
    <Pipeline feed={feed} />
  </Panel>
);

const Content = ({ overview, old }: { readonly overview: OverviewResponse; readonly old: boolean }) => (
  <div class={cx('stack', old && 'overview-old')}>
    <Verdict overview={overview} old={old} />
    {overview.watch.stale && (
      <Notice tone="serious" title="The watch does not run.">
        What stands here is what it saw last; nothing new is noticed until it runs again.
      </Notice>
    )}
    {overview.incidents.length > 0 && (
      <OpenIncidents
        incidents={overview.incidents}
        more={overview.incidents_more}
        effects={overview.effects}
      />
    )}
    {overview.feeds.length === 0 && (
      <Empty title="No feed is configured">
        Add one under <code>feeds</code> in <code>claywatch.config.ts</code>, and its rows are drawn here.
      </Empty>
    )}
    {overview.feeds.map((feed) => (
      <Feed key={feed.feed} feed={feed} told={overview.sentence} />
    ))}
    <div class="grid">
      <AheadPanel ahead={overview.ahead} />
      {overview.incidents.length === 0 && (
        <Panel title="Open incidents" actions={<a href={hrefOf('incidents')}>All incidents</a>}>
          <Empty title="Nothing is open">Whatever needs a person appears here, with its deadlines.</Empty>
        </Panel>
      )}
    </div>
  </div>
);

const Waiting = () => (
  <div class="stack">
    <Skeleton height={84} />
    <Skeleton height={224} />
    <div class="grid">
      <Skeleton height={168} />
      <Skeleton height={168} />
    </div>
  </div>
);

const OverviewPage = () => {
  const overview = useOverview();
  const old = useIsOld(overview);
  return (
    <>
      <PageHead title="Overview" />
      <Loaded of={overview} skeleton={<Waiting />}>
        {(data) => <Content overview={data} old={old} />}
      </Loaded>
    </>
  );
};

export default OverviewPage;
