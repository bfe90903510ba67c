import type { OverviewResponse } from '../../../../shared/report/overview-shape.ts';
import { useNow } from '../../api/use-now.ts';
import { formatDay, formatExact, formatInstant, formatSpan } from '../../format.ts';
import { hrefOf } from '../../route.ts';
import { Badge } from '../../ui/badge.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { Tone } from '../../ui/tone.ts';
import './ahead.css';

type Ahead = OverviewResponse['ahead'][number];

const DAY = 86_400_000;

const ICONS: Readonly<Record<Ahead['what'], IconName>> = {
  webhook: 'webhook',
  table: 'table',
  credits: 'credits',
  actions: 'credits',
};

const wordsOf = ({ what, name }: Ahead, reached: boolean): string => {
  const verb = reached ? 'is' : 'will be';
  if (what === 'credits') return reached ? 'Data credits are used up' : 'Data credits run out';
  if (what === 'actions') return reached ? 'Actions are used up' : 'Actions run out';
  return `${what === 'webhook' ? 'Webhook' : 'Table'} ${name ?? ''} ${verb} full`;
};

const toneOf = (left: number): Tone => {
  if (left < 2 * DAY) return 'bad';
  return left < 7 * DAY ? 'warn' : 'quiet';
};

const When = ({ at }: { readonly at: string | null }) => {
  const now = useNow(60_000);
  if (at === null) return <Badge tone="bad">now</Badge>;
  const time = Date.parse(at);
  const left = time - now;
  return (
    <span class="ahead-when" title={`About ${formatExact(time)}, as likely sooner as later`}>
      <Badge tone={toneOf(left)}>{left <= 0 ? 'about now' : `in ${formatSpan(left)}`}</Badge>
      <span class="muted small">{left < 2 * DAY ? formatInstant(time, now) : formatDay(time, now)}</span>
    </span>
  );
};

/** What stops rows next, soonest first. */
export const AheadPanel = ({ ahead }: { readonly ahead: readonly Ahead[] }) => (
  <Panel title="What stops rows next" note="as likely sooner as later" flush>
    {ahead.length === 0 ? (
      <p class="table-empty">Nothing within the next 90 days, as far as it can be told.</p>
    ) : (
      <ul>
        {ahead.map((each) => (
          <li key={`${each.what} ${each.feed} ${each.name}`} class="ahead-row">
            <Icon name={ICONS[each.what]} />
            <a class="ahead-name" href={each.feed === null ? hrefOf('credits') : hrefOf('feeds', each.feed)}>
              {wordsOf(each, each.at === null)}
            </a>
            <When at={each.at} />
          </li>
        ))}
      </ul>
    )}
  </Panel>
);
